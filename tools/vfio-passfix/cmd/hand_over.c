// SPDX-License-Identifier: GPL-2.0-only
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "handover/desktop.h"
#include "handover/handover.h"
#include "host/root.h"
#include "setup/lock.h"
#include "text/output.h"

static gboolean dry_run;
static int seconds = 30;

static const GOptionEntry options[] = {
	{ "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Print what would be done, and change nothing", NULL },
	{ "timeout", 0, 0, G_OPTION_ARG_INT, &seconds, "Seconds that a driver or a unit may take to stop (30)", "SECONDS" },
	{ 0 },
};

static bool may_run(GError **error)
{
	if (seconds < 1 || seconds > 3600)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			    "cannot hand over: --timeout takes 1 to 3600 seconds");
	else if (!dry_run && !root_is_host())
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
			    "cannot hand over under --root: only the running kernel can bind devices. To see what would be done: add --dry-run");
	else if (!dry_run && geteuid())
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
			    "cannot hand over: only root can; run it with sudo");
	else
		return true;
	return false;
}

static void print_steps(const GPtrArray *steps)
{
	for (guint i = 0; i < steps->len; i++) {
		g_autofree char *first = g_strdup_printf("%3u. ", i + 1);

		output_wrapped(first, 5, steps->pdata[i]);
	}
}

/* Where there are several reasons each is a line. */
static char *joined(const GPtrArray *reasons)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < reasons->len; i++)
		g_string_append_printf(text, "%s%s", i ? "\n  " : "", (char *)reasons->pdata[i]);
	return g_string_free(text, FALSE);
}

static bool refuse(const struct handover *handover, GError **error)
{
	g_autoptr(GPtrArray) reasons = handover_refusals(handover);
	g_autofree char *text = joined(reasons);

	if (reasons->len)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY, "%s", text);
	return reasons->len;
}

static bool is_whole(const struct ledger *ledger, const struct host *host)
{
	if (ledger->phase != LEDGER_GUEST)
		return false;
	for (guint i = 0; i < ledger->devices->len; i++) {
		const struct pci_device *device = pci_find(host->devices, ledger->devices->pdata[i]);

		if (!device || !device->driver || !pci_driver_is_vfio(device->driver))
			return false;
	}
	return true;
}

/* One that a crash cut short is undone first. */
static bool clear_leftovers(struct host **host, const char *guest, bool *given, GError **error)
{
	struct ledger *ledger = ledger_read(guest, error);
	bool done = !(error && *error);

	*given = ledger && is_whole(ledger, *host);
	if (ledger && !*given && !dry_run) {
		done = handover_end(*host, ledger, (unsigned int)seconds, error);
		host_free(*host);
		*host = host_read();
	}
	ledger_free(ledger);
	return done;
}

static bool start(struct host **host, const char *guest, GError **error)
{
	struct journal *journal = journal_read(error);
	struct handover *handover = NULL;
	bool given = false, done = false;

	if (!(error && *error) && clear_leftovers(host, guest, &given, error))
		handover = handover_find(*host, journal, guest, error);
	if (handover && !given && !dry_run && handover->stopping->len)
		desktop_wait();
	if (!handover) {
		done = false;
	} else if (given) {
		printf("%s has its card%s already.\n", guest, handover->cards->len == 1 ? "" : "s");
		done = true;
	} else if (!refuse(handover, error)) {
		g_autoptr(GPtrArray) steps = handover_plan(handover);

		if (dry_run)
			printf("When %s starts:\n", guest);
		if (dry_run)
			print_steps(steps);
		done = dry_run || handover_start(handover, (unsigned int)seconds, error);
	}
	handover_free(handover);
	journal_free(journal);
	return done;
}

static bool end(struct host **host, const char *guest, GError **error)
{
	struct ledger *ledger = ledger_read(guest, error);
	bool done;

	if (!ledger) {
		if (error && *error)
			return false;
		printf("%s has none of the host's cards.\n", guest);
		return true;
	}
	if (dry_run) {
		g_autoptr(GPtrArray) steps = handover_plan_back(ledger);

		printf("When %s ends:\n", guest);
		print_steps(steps);
		done = true;
	} else {
		done = handover_end(*host, ledger, (unsigned int)seconds, error);
	}
	ledger_free(ledger);
	return done;
}

static int run(G_GNUC_UNUSED int count, char **arguments)
{
	const char *guest = arguments[0];
	bool starts = !strcmp(arguments[1], "start");
	g_autoptr(GError) error = NULL;
	struct host *host;

	if (!starts && strcmp(arguments[1], "end")) {
		complain("hand-over takes \"start\" or \"end\", not \"%s\"", arguments[1]);
		return EXIT_USAGE;
	}
	if (!setup_is_guest(guest)) {
		complain("\"%s\" cannot be the name of a guest: only letters, digits, and . _ - are possible, at most 64 of them", guest);
		return EXIT_USAGE;
	}
	if (!may_run(&error))
		return fail_with(g_steal_pointer(&error));
	if (!dry_run) {
		setvbuf(stdout, NULL, _IOLBF, 0);
		/* The same lock as bind's: one writer of what a driver has. */
		if (!lock_take("bind", true, &error))
			return fail_with(g_steal_pointer(&error));
		lock_begin();
		if (starts)
			ledger_note_refusal(guest, NULL);
	}
	host = host_read();
	if (!(starts ? start : end)(&host, guest, &error))
		g_prefix_error(&error, starts ? "the guest %s does not get its card: " : "the host cannot take everything back from the guest %s: ",
			       guest);
	host_free(host);
	if (error && starts && !dry_run)
		ledger_note_refusal(guest, error->message);
	if (!dry_run)
		lock_finish();
	return error ? fail_with(g_steal_pointer(&error)) : EXIT_FINE;
}

const struct command command_hand_over = {
	.name = "hand-over",
	.arguments = "GUEST start|end",
	.least = 2,
	.most = 2,
	.summary = "give a guest its on-demand cards, or take them back",
	.description =
		"Hooks of libvirt and Proxmox VE run this when a guest starts and after it has ended; setup --on-demand "
		"installs them. You can also run it yourself, without a guest.\n\n"
		"start refuses the guest and says why if another guest has a card, if the kernel would refuse the card "
		"because the fix is off or not in force, if the host uses a card for a mounted file system or a network "
		"link, or if programs have it open. If the card was set up with --stop-desktop, systemd stops the display "
		"manager and the sessions that have it open instead. Then start detaches the text console and the boot "
		"framebuffer from the card and binds all its functions to vfio-pci. If a step fails, the steps before it "
		"are undone in reverse order.\n\n"
		"end returns the functions to the drivers they had, attaches the console, and starts the display manager if"
		" start stopped it. You can run it again at any time; it also cleans up after a start or an end that "
		"crashed.\n\n"
		"/run/vfio-passfix/hand-over records what was taken from the host; status shows it.",
	.options = options,
	.run = run,
};
