// SPDX-License-Identifier: GPL-2.0-only
#include "handover/desktop.h"

#include <gio/gio.h>
#include <string.h>

#include "host/root.h"
#include "host/unit.h"
#include "host/users.h"

#define POLL_US 100000
/* systemd gives a user's services 120 s to end, and sessions 90 s. */
#define UNIT_SECONDS 130
/* A display manager that is being started may have others before it. */
#define BOOT_SECONDS 60
/* A display manager may start a session once more while it is being stopped. */
#define ROUNDS 3

/* These open each card of theirs, and are no use to a host that does without it. */
static const char *const helpers[] = { "nvidia-persistenced.service", "nvidia-powerd.service" };

/* It has a card open on a session's behalf, and closes it when the session ends. */
#define LOGIND "systemd-logind.service"

static bool is_helper(const char *unit)
{
	for (size_t i = 0; i < G_N_ELEMENTS(helpers); i++)
		if (!strcmp(unit, helpers[i]))
			return true;
	return false;
}

static void add_unit(GPtrArray *units, enum ledger_kind kind, const char *name, bool first)
{
	for (guint i = 0; i < units->len; i++)
		if (!strcmp(((struct ledger_entry *)units->pdata[i])->name, name))
			return;
	g_ptr_array_insert(units, first ? 0 : -1, ledger_entry_new(kind, name));
}

/* The services of such a user run without a session, so they are started again. */
static bool is_lingering(const char *unit, const char *pid)
{
	g_autofree char *login = users_login(pid);

	return g_str_has_prefix(unit, "user@") && root_exists("/var/lib/systemd/linger/%s", login);
}

static void add_lines(GPtrArray *list, const struct card *card)
{
	g_autoptr(GPtrArray) lines = users_programs(card);

	for (guint i = 0; i < lines->len; i++)
		g_ptr_array_add(list, g_strdup(lines->pdata[i]));
}

static void add_other(GPtrArray *others, const struct card *card, const char *pid, const char *unit)
{
	g_autofree char *program = users_name(pid);
	g_autofree char *address = card_address(card);

	g_ptr_array_add(others, g_strdup_printf("%s%s%s has %s open", program, unit ? " of " : "", unit ? unit : "", address));
}

GPtrArray *desktop_units(const GPtrArray *cards, GPtrArray *others)
{
	GPtrArray *units = g_ptr_array_new_with_free_func(ledger_entry_free);
	g_autofree char *manager = unit_of_display_manager();
	bool of_desktop = false;

	for (guint i = 0; i < cards->len; i++) {
		g_autoptr(GPtrArray) pids = users_pids(cards->pdata[i]);

		for (guint j = 0; j < pids->len; j++) {
			g_autofree char *unit = unit_of_process(pids->pdata[j]);

			if (unit && is_helper(unit)) {
				add_unit(units, LEDGER_UNIT, unit, false);
			} else if (unit && unit_is_of_user(unit)) {
				add_unit(units, is_lingering(unit, pids->pdata[j]) ? LEDGER_UNIT : LEDGER_SESSION, unit, false);
				of_desktop = true;
			} else if (unit && (!g_strcmp0(unit, manager) || !strcmp(unit, LOGIND))) {
				of_desktop = true;
			} else if (unit && g_str_has_prefix(unit, "plymouth")) {
				/* The picture of the boot ends by itself. */
				continue;
			} else {
				add_other(others, cards->pdata[i], pids->pdata[j], unit);
			}
		}
	}
	if (of_desktop && manager && unit_runs(manager))
		add_unit(units, LEDGER_UNIT, manager, true);
	return units;
}

static void add_all_lines(GPtrArray *list, const GPtrArray *cards)
{
	for (guint i = 0; i < cards->len; i++)
		add_lines(list, cards->pdata[i]);
}

static bool still_open(const GPtrArray *lines, GError **error, const char *why)
{
	g_autofree char *text = NULL;
	g_autoptr(GPtrArray) all = g_ptr_array_new();

	for (guint i = 0; i < lines->len; i++)
		g_ptr_array_add(all, lines->pdata[i]);
	g_ptr_array_add(all, NULL);
	text = g_strjoinv("\n  ", (char **)all->pdata);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY, "%s:\n  %s", why, text);
	return false;
}

/* Return: whether there is something else to stop by now, or nothing has a card open. */
static bool wait_for_programs(const GPtrArray *cards, unsigned int seconds)
{
	gint64 end = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;

	for (;;) {
		g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

		add_all_lines(lines, cards);
		if (!lines->len)
			return true;
		if (g_get_monotonic_time() > end)
			return false;
		g_usleep(POLL_US);
	}
}

static bool stop_each(const GPtrArray *units, struct ledger *ledger, GError **error)
{
	for (guint i = 0; i < units->len; i++) {
		const struct ledger_entry *entry = units->pdata[i];

		if (!ledger_add(ledger, entry->kind, entry->name, error))
			return false;
		if (!unit_stop(entry->name, UNIT_SECONDS)) {
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
				    "systemd did not stop %s within " G_STRINGIFY(UNIT_SECONDS) " seconds (systemctl status %s)",
				    entry->name, entry->name);
			return false;
		}
	}
	return true;
}

void desktop_wait(void)
{
	g_autofree char *manager = unit_of_display_manager();

	if (manager)
		unit_wait(manager, BOOT_SECONDS);
}

bool desktop_holds_us(const GPtrArray *cards)
{
	g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) units = desktop_units(cards, others);
	g_autofree char *own = unit_of_process("self");

	for (guint i = 0; own && i < units->len; i++)
		if (!strcmp(((struct ledger_entry *)units->pdata[i])->name, own))
			return true;
	return false;
}

bool desktop_stop(const GPtrArray *cards, struct ledger *ledger, unsigned int seconds, GError **error)
{
	g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);

	for (int round = 0; round < ROUNDS; round++) {
		g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);
		g_autoptr(GPtrArray) units = desktop_units(cards, others);

		if (others->len)
			return still_open(others, error,
					  "programs that are not part of a desktop session have the card open; stop them first");
		if (!stop_each(units, ledger, error))
			return false;
		/* Programs end with their units. What came up meanwhile is stopped in the next round, so the first is short. */
		if (wait_for_programs(cards, round ? seconds : MIN(seconds, 3)))
			return true;
	}
	add_all_lines(left, cards);
	return still_open(left, error, "the desktop was stopped, and these still have the card open");
}
