// SPDX-License-Identifier: GPL-2.0-only
#include "handover/handover.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "handover/desktop.h"
#include "handover/screen.h"
#include "host/card.h"
#include "host/fix.h"
#include "host/in_use.h"
#include "host/root.h"
#include "host/unit.h"
#include "host/users.h"
#include "setup/binding.h"
#include "text/output.h"

static void say(GPtrArray *list, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void say(GPtrArray *list, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(list, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

void handover_free(struct handover *handover)
{
	if (!handover)
		return;
	g_ptr_array_unref(handover->cards);
	g_ptr_array_unref(handover->functions);
	g_ptr_array_unref(handover->stopping);
	g_ptr_array_unref(handover->keeping);
	g_ptr_array_unref(handover->unforced);
	g_free(handover);
}

static void free_card(gpointer data)
{
	card_free(data);
}

/* Addresses can move: the card that was set up is told by its id. */
static struct card *card_that_was_set_up(const struct host *host, const struct setup_card *setup, GError **error)
{
	struct card *card = card_find(host, setup->name, false, NULL);
	g_autofree char *id = card ? pci_id(card->functions->pdata[0]) : NULL;

	if (!g_strcmp0(id, setup->id))
		return card;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		    "%s (%s) is set up for it, and %s. If the card has moved to another slot: sudo vfio-passfix remove %s --apply, then set it up again",
		    setup->card, setup->id, id ? "another device is there now" : "is no longer there", setup->device);
	card_free(card);
	return NULL;
}

struct handover *handover_find(const struct host *host, const struct journal *journal, const char *guest,
			       GError **error)
{
	struct handover *handover = g_new0(struct handover, 1);

	handover->host = host;
	handover->guest = guest;
	handover->cards = g_ptr_array_new_with_free_func(free_card);
	handover->functions = g_ptr_array_new();
	handover->stopping = g_ptr_array_new();
	handover->keeping = g_ptr_array_new();
	handover->unforced = g_ptr_array_new();
	for (guint i = 0; journal && i < journal->cards->len; i++) {
		const struct setup_card *setup = journal->cards->pdata[i];
		struct card *card;

		if (!setup_card_is_for(setup, guest))
			continue;
		card = card_that_was_set_up(host, setup, error);
		if (!card)
			break;
		g_ptr_array_add(handover->cards, card);
		for (guint j = 0; j < card->functions->len; j++)
			g_ptr_array_add(handover->functions, card->functions->pdata[j]);
		g_ptr_array_add(setup->stop_desktop ? handover->stopping : handover->keeping, card);
		if (!setup->forced)
			g_ptr_array_add(handover->unforced, card);
	}
	if (!handover->cards->len && !(error && *error))
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			    "no card is set up for the guest %s. To set one up: sudo vfio-passfix setup DEVICE --on-demand %s --apply",
			    guest, guest);
	if (error && *error) {
		handover_free(handover);
		return NULL;
	}
	return handover;
}

static bool has_device(const struct ledger *ledger, const char *address)
{
	return g_ptr_array_find_with_equal_func(ledger->devices, address, g_str_equal, NULL);
}

static void refuse_for_others(GPtrArray *list, const struct handover *handover)
{
	g_autoptr(GPtrArray) ledgers = ledger_all();

	for (guint i = 0; i < ledgers->len; i++) {
		const struct ledger *ledger = ledgers->pdata[i];
		bool taken = false;

		for (guint j = 0; strcmp(ledger->guest, handover->guest) && j < handover->functions->len; j++)
			taken = taken || has_device(ledger, ((struct pci_device *)handover->functions->pdata[j])->address);
		if (taken && ledger->phase == LEDGER_ENDING)
			say(list, "%s was not given back when the guest %s ended. Do that first: sudo vfio-passfix hand-over %s end",
			    (char *)ledger->cards->pdata[0], ledger->guest, ledger->guest);
		else if (taken)
			say(list, "the guest %s has %s. Shut it down first", ledger->guest, (char *)ledger->cards->pdata[0]);
	}
}

/* As doctor has it: in words that say what to do. */
static void refuse_for_fix(GPtrArray *list, const struct handover *handover)
{
	struct fix fix = { 0 };

	fix_read(&fix);
	for (guint i = 0; i < handover->cards->len; i++) {
		const struct card *card = handover->cards->pdata[i];
		g_autoptr(GPtrArray) groups = card_groups(handover->host, card);
		g_autofree char *address = card_address(card);

		if (!groups->len && !groups_come_late())
			say(list, "%s is in no IOMMU group; vfio-passfix doctor %s says why", address, card->main->address);
		for (guint j = 0; j < groups->len; j++) {
			const struct group *group = groups->pdata[j];

			if (fix.state == FIX_NOT_IN_FORCE && group_is_relaxed(group)) {
				say(list, "the fix is on, but not in force, because kprobes or ftrace are turned off: " FIX_SWITCH_KPROBES_ON "; " FIX_SWITCH_FTRACE_ON);
				break;
			}
			if (fix_refusal() == REFUSAL_NONE || !fix_is_demanded(handover->host, group))
				continue;
			if (!fix.loaded)
				say(list, "the kernel refuses %s for the 1:1 mapping that its firmware mandates, and the fix is not loaded: sudo modprobe " FIX_MODULE,
				    address);
			else if (fix.state == FIX_OFF)
				say(list, "the kernel refuses %s for the 1:1 mapping that its firmware mandates, and the fix is off: echo 1 | sudo tee " FIX_FOLDER "/pass_fix",
				    address);
			else
				say(list, "the fix is on, but it does not cover IOMMU group %d (%s): sudo vfio-passfix remove --apply, then set the card up again",
				    group->number, address);
			break;
		}
	}
	fix_clear(&fix);
}

static void refuse_for_use(GPtrArray *list, const struct handover *handover)
{
	for (guint i = 0; i < handover->unforced->len; i++) {
		const struct card *card = handover->unforced->pdata[i];

		for (guint j = 0; j < card->functions->len; j++) {
			const struct pci_device *device = card->functions->pdata[j];
			bool given = device->driver && pci_driver_is_vfio(device->driver);
			g_autofree char *use = given ? NULL : in_use_by(device);

			if (use)
				say(list, "%s is in use by the host: %s", device->address, use);
		}
	}
}

static void refuse_for_programs(GPtrArray *list, const struct handover *handover)
{
	g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);
	guint before;

	g_ptr_array_unref(desktop_units(handover->stopping, others));
	for (guint i = 0; i < others->len; i++)
		say(list, "%s, and is not part of a desktop session. Stop it first", (char *)others->pdata[i]);
	if (desktop_holds_us(handover->stopping))
		say(list, "this program runs in the session that would be ended. Start the guest instead, or: sudo systemctl start vfio-passfix-guest@%s",
		    handover->guest);
	before = list->len;
	for (guint i = 0; i < handover->keeping->len; i++) {
		g_autoptr(GPtrArray) lines = users_programs(handover->keeping->pdata[i]);

		for (guint j = 0; j < lines->len; j++)
			say(list, "%s", (char *)lines->pdata[j]);
	}
	if (list->len > before)
		say(list, "stop these first, or have the desktop ended for the guest: set the card up with --stop-desktop");
}

