// SPDX-License-Identifier: GPL-2.0-only
#include "check/cure.h"

#include <string.h>

#include "host/iommu.h"
#include "host/root.h"

static bool is_set_up(const struct subject *subject)
{
	g_autofree char *address = subject->card ? card_address(subject->card) : NULL;

	return address && g_ptr_array_find_with_equal_func(subject->setup->cards, address, g_str_equal, NULL);
}

void cure_by_setup(const struct subject *subject, struct finding *finding)
{
	const struct setup_state *state = subject->setup;

	if (!subject->host->groups->len) {
		/* What has to be set up shows once the IOMMU is on. */
		cure_by(finding, STAGE_AGAIN, NULL, "sudo vfio-passfix doctor %s", subject->named);
		return;
	}
	if (state->cure)
		cure_by(finding, state->pending ? STAGE_REBOOT : STAGE_SETUP, NULL, "%s", state->cure);
	else if (is_set_up(subject))
		cure_by(finding, STAGE_HOST, "See why the setup did not take effect",
			"systemctl status 'vfio-passfix*'; sudo dmesg | grep -E 'passfix|vfio'");
	if (!is_set_up(subject) && !(state->cure && !subject->card))
		cure_by(finding, STAGE_SETUP, NULL, "sudo vfio-passfix setup %s --apply", subject->named);
}

bool is_by_protection(const struct firmware *firmware)
{
	if (firmware->state == FIRMWARE_NO_ACCESS)
		return !strcmp(firmware->name, "IVRS");
	return firmware->state == FIRMWARE_READ && firmware->table.kind == ACPI_TABLE_IVRS &&
	       firmware->table.dma_protection;
}

/* By its own name or the older "Hewlett-Packard". */
bool rmrrs_are_of_hp(void)
{
	static const char *const files[] = { "board_vendor", "sys_vendor" };

	for (size_t i = 0; iommu_kind() == IOMMU_INTEL && i < G_N_ELEMENTS(files); i++) {
		g_autofree char *vendor = root_read("/sys/class/dmi/id/%s", files[i]);

		if (vendor && (g_str_has_prefix(vendor, "HP") || g_str_has_prefix(vendor, "Hewlett")))
			return true;
	}
	return false;
}

const char *demand_users(void)
{
	switch (iommu_kind()) {
	case IOMMU_INTEL:
		return "a management controller, USB legacy support";
	case IOMMU_ARM:
		return "a display that the firmware has set up, some RAID controllers";
	default:
		return "a storage or management controller, USB legacy support";
	}
}

void cure_demand(const struct subject *subject, struct finding *finding)
{
	if (is_by_protection(subject->firmware))
		cure_by_hand(finding, STAGE_BIOS, "In the BIOS, turn off " BIOS_OPTION ", which may be hidden until IOMMU is set from Auto to Enabled, and run this again: that may be the whole cure");
	else if (rmrrs_are_of_hp())
		cure_by_hand(finding, STAGE_BIOS, "Try this: " RMRR_OF_HP);
	else
		cure_by_hand(finding, STAGE_BIOS, "In the BIOS, look for what uses memory through the card (%s) and turn that off",
			     demand_users());
}

static bool has_program(const char *name)
{
	return root_exists("/usr/sbin/%s", name) || root_exists("/usr/bin/%s", name) || root_exists("/sbin/%s", name);
}

/* To a shell nothing but words, wherever they are from. */
static bool is_plain(const char *words)
{
	return !words[strspn(words, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS " _.,:=/+-")];
}

void cure_command_line(struct finding *finding, bool add, const char *words)
{
	const char *verb = add ? "Add" : "Remove", *way = add ? "to" : "from";
	g_autofree char *what = g_strdup_printf("%s %s %s /etc/default/grub", verb, words, way);

	if (has_program("grubby") && is_plain(words))
		cure_by(finding, STAGE_COMMAND_LINE, NULL, "sudo grubby --update-kernel=ALL --%s=\"%s\"",
			add ? "args" : "remove-args", words);
	else if (has_program("update-grub"))
		cure_by(finding, STAGE_COMMAND_LINE, what, "sudo update-grub");
	else
		cure_by_hand(finding, STAGE_COMMAND_LINE, "%s %s %s the kernel's command line", verb, words, way);
}

void cure_by_root(const struct subject *subject, struct finding *finding)
{
	cure_by(finding, STAGE_ROOT, NULL, "sudo vfio-passfix doctor%s%s", subject->card ? " " : "",
		subject->card ? subject->named : "");
}
