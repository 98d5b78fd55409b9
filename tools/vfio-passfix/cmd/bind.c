// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "host/card.h"
#include "host/group.h"
#include "host/in_use.h"
#include "host/machine.h"
#include "host/root.h"
#include "host/users.h"
#include "setup/binding.h"
#include "setup/lock.h"
#include "text/json.h"
#include "text/output.h"

static gboolean force, only, at_boot;
static char *expected;
static int seconds = 30;

#define OPTION_ONLY                                                                   \
	{ "only", 0, 0, G_OPTION_ARG_NONE, &only, "Only this function, not its whole card", NULL }
#define OPTION_TIMEOUT                                                                 \
	{ "timeout", 0, 0, G_OPTION_ARG_INT, &seconds,                                \
	  "Seconds that a driver may take to release a device (30)", "SECONDS" }

static const GOptionEntry bind_options[] = {
	OPTION_ONLY,
	OPTION_TIMEOUT,
	{ "expect", 0, 0, G_OPTION_ARG_STRING, &expected,
	  "Do nothing unless DEVICE has this id; for scripts, since addresses can move", "VVVV:DDDD" },
	{ "at-boot", 0, 0, G_OPTION_ARG_NONE, &at_boot,
	  "Even if programs or the text console are using it; for the boot unit that setup writes", NULL },
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force, "Even if the host boots on it or is using it", NULL },
	JSON_OPTION("Print the changes as JSON"),
	{ 0 },
};

static const GOptionEntry unbind_options[] = {
	OPTION_ONLY,
	OPTION_TIMEOUT,
	JSON_OPTION("Print the changes as JSON"),
	{ 0 },
};

static bool may_run(const char *verb)
{
	if (!root_is_host())
		complain("cannot %s under --root: only the running kernel can bind devices", verb);
	else if (geteuid())
		complain("cannot %s: only root can; run it with sudo", verb);
	else if (seconds < 1 || seconds > 3600)
		complain("cannot %s: --timeout takes 1 to 3600 seconds", verb);
	else
		return true;
	return false;
}

static bool is_expected(const struct card *card)
{
	g_autofree char *id = pci_id(card->main);

	if (!expected || !g_ascii_strcasecmp(id, expected))
		return true;
	complain("cannot bind %s: it is %s and not %s. Devices have moved: run vfio-passfix setup again",
		 card->main->address, id, expected);
	return false;
}

/* Whether the host can do without the card. */
static bool can_be_spared(const struct host *host, const struct card *card)
{
	if (card_controller(card)) {
		complain("cannot bind %s: it is behind Intel's VMD, %s, and cannot be assigned by itself. Turn VMD off in the BIOS, or bind the whole controller",
			 card->main->address, card_controller(card));
		return false;
	}
	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];
		g_autofree char *use = NULL;

		if (device->group < 0 && !groups_come_late()) {
			g_autofree char *why = host->groups->len ? g_strdup("no IOMMU is in charge of it") :
								   machine_no_groups();

			complain("cannot bind %s: it is in no IOMMU group: %s; vfio-passfix doctor shows details",
				 device->address, why);
			return false;
		}
		if (force || (device->driver && pci_driver_is_vfio(device->driver)))
			continue;
		if (card_shows_host(host, device)) {
			complain("cannot bind %s: the host %s this display and may be left without one. %s use --force",
				 device->address, device->boot_vga == 1 ? "boots on" : "shows its picture on",
				 card_is_only_screen(host, card) ?
					 "It has no other; if you reach it over the network," :
					 "Set another as primary in the BIOS, or");
			return false;
		}
		use = in_use_by(device);
		if (use) {
			g_autofree char *why = card_why_too(card, device);

			complain("cannot bind %s: %s%s. End that first, or use --force", device->address, use, why);
			return false;
		}
	}
	return true;
}

