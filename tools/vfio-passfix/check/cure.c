// SPDX-License-Identifier: GPL-2.0-only
#include "check/cure.h"

#include <string.h>

#include "host/iommu.h"
#include "host/platform.h"
#include "host/root.h"

static bool is_set_up(const struct subject *subject)
{
	g_autofree char *address = subject->card ? card_address(subject->card) : NULL;

	return address && g_ptr_array_find_with_equal_func(subject->setup->cards, address, g_str_equal, NULL);
}

void cure_by_setup(const struct subject *subject, struct finding *finding)
{
	const struct platform *platform = platform_of_install();
	const struct setup_state *state = subject->setup;
	/* The only display is taken by force alone. */
	bool force = subject->card && card_is_only_screen(subject->host, subject->card);

	if (!subject->host->groups->len) {
		/* Only when the IOMMU is on can doctor tell what must be set up. */
		cure_by(finding, STAGE_AGAIN, NULL, "sudo vfio-passfix doctor %s", subject->named);
		return;
	}
	if (state->cure)
		cure_by(finding, state->pending ? STAGE_REBOOT : STAGE_SETUP, NULL, "%s", state->cure);
	else if (is_set_up(subject) && subject->card && setup_state_on_demand(state, subject->card) &&
		 !root_exists("/sys/module/" FIX_MODULE))
		cure_by(finding, STAGE_SETUP, "Turn the fix on, as each boot does from now on", "sudo modprobe " FIX_MODULE);
	else if (is_set_up(subject))
		cure_by(finding, STAGE_HOST, "See why the setup did not take effect",
			"systemctl status 'vfio-passfix*'; sudo dmesg | grep -E 'passfix|vfio'");
	if (is_set_up(subject) || (state->cure && !subject->card))
		return;
	if (platform && platform->form == FORM_NONE)
		cure_by_hand(finding, STAGE_SETUP, "%s", platform->binding);
	else
		/* If the system is built from an image, setup prints what must go into the image. */
		cure_by(finding, STAGE_SETUP, NULL, "sudo vfio-passfix setup %s%s%s", subject->named, force ? " --force" : "",
			platform && platform->form != FORM_FILES ? "" : " --apply");
}

char *advise_setup(const char *devices)
{
	const struct platform *platform = platform_of_install();

	if (!platform || platform->form == FORM_FILES)
		return g_strdup_printf("sudo vfio-passfix setup %s --apply", devices);
	if (platform->form == FORM_NONE)
		return g_strdup_printf("%c%s", g_ascii_tolower(*platform->binding), platform->binding + 1);
	return g_strdup_printf("sudo vfio-passfix setup %s, and add what it prints", devices);
}

bool is_by_protection(const struct firmware *firmware)
{
	return firmware->state == FIRMWARE_READ && firmware->table.kind == ACPI_TABLE_IVRS &&
	       firmware->table.dma_protection;
}

bool is_cause_unseen(const struct firmware *firmware)
{
	return firmware->state == FIRMWARE_NO_ACCESS && !strcmp(firmware->name, "IVRS");
}

/* Not the vendor's workstations, which have no such option: those say what they are. */
bool rmrrs_are_of_hp(void)
{
	static const char *const vendors[] = { "HP", "HPE", "Hewlett-Packard", "Hewlett Packard Enterprise", NULL };
	g_autofree char *board = root_read("/sys/class/dmi/id/board_vendor");
	g_autofree char *system = root_read("/sys/class/dmi/id/sys_vendor");
	g_autofree char *product = root_read("/sys/class/dmi/id/product_name");

	if (iommu_kind() != IOMMU_INTEL || !((board && g_strv_contains(vendors, g_strstrip(board))) ||
					     (system && g_strv_contains(vendors, g_strstrip(system)))))
		return false;
	return !product || !(g_str_has_prefix(product, "HP ") || strstr(product, " by HP") ||
			     strstr(product, "Workstation") || strstr(product, "ZBook"));
}

const char *demand_users(void)
{
	switch (iommu_kind()) {
	case IOMMU_INTEL:
		return "a management controller, USB legacy support";
	case IOMMU_ARM:
		return "a display that the firmware has set up, some RAID controllers";
	case IOMMU_AMD:
	case IOMMU_NONE:
	case IOMMU_OTHER:
		break;
	}
	return "a storage or management controller, USB legacy support";
}

void cure_demand(const struct subject *subject, struct finding *finding)
{
	if (is_cause_unseen(subject->firmware))
		cure_by_root(subject, finding);
	else if (is_by_protection(subject->firmware))
		cure_by_hand(finding, STAGE_BIOS, "In the BIOS, turn off " BIOS_OPTION ", which may be hidden until IOMMU is set from Auto to Enabled, and run this again: that may be all you need");
	else if (rmrrs_are_of_hp())
		cure_by_hand(finding, STAGE_BIOS, "Try this: " RMRR_OF_HP);
	else
		cure_by_hand(finding, STAGE_BIOS, "In the BIOS, look for what uses memory through the card (%s) and turn that off",
			     demand_users());
}

/* Whether a shell takes @words, which may be from anywhere, as words and nothing else. */
static bool is_plain(const char *words)
{
	return !words[strspn(words, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS " _.,:=/+-")];
}

/* "sudo rpm-ostree kargs --append-if-missing=a --append-if-missing=b" */
static char *line_command(const struct platform *platform, const char *format, const char *words)
{
	const char *option = strrchr(format, ' '), *at = strstr(format, "%s");
	g_auto(GStrv) each = g_strsplit(words, " ", -1);
	g_autoptr(GString) command = g_string_new(NULL);

	if (!platform->line_each) {
		g_string_append_printf(command, "%.*s%s%s", (int)(at - format), format, words, at + 2);
	} else {
		g_string_append_len(command, format, option - format);
		for (char **word = each; *word; word++)
			g_string_append_printf(command, "%.*s%s", (int)(at - option), option, *word);
	}
	return g_string_free(g_steal_pointer(&command), FALSE);
}

const char *command_line_place(void)
{
	const struct platform *platform = platform_of_command_line();

	return platform && platform->line_file ? platform->line_file : "the kernel's command line";
}

void cure_command_line(struct finding *finding, const char *why, bool add, const char *words)
{
	const struct platform *platform = platform_of_command_line();
	g_autofree char *edit = g_strdup_printf("%s %s %s %s", add ? "Add" : "Remove", words, add ? "to" : "from",
						command_line_place());
	g_autofree char *what = why ? g_strdup_printf("%s: %c%s", why, g_ascii_tolower(*edit), edit + 1) : g_strdup(edit);
	g_autofree char *then = g_strconcat(what, ", then run", NULL);
	g_autofree char *command = NULL;

	if (platform && platform->line_add && is_plain(words))
		command = line_command(platform, add ? platform->line_add : platform->line_remove, words);
	if (command)
		cure_by(finding, STAGE_COMMAND_LINE, why, "%s", command);
	else if (platform && platform->line_done)
		cure_by(finding, STAGE_COMMAND_LINE, then, "%s", platform->line_done);
	else
		cure_by_hand(finding, STAGE_COMMAND_LINE, "%s", what);
}

void cure_by_root(const struct subject *subject, struct finding *finding)
{
	cure_by(finding, STAGE_ROOT, NULL, "sudo vfio-passfix doctor%s%s", subject->card ? " " : "",
		subject->card ? subject->named : "");
}