GPtrArray *handover_refusals(const struct handover *handover)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	refuse_for_others(list, handover);
	if (list->len)
		return list;
	refuse_for_fix(list, handover);
	refuse_for_use(list, handover);
	refuse_for_programs(list, handover);
	return list;
}

/* How each kind of step is taken and undone; and what is said of it. */
static const struct step {
	const char *does, *undoes;	/* "%s": the name; NULL: it is not undone */
	bool (*take)(const char *name, GError **error);
	bool (*give_back)(const char *name, GError **error);
} steps[] = {
	[LEDGER_UNIT] = { "stop %s", "start %s", NULL, NULL },
	[LEDGER_SESSION] = { "end %s", NULL, NULL, NULL },
	[LEDGER_CONSOLE] = { "detach the text console %s", "attach the text console %s", screen_console_detach,
			     screen_console_attach },
	[LEDGER_SCREEN] = { "detach the boot framebuffer %s", "attach the boot framebuffer %s",
			    screen_framebuffer_detach, screen_framebuffer_attach },
	[LEDGER_DEVICES] = { "bind %s to vfio-pci", "bind %s to the host's drivers", NULL, NULL },
};

static void plan_step(GPtrArray *list, enum ledger_kind kind, const char *name, bool back)
{
	const char *text = back ? steps[kind].undoes : steps[kind].does;
	g_auto(GStrv) parts = g_strsplit(text ? text : "", "%s", 2);

	if (text)
		g_ptr_array_add(list, g_strjoinv(name, parts));
}

/* The consoles and boot framebuffers of all cards, as entries of a ledger. */
static GPtrArray *screens_of(const GPtrArray *cards, GPtrArray *(*of)(const struct card *card))
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < cards->len; i++) {
		g_autoptr(GPtrArray) some = of(cards->pdata[i]);

		while (some->len) {
			char *name = g_ptr_array_steal_index(some, 0);

			if (g_ptr_array_find_with_equal_func(all, name, g_str_equal, NULL))
				g_free(name);
			else
				g_ptr_array_add(all, name);
		}
	}
	return all;
}

GPtrArray *handover_plan(const struct handover *handover)
{
	g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) units = desktop_units(handover->stopping, others);
	g_autoptr(GPtrArray) consoles = screens_of(handover->cards, screen_consoles);
	g_autoptr(GPtrArray) screens = screens_of(handover->cards, screen_framebuffers);
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < units->len; i++) {
		const struct ledger_entry *entry = units->pdata[i];

		plan_step(list, entry->kind, entry->name, false);
	}
	for (guint i = 0; i < consoles->len; i++)
		plan_step(list, LEDGER_CONSOLE, consoles->pdata[i], false);
	for (guint i = 0; i < screens->len; i++)
		plan_step(list, LEDGER_SCREEN, screens->pdata[i], false);
	for (guint i = 0; i < handover->cards->len; i++) {
		g_autofree char *card = card_address(handover->cards->pdata[i]);

		plan_step(list, LEDGER_DEVICES, card, false);
	}
	return list;
}