/* Whether no program and no text console would lose it. */
static bool is_unused(const struct card *card)
{
	g_autoptr(GPtrArray) users = force || at_boot ? g_ptr_array_new() : users_of(card, NULL);

	for (guint i = 0; i < users->len; i++)
		complain("cannot bind %s", (char *)users->pdata[i]);
	if (users->len)
		complain("stop that first (on a desktop, log out), or use --force, which may hang the driver; or take the card at the next boot: sudo vfio-passfix setup %s --apply",
			 card->main->address);
	return !users->len;
}

static bool any_of(const struct card *card, bool taken)
{
	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];

		if ((device->driver && pci_driver_is_vfio(device->driver)) == taken)
			return true;
	}
	return false;
}

/* The parts of bind and unbind, for a card that is not bound as wanted yet. Return: success. */
static bool take(const struct host *host, const struct card *card, GError **error)
{
	return can_be_spared(host, card) && is_unused(card) && binding_take(host, card->functions, (unsigned int)seconds, error);
}

static bool give_back(G_GNUC_UNUSED const struct host *host, const struct card *card, GError **error)
{
	return binding_give_back(card->functions, (unsigned int)seconds, error);
}

static bool move(const struct card *card, const struct host *host, bool to_guests, GError **error)
{
	g_autofree char *address = card_address(card);

	if (!is_expected(card))
		return false;
	if (any_of(card, !to_guests))
		return (to_guests ? take : give_back)(host, card, error);
	printf("%s  is %s vfio-pci%s\n", output_text(address), to_guests ? "bound to" : "not bound to",
	       to_guests ? " already" : "");
	return true;
}

static int run(const char *verb, const char *device, bool to_guests)
{
	g_autoptr(GError) error = NULL;
	int code = EXIT_FAILED;
	struct host *host;
	struct card *card;

	if (!may_run(verb))
		return EXIT_FAILED;
	if (!lock_take("bind", true, &error))
		return fail_with(g_steal_pointer(&error));
	lock_begin();
	host = host_read();
	card = card_find(host, device, only, &error);
	if (card && move(card, host, to_guests, &error)) {
		if (json_wanted)
			json_print_change(card->main->address, any_of(card, !to_guests), false);
		code = EXIT_FINE;
	}
	if (error)
		code = fail_with(g_steal_pointer(&error));
	card_free(card);
	host_free(host);
	lock_finish();
	return code;
}

static int run_bind(G_GNUC_UNUSED int count, char **arguments)
{
	return run("bind", arguments[0], true);
}

static int run_unbind(G_GNUC_UNUSED int count, char **arguments)
{
	return run("unbind", arguments[0], false);
}

const struct command command_bind = {
	.name = "bind",
	.arguments = "DEVICE",
	.least = 1,
	.most = 1,
	.summary = "bind all functions of a card to vfio-pci, now",
	.description =
		"Takes all functions of the card from their drivers, even built-in ones, binds them to vfio-pci with "
		"driver_override, and checks the result. If the default domain of the group is \"identity\", it becomes "
		"\"DMA\", so that a card that waits for its guest cannot reach all of the host's memory. Functions that are "
		"already bound are not touched. If a step fails, the steps before it are undone.\n\n"
		"If a driver does not release a device in time, bind reports it and gives up. Without --force, bind refuses"
		" a card that the host boots on, that has a mounted file system or a network link, that programs such as a "
		"display server have open, or that shows the text console. The binding lasts until the next boot; setup "
		"makes it permanent.",
	.options = bind_options,
	.run = run_bind,
};

const struct command command_unbind = {
	.name = "unbind",
	.arguments = "DEVICE",
	.least = 1,
	.most = 1,
	.summary = "return a card to the host's drivers",
	.description =
		"Takes all functions of the card from vfio-pci and binds them to the drivers they had before bind. If "
		"vfio-pci had them from the start, the kernel chooses a driver. A card that a guest uses is refused.",
	.options = unbind_options,
	.run = run_unbind,
};