static bool take_each(struct ledger *ledger, enum ledger_kind kind, const GPtrArray *names, GError **error)
{
	for (guint i = 0; i < names->len; i++)
		if (!ledger_add(ledger, kind, names->pdata[i], error) || !steps[kind].take(names->pdata[i], error))
			return false;
	return true;
}

/* "0000:03:00.0-3, 0000:05:00.0"; for g_free() */
static char *cards_of(const struct ledger *ledger)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < ledger->cards->len; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "", (char *)ledger->cards->pdata[i]);
	return g_string_free(text, FALSE);
}

static bool take_all(const struct handover *handover, struct ledger *ledger, unsigned int seconds, GError **error)
{
	g_autoptr(GPtrArray) consoles = NULL, screens = NULL;
	g_autofree char *names = NULL;

	if (!ledger_write(ledger, error))
		return false;
	if (handover->stopping->len && !desktop_stop(handover->stopping, ledger, seconds, error))
		return false;
	consoles = screens_of(handover->cards, screen_consoles);
	screens = screens_of(handover->cards, screen_framebuffers);
	if (!take_each(ledger, LEDGER_CONSOLE, consoles, error) || !take_each(ledger, LEDGER_SCREEN, screens, error))
		return false;
	names = cards_of(ledger);
	if (!ledger_add(ledger, LEDGER_DEVICES, names, error) ||
	    !binding_take(handover->host, handover->functions, seconds, error))
		return false;
	ledger->phase = LEDGER_GUEST;
	return ledger_write(ledger, error);
}

static struct ledger *ledger_for(const struct handover *handover)
{
	struct ledger *ledger = ledger_new(handover->guest);

	for (guint i = 0; i < handover->cards->len; i++)
		g_ptr_array_add(ledger->cards, card_address(handover->cards->pdata[i]));
	for (guint i = 0; i < handover->functions->len; i++)
		g_ptr_array_add(ledger->devices,
				g_strdup(((struct pci_device *)handover->functions->pdata[i])->address));
	return ledger;
}

bool handover_start(const struct handover *handover, unsigned int seconds, GError **error)
{
	struct ledger *ledger = ledger_for(handover);
	bool done = take_all(handover, ledger, seconds, error);

	if (!done) {
		struct host *now = host_read();
		g_autoptr(GError) trouble = NULL;

		if (!handover_end(now, ledger, seconds, &trouble))
			g_prefix_error(error, "%s; and what was done cannot be undone: %s: ", handover->guest,
				       trouble->message);
		host_free(now);
	}
	ledger_free(ledger);
	return done;
}

GPtrArray *handover_plan_back(const struct ledger *ledger)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	for (guint i = ledger->entries->len; i > 0; i--) {
		const struct ledger_entry *entry = ledger->entries->pdata[i - 1];

		plan_step(list, entry->kind, entry->name, true);
	}
	return list;
}

/* Those of a ledger that are there; one that was pulled out meanwhile is nobody's any more. */
static GPtrArray *devices_of(const struct host *host, const struct ledger *ledger)
{
	GPtrArray *devices = g_ptr_array_new();

	for (guint i = 0; i < ledger->devices->len; i++) {
		struct pci_device *device = pci_find(host->devices, ledger->devices->pdata[i]);

		if (device)
			g_ptr_array_add(devices, device);
	}
	return devices;
}

static bool give_devices_back(const struct host *host, const struct ledger *ledger, unsigned int seconds, GError **error)
{
	g_autoptr(GPtrArray) devices = devices_of(host, ledger);

	return binding_give_back(devices, seconds, error);
}

/* Whether a guest still uses them, with @error set. */
static bool is_with_guest(const struct host *host, const struct ledger *ledger, GError **error)
{
	g_autoptr(GPtrArray) devices = devices_of(host, ledger);

	return !binding_are_free(devices, error);
}

static bool start_unit(const char *name, unsigned int seconds, GError **error)
{
	if (unit_start(name, seconds))
		return true;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s was stopped for the guest and does not start again: systemctl status %s",
		    name, name);
	return false;
}

static bool undo(const struct host *host, const struct ledger *ledger, const struct ledger_entry *entry,
		 unsigned int seconds, GError **error)
{
	if (entry->kind == LEDGER_DEVICES)
		return give_devices_back(host, ledger, seconds, error);
	if (entry->kind == LEDGER_UNIT)
		return start_unit(entry->name, seconds, error);
	return !steps[entry->kind].give_back || steps[entry->kind].give_back(entry->name, error);
}

bool handover_end(const struct host *host, struct ledger *ledger, unsigned int seconds, GError **error)
{
	bool done;

	/* Without its card a desktop would only fail. */
	if (is_with_guest(host, ledger, error))
		return false;
	ledger->phase = LEDGER_ENDING;
	done = ledger_write(ledger, error);
	for (guint i = ledger->entries->len; i > 0; i--)
		if (!undo(host, ledger, ledger->entries->pdata[i - 1], seconds, done ? error : NULL))
			done = false;
	return done && ledger_remove(ledger->guest, error);
}
