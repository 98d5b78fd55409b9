// SPDX-License-Identifier: GPL-2.0-only
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "handover/ledger.h"
#include "host/fix.h"
#include "host/libvirt.h"
#include "host/root.h"
#include "setup/hooks.h"
#include "setup/journal.h"
#include "setup/lock.h"
#include "setup/plan.h"
#include "text/json.h"
#include "text/output.h"
#include "setup/form.h"
#include "text/progress.h"

/* How many devices can be named at once. */
#define MOST_DEVICES 16

/* How many lines of a failed program's output are shown. */
#define LAST_LINES 12

static gboolean apply, force, only, stop_desktop;
static char *on_demand;

static const GOptionEntry setup_options[] = {
	{ "apply", 0, 0, G_OPTION_ARG_NONE, &apply, "Apply the changes; without this they are only shown", NULL },
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force,
	  "Even if the host boots on the card or is using it, or files of an earlier setup were edited", NULL },
	{ "only", 0, 0, G_OPTION_ARG_NONE, &only, "Only these functions, not their whole cards", NULL },
	{ "on-demand", 0, 0, G_OPTION_ARG_STRING, &on_demand,
	  "The host keeps them until one of these guests (win11,games) starts, and has them back when it has ended", "GUESTS" },
	{ "stop-desktop", 0, 0, G_OPTION_ARG_NONE, &stop_desktop,
	  "With --on-demand: stop the display manager and sessions that use them, rather than refuse the guest", NULL },
	JSON_OPTION("Print the changes as JSON"),
	{ 0 },
};

static const GOptionEntry remove_options[] = {
	{ "apply", 0, 0, G_OPTION_ARG_NONE, &apply, "Apply the changes; without this they are only shown", NULL },
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force,
	  "Even if files were edited; the edited files are kept in /var/lib/vfio-passfix/edited", NULL },
	JSON_OPTION("Print the changes as JSON"),
	{ 0 },
};

/* For --json: whether there was something to do. */
static bool needed;

/* Programs. */

struct step {
	const char *what;
	const char *program;
	const char *const *arguments;
};

#define MOST_STEPS 4

static const char *const reload[] = { "daemon-reload", NULL };

/* libvirt looks for hooks when it starts. Guests that run go on. */
static const char **restart_of(const char *unit)
{
	static const char *words[] = { "try-restart", NULL, NULL };

	words[1] = unit;
	return words;
}

/*
 * Fills @steps with what must be run after the files have changed. @files: those that were
 * written; NULL: none. Return: the number of steps.
 */
static size_t steps_for(const struct initramfs *initramfs, const char *const *files, struct step steps[MOST_STEPS])
{
	size_t count = 0;

	/* A new file gets the SELinux label of its folder; the policy may have another label for its path. */
	if (files && root_exists("/sys/fs/selinux/enforce"))
		steps[count++] = (struct step){ "setting the SELinux labels", "restorecon", files };
	if (initramfs)
		steps[count++] = (struct step){ "regenerating the initramfs (a minute or more)", initramfs->program,
						initramfs->arguments };
	if (!root_is_host() || root_exists("/run/systemd/system"))
		steps[count++] = (struct step){ "reloading systemd", "systemctl", reload };
	if (files && g_strv_contains(files, HOOKS_LIBVIRT_PATH) && libvirt_unit())
		steps[count++] = (struct step){ "restarting libvirt, so that it runs the hook", "systemctl",
						restart_of(libvirt_unit()) };
	return count;
}

static char *command_line(const struct step *step)
{
	g_autofree char *arguments = g_strjoinv(" ", (char **)step->arguments);

	return g_strconcat(step->program, " ", arguments, NULL);
}

/* The last lines of @output, as a list for output_message(). */
static char *last_lines(GBytes *output)
{
	size_t size;
	const char *data = g_bytes_get_data(output, &size);
	g_autofree char *text = g_strchomp(g_strndup(data ? data : "", size));
	const char *from = text + strlen(text);
	g_auto(GStrv) lines = NULL;

	for (int count = 0; from > text; from--)
		if (from[-1] == '\n' && ++count == LAST_LINES)
			break;
	lines = g_strsplit(*from ? from : "(none)", "\n", -1);
	return g_strjoinv("\n  ", lines);
}

/* A program that is running. */
struct running {
	GMainLoop *loop;
	unsigned int seconds;
	bool talked;		/* its output was read to the end */
	GBytes *output;
	GError *error;
};

static gboolean tick(gpointer data)
{
	struct running *running = data;

	progress_show(++running->seconds);
	return G_SOURCE_CONTINUE;
}

static void finished(GObject *process, GAsyncResult *result, gpointer data)
{
	struct running *running = data;

	running->talked = g_subprocess_communicate_finish(G_SUBPROCESS(process), result, &running->output, NULL,
							  &running->error);
	g_main_loop_quit(running->loop);
}

/* Waits until it ends, and shows progress meanwhile. @output: gets all that it printed */
static bool wait_for(GSubprocess *process, GBytes **output, GError **error)
{
	struct running running = { .loop = g_main_loop_new(NULL, FALSE) };
	/* Not g_timeout_add_seconds(), whose first second may last two. */
	guint ticking = g_timeout_add(1000, tick, &running);

	g_subprocess_communicate_async(process, NULL, NULL, finished, &running);
	g_main_loop_run(running.loop);
	g_source_remove(ticking);
	g_main_loop_unref(running.loop);
	progress_end();
	*output = running.output;
	if (!running.talked)
		g_propagate_error(error, running.error);
	return running.talked;
}

static bool run_step(const struct step *step, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
	g_autofree char *line = command_line(step);
	g_autoptr(GSubprocess) process = NULL;
	g_autoptr(GBytes) output = NULL;
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_autoptr(GError) trouble = NULL;
	g_autofree char *last = NULL;

	g_ptr_array_add(words, (char *)step->program);
	for (const char *const *word = step->arguments; *word; word++)
		g_ptr_array_add(words, (char *)*word);
	g_ptr_array_add(words, NULL);
	lock_share(launcher);
	/* If a user became root with su, PATH may lack /usr/sbin. */
	g_subprocess_launcher_setenv(launcher, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", TRUE);
	printf("%s: %s\n", step->what, output_text(line));
	process = g_subprocess_launcher_spawnv(launcher, (const char *const *)words->pdata, &trouble);
	if (!process || !wait_for(process, &output, &trouble)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot run %s: %s", line, trouble->message);
		return false;
	}
	if (g_subprocess_get_successful(process))
		return true;
	last = last_lines(output);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s failed (%s %d). The end of its output:\n  %s", line,
		    g_subprocess_get_if_exited(process) ? "exit code" : "signal",
		    g_subprocess_get_if_exited(process) ? g_subprocess_get_exit_status(process) :
							  g_subprocess_get_term_sig(process),
		    last);
	return false;
}

static void show_steps(const struct initramfs *initramfs, const char *const *files, const char *title)
{
	struct step steps[MOST_STEPS];
	size_t count = steps_for(initramfs, files, steps);

	if (count)
		printf("\n%s\n", title);
	for (size_t i = 0; i < count; i++) {
		g_autofree char *line = command_line(&steps[i]);

		printf("    %s\n", output_text(line));
	}
}

static bool run_steps(const struct initramfs *initramfs, const char *const *files, GError **error)
{
	struct step steps[MOST_STEPS];
	size_t count = steps_for(initramfs, files, steps);

	if (!root_is_host()) {
		show_steps(initramfs, files, "To be run in that system once it runs:");
		return true;
	}
	for (size_t i = 0; i < count; i++)
		if (!run_step(&steps[i], error))
			return false;
	return true;
}

/* The generator that setup configured; if that is gone, the one that may have included our files. */
static const struct initramfs *generator_of(const struct journal *journal)
{
	const struct initramfs *initramfs = initramfs_named(journal->initramfs);

	if (!initramfs && !setup_cards_at_boot(journal->cards))
		return NULL;
	return initramfs && initramfs_is_there(initramfs) ? initramfs : initramfs_find();
}

/* Both commands. */

static bool may_apply(const char *verb, GError **error)
{
	if (root_is_host() && geteuid()) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
			    "cannot %s: only root can; run it with sudo", verb);
		return false;
	}
	/* Show each line when its step begins. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	umask(022);
	if (!lock_take("setup", false, error))
		return false;
	lock_begin();
	return true;
}

/* Return: whether to go on: no file was edited, or --force was given and copies of them are kept. */
static bool settle_edits(const struct journal *journal, const char *verb, GError **error)
{
	g_autoptr(GPtrArray) paths = journal_edited(journal);
	g_autofree char *list = NULL;

	for (guint i = 0; force && i < paths->len; i++)
		if (!journal_keep_aside(paths->pdata[i], error))
			return false;
	if (force || !paths->len)
		return true;
	g_ptr_array_add(paths, NULL);
	list = g_strjoinv("\n  ", (char **)paths->pdata);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
		    "cannot %s: edited since setup wrote it:\n  %s\n  To go on, and keep the edited files in /var/lib/vfio-passfix/edited: add --force",
		    verb, list);
	return false;
}

static void print_indented(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++)
		if (**line || line[1]) {
			int tabs = (int)strspn(*line, "\t");

			printf("%s%.*s%s\n", **line ? "    " : "", tabs, *line, output_text(*line + tabs));
		}
}

static void print_list(const GPtrArray *list, const char *first)
{
	for (guint i = 0; i < list->len; i++)
		output_wrapped(first, (int)strlen(first), list->pdata[i]);
}

/* Which cards. */

/* The entry of the list with a function of @card, or NULL. */
static struct wanted *find_wanted(const GPtrArray *list, const struct card *card)
{
	for (guint i = 0; i < list->len; i++)
		for (guint j = 0; j < card->functions->len; j++)
			if (card_has(((struct wanted *)list->pdata[i])->card, card->functions->pdata[j]))
				return list->pdata[i];
	return NULL;
}

static bool is_same_card(const struct card *a, const struct card *b)
{
	g_autofree char *one = card_address(a), *other = card_address(b);

	return !strcmp(one, other);
}

/* Takes ownership of @card. */
static bool add_wanted(GPtrArray *list, struct card *card, GError **error)
{
	struct wanted *other = find_wanted(list, card);
	struct wanted *wanted;

	if (other && is_same_card(other->card, card)) {
		card_free(card);
		return true;
	}
	if (other) {
		g_autofree char *one = card_address(other->card), *two = card_address(card);

		g_set_error(error, NAMED_ERROR, ERROR_AMBIGUOUS_DEVICE,
			    "%s and %s have a function in common; name it once", one, two);
		card_free(card);
		return false;
	}
	wanted = g_new0(struct wanted, 1);
	wanted->card = card;
	wanted->asked = true;
	wanted->guests = g_strdup(on_demand);
	wanted->stop_desktop = on_demand && stop_desktop;
	g_ptr_array_add(list, wanted);
	return true;
}

/* On demand, "gpu" is a host's only GPU as well: it has it back. NULL: there are none, or several. */
static struct card *only_gpu(const struct host *host)
{
	const struct pci_device *found = NULL;

	for (guint i = 0; i < host->devices->len; i++) {
		const struct pci_device *device = host->devices->pdata[i];

		if (!pci_is_gpu(device))
			continue;
		if (found)
			return NULL;
		found = device;
	}
	return found ? card_find(host, found->address, only, NULL) : NULL;
}

static bool add_named(GPtrArray *list, const struct host *host, int count, char **names, GError **error)
{
	for (int i = 0; i < count; i++) {
		struct card *gpu = on_demand && !strcmp(names[i], "gpu") ? only_gpu(host) : NULL;
		g_autoptr(GPtrArray) cards = gpu ? g_ptr_array_new() : cards_find(host, names[i], only, error);

		if (gpu)
			g_ptr_array_add(cards, gpu);
		if (!cards->len)
			return false;
		while (cards->len)
			if (!add_wanted(list, g_ptr_array_steal_index(cards, 0), error))
				return false;
	}
	return true;
}

/* A card that is set up, as the host has it now; NULL with @error set if it is no longer there. */
static struct card *find_set_up(const struct host *host, const struct setup_card *setup, GError **error)
{
	struct card *card = card_find(host, setup->name, false, NULL);
	g_autofree char *id = card ? pci_id(card->functions->pdata[0]) : NULL;

	if (!g_strcmp0(id, setup->id))
		return card;
	card_free(card);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		    "%s (%s) is set up, and is no longer there. Run this first: sudo vfio-passfix remove %s --apply",
		    setup->card, setup->id, setup->device);
	return NULL;
}

/*
 * Adds the cards that are set up, in their order, before those that were named. @but: of char *, devices to
 * leave out; NULL: none.
 */
static bool add_set_up(GPtrArray *list, const struct host *host, const struct journal *journal, const GPtrArray *but,
		       GError **error)
{
	guint at = 0;

	for (guint i = 0; i < journal->cards->len; i++) {
		const struct setup_card *setup = journal->cards->pdata[i];
		struct wanted *wanted;
		struct card *card;
		guint index;

		if (but && g_ptr_array_find_with_equal_func((GPtrArray *)but, setup->device, g_str_equal, NULL))
			continue;
		card = find_set_up(host, setup, error);
		if (!card)
			return false;
		wanted = find_wanted(list, card);
		if (wanted && !is_same_card(wanted->card, card)) {
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS,
				    "%s is set up. For other functions of that card, run this first: sudo vfio-passfix remove %s --apply",
				    setup->card, setup->name);
			card_free(card);
			return false;
		}
		if (wanted && g_ptr_array_find(list, wanted, &index)) {
			g_ptr_array_steal_index(list, index);
			card_free(card);
		} else {
			wanted = g_new0(struct wanted, 1);
			wanted->card = card;
		}
		wanted->forced = setup->forced;
		if (!wanted->asked) {
			wanted->guests = g_strdup(setup->guests);
			wanted->stop_desktop = setup->stop_desktop;
		}
		g_ptr_array_insert(list, (int)at++, wanted);
	}
	return true;
}

static const char *first_named(const GPtrArray *list)
{
	for (guint i = 0; i < list->len; i++) {
		const struct wanted *wanted = list->pdata[i];

		if (wanted->asked)
			return wanted->card->main->address;
	}
	return NULL;
}

/* setup */

/* Ends with NULL. The plan owns the paths. */
static GPtrArray *paths_of(const struct plan *plan)
{
	GPtrArray *paths = g_ptr_array_new();

	for (guint i = 0; i < plan->files->len; i++)
		g_ptr_array_add(paths, ((struct plan_file *)plan->files->pdata[i])->path);
	g_ptr_array_add(paths, NULL);
	return paths;
}

static bool is_planned(const struct plan *plan, const char *path)
{
	for (guint i = 0; i < plan->files->len; i++)
		if (!strcmp(((struct plan_file *)plan->files->pdata[i])->path, path))
			return true;
	return false;
}

/* "vfio-pci at each boot", "the guest win11 when it starts"; for g_free() */
static char *where_to(const GPtrArray *cards)
{
	const struct setup_card *first = cards->pdata[0];
	bool at_boot = setup_cards_at_boot(cards);

	if (!setup_cards_on_demand(cards))
		return g_strdup("vfio-pci at each boot");
	if (at_boot)
		return g_strdup("vfio-pci at each boot, and to guests when they start");
	return g_strdup_printf("the guest%s %s when it starts", strchr(first->guests, ',') ? "s" : "", first->guests);
}

/* Prints one card per line, with its name. */
static void show_cards(const struct plan *plan, const struct host *host)
{
	const char *on = colour_on(COLOUR_BOLD), *off = colour_off();
	g_autofree char *to = where_to(plan->cards);

	if (plan->cards->len == 1) {
		g_autofree char *card = setup_cards_with_ids(plan->cards);

		printf("%sTo give %s to %s%s\n\n", on, output_text(card), to, off);
		return;
	}
	printf("%sTo give %u cards to %s%s\n", on, plan->cards->len, to, off);
	for (guint i = 0; i < plan->cards->len; i++) {
		const struct setup_card *card = plan->cards->pdata[i];
		g_autofree char *name = pci_name(pci_find(host->devices, card->device));
		g_autofree char *first = g_strdup_printf("  %-16s ", card->card);
		g_autofree char *words = g_strdup_printf("%s [%s]", name, card->id);

		output_wrapped(first, 19, words);
	}
	putchar('\n');
}

static void show_plan(const struct plan *plan, const struct journal *journal)
{
	g_autoptr(GPtrArray) paths = paths_of(plan);

	for (guint i = 0; i < plan->files->len; i++) {
		const struct plan_file *file = plan->files->pdata[i];
		const char *effect = journal_effect(journal, file);

		printf("%s%-9s%s %s%s%s\n", colour_on(COLOUR_GREEN), effect, colour_off(), output_text(file->path),
		       file->target ? " -> " : "", output_text(file->target ? file->target : ""));
		if (file->text && strcmp(effect, "as it is"))
			print_indented(file->text);
	}
	for (guint i = 0; journal && i < journal->files->len; i++) {
		const struct journal_file *file = journal->files->pdata[i];

		if (!is_planned(plan, file->path))
			printf("%-9s %s\n", "removed", output_text(file->path));
	}
	show_steps(plan->initramfs, (const char *const *)paths->pdata,
		   root_is_host() ? "Then these commands run:" : "Then run these commands in that system:");
	if (plan->notes->len)
		putchar('\n');
	print_list(plan->notes, "- ");
	putchar('\n');
}

static void explain_refusal(const struct plan *plan)
{
	for (guint i = 0; i < plan->refusals->len; i++)
		complain("%s%s", plan->refused ? "refused: " : "warning: ", (char *)plan->refusals->pdata[i]);
	if (plan->refused)
		complain("to set it up anyway: add --force");
}

static int explain_changed(const struct journal *journal, const GPtrArray *differences)
{
	g_autofree char *cards = setup_cards_text(journal->cards);

	complain("%s is set up%s, and what is to be written for it has changed since:", cards,
		 journal->state == JOURNAL_DONE ? "" : " in part");
	for (guint i = 0; i < differences->len; i++)
		fprintf(stderr, "  %s\n", output_text(differences->pdata[i]));
	complain("to update it: sudo vfio-passfix remove --apply, then run this again");
	return EXIT_FAILED;
}

/* Only a complete setup can be changed. */
static bool may_change(const struct journal *journal)
{
	g_autofree char *cards = setup_cards_text(journal->cards), *names = setup_cards_names(journal->cards);

	if (journal->outdated)
		complain("%s is set up by vfio-passfix 0.1.0, which knew one card only. Run vfio-passfix remove --apply first, then this again",
			 cards);
	else if (journal->state == JOURNAL_REMOVING)
		complain("%s is partly removed. To finish that first: sudo vfio-passfix remove --apply", cards);
	else if (journal->state == JOURNAL_APPLYING)
		complain("%s is partly set up. To finish that first: sudo vfio-passfix setup %s --apply; to undo it: sudo vfio-passfix remove --apply",
			 cards, names);
	else
		return true;
	return false;
}

static void say_how_to_take(const struct setup_card *card)
{
	printf("    vfio-passfix bind %s%s\n", card->forced ? "--force " : "", output_text(card->name));
}

/* A guest that starts before the next boot needs it as well. */
static void say_how_to_have_fix(const struct plan *plan)
{
	if (!plan->fix || !plan->loadable)
		return;
	puts("To start guests without a reboot, turn the fix on, as root:");
	if (root_exists("/sys/module/" FIX_MODULE))
		printf("    cd " FIX_FOLDER "\n"
		       "    echo 0 > pass_fix && echo %s > devices && echo 1 > pass_fix\n",
		       plan->scope);
	else
		printf("    modprobe " FIX_MODULE "\n");
}

static void say_what_now(const struct plan *plan)
{
	g_autoptr(GPtrArray) at_boot = g_ptr_array_new();
	g_autofree char *cards = NULL;
	bool forced = false;

	printf("\n%sDone.%s ", colour_on(COLOUR_GREEN), colour_off());
	for (guint i = 0; i < plan->cards->len; i++) {
		struct setup_card *card = plan->cards->pdata[i];

		if (!card->guests)
			g_ptr_array_add(at_boot, card);
		else
			printf("%s: %s gets it when it starts, and the host has it again when that has ended.\n",
			       output_text(card->card), output_text(card->guests));
	}
	cards = setup_cards_text(at_boot);
	if (at_boot->len)
		printf("From the next boot on, vfio-pci has the card%s %s.\n", at_boot->len == 1 ? "" : "s",
		       output_text(cards));
	puts("To undo: vfio-passfix remove --apply");
	if (!root_is_host())
		return;
	if (!at_boot->len) {
		say_how_to_have_fix(plan);
		return;
	}
	if (plan->in_use) {
		printf("The host is using the card now (see above); reboot for this to take effect.\n");
	} else if (!plan->fix || plan->loadable) {
		printf("To have it without a reboot, as root:\n");
		/* If the module is loaded already, its scope may be another. If not, modprobe uses the new options. */
		if (plan->fix && root_exists("/sys/module/" FIX_MODULE))
			printf("    cd " FIX_FOLDER "\n"
			       "    echo 0 > pass_fix && echo %s > devices && echo 1 > pass_fix\n",
			       plan->scope);
		else if (plan->fix)
			printf("    modprobe " FIX_MODULE "\n");
	}
	for (guint i = 0; i < plan->cards->len; i++) {
		const struct setup_card *card = plan->cards->pdata[i];

		if (!card->guests && !plan->in_use && (!plan->fix || plan->loadable))
			say_how_to_take(card);
		forced = forced || card->forced;
	}
	if (forced)
		printf("If this host does not boot properly: boot it once with module_blacklist=vfio_pci on the\n"
		       "kernel's command line (in GRUB: press e), then run vfio-passfix remove --apply\n");
}

static bool carry_out(struct journal *journal, const struct plan *plan, bool first, GError **error)
{
	g_autoptr(GPtrArray) paths = paths_of(plan);

	if (!settle_edits(journal, "set up", error))
		return false;
	if ((journal->state != JOURNAL_APPLYING && !journal_set_state(journal, JOURNAL_APPLYING, error)) ||
	    !journal_write_files(journal, plan, error)) {
		if (first && journal_remove_files(journal, NULL) && journal_end(NULL))
			g_prefix_error(error, "nothing is set up, and what was written is gone again: ");
		else
			g_prefix_error(error, "set up in part (to finish, run this again; to undo it: sudo vfio-passfix remove --apply): ");
		return false;
	}
	if (!run_steps(plan->initramfs, (const char *const *)paths->pdata, error)) {
		g_prefix_error(error, "the files are written, but some of them may not take effect at the next boot. To finish, fix the problem below and run this again; to undo it: sudo vfio-passfix remove --apply\n  ");
		return false;
	}
	if (!journal_set_state(journal, JOURNAL_DONE, error)) {
		g_prefix_error(error, "set up, but that could not be recorded; run this again: ");
		return false;
	}
	say_what_now(plan);
	return true;
}

static bool begin(const struct plan *plan, GError **error)
{
	struct journal *journal = journal_begin(plan, error);
	bool done;

	if (!journal) {
		g_prefix_error(error, "nothing was changed: ");
		return false;
	}
	done = carry_out(journal, plan, true, error);
	journal_free(journal);
	return done;
}

/* Restores the former setup. @before: its plan. Return: whether everything is as it was. */
static bool restore(const struct journal *journal, const struct plan *before)
{
	struct journal *restored = journal_change(journal, before, NULL);
	bool done = restored && journal_write_files(restored, before, NULL) &&
		    journal_set_state(restored, JOURNAL_DONE, NULL);

	journal_free(restored);
	return done;
}

/* Changes from the plan of @old to another. @before: the plan of @old; NULL if the host has changed since */
static bool change(const struct journal *old, const struct plan *before, const struct plan *plan, GError **error)
{
	g_autoptr(GPtrArray) paths = paths_of(plan);
	struct journal *journal;
	bool done = false;

	if (!settle_edits(old, "change what is set up", error))
		return false;
	journal = journal_change(old, plan, error);
	if (!journal) {
		g_prefix_error(error, "nothing was changed: ");
		return false;
	}
	if (!journal_write_files(journal, plan, error)) {
		if (before && restore(journal, before))
			g_prefix_error(error, "nothing is changed, and what was written is undone: ");
		else
			g_prefix_error(error, "changed in part (to finish, run this again; to undo all that is set up: sudo vfio-passfix remove --apply): ");
	} else if (!run_steps(plan->initramfs ? plan->initramfs : generator_of(old), (const char *const *)paths->pdata, error)) {
		g_autofree char *names = setup_cards_names(plan->cards);

		g_prefix_error(error, "the files are written, but some of them may not take effect at the next boot. To finish, fix the problem below and run: sudo vfio-passfix setup %s --apply\n  ",
			       names);
	} else if (!journal_set_state(journal, JOURNAL_DONE, error)) {
		g_prefix_error(error, "changed, but that could not be recorded; run this again: ");
	} else {
		done = true;
	}
	journal_free(journal);
	return done;
}

/* The plan for what is set up, if it still matches the journal; otherwise NULL. */
static struct plan *plan_before(const struct host *host, const struct journal *journal)
{
	g_autoptr(GPtrArray) wanted = g_ptr_array_new_with_free_func(wanted_free);
	g_autoptr(GPtrArray) differences = g_ptr_array_new_with_free_func(g_free);
	struct plan *plan;

	if (!add_set_up(wanted, host, journal, NULL, NULL))
		return NULL;
	plan = plan_make(host, wanted, false);
	if (journal_is_for(journal, plan, differences))
		return plan;
	plan_free(plan);
	return NULL;
}

static bool change_to(const struct host *host, const struct plan *plan, const struct journal *journal, GError **error)
{
	struct plan *before = plan_before(host, journal);
	bool done = change(journal, before, plan, error);

	plan_free(before);
	return done;
}

static void say_nothing_changed(const struct journal *journal, bool other)
{
	if (journal && !other && journal->state == JOURNAL_DONE)
		puts("It is set up, but some of its files are not as they were written. To write them again: add --apply");
	else if (journal && !other)
		puts("This was started but not finished. To finish it: add --apply. To undo it: vfio-passfix remove --apply");
	else
		puts("Nothing was changed. To do it: add --apply");
}

/* On systems where files must not be written: prints what to do instead. */
static int show_form(const struct host *host, const struct plan *plan, const struct platform *platform)
{
	bool printed = platform->form != FORM_NONE && !setup_cards_on_demand(plan->cards);
	g_autofree char *text = printed ? form_text(platform, plan) : NULL;
	g_autofree char *typed = output_commands(text);

	needed = true;
	if (plan->refusals->len)
		explain_refusal(plan);
	if (plan->missing)
		complain("warning: %s", plan->missing);
	if (!printed)
		complain("cannot set up: %s%s%s", platform->form == FORM_NONE ? platform->lost :
			 "--on-demand has to write files on the host itself, and this system is made from a configuration or an image. Set cards for the boot and cards on demand up one after the other, or have a hook of your own run: vfio-passfix bind DEVICE, and vfio-passfix unbind DEVICE",
			 platform->form == FORM_NONE ? ". " : "", platform->form == FORM_NONE ? platform->binding : "");
	if (plan->refused || !printed)
		return EXIT_FAILED;
	show_cards(plan, host);
	fputs(typed, stdout);
	putchar('\n');
	print_list(plan->notes, "- ");
	if (apply)
		complain("nothing was written, since this system is built from an image or a configuration (%s). Follow what is printed above",
			 platform->name);
	else
		printf("Nothing is written, since this system is built from an image or a configuration (%s).\n",
		       platform->name);
	return apply ? EXIT_FAILED : EXIT_FINE;
}

static int set_up(const struct host *host, const struct plan *plan, struct journal *journal, GError **error)
{
	g_autoptr(GPtrArray) differences = g_ptr_array_new_with_free_func(g_free);
	bool same = journal && journal_is_for(journal, plan, differences);
	bool other = journal && plan->cards->len != journal->cards->len;

	if (same && journal->state == JOURNAL_DONE && journal_is_in_place(journal)) {
		g_autofree char *cards = setup_cards_text(plan->cards);

		printf("The card%s %s %s set up already; nothing to do.\n", plan->cards->len == 1 ? "" : "s",
		       output_text(cards), plan->cards->len == 1 ? "is" : "are");
		return EXIT_FINE;
	}
	needed = true;
	if (other && !may_change(journal))
		return EXIT_FAILED;
	if (!apply) {
		show_cards(plan, host);
		show_plan(plan, journal);
	}
	if (plan->refusals->len)
		explain_refusal(plan);
	if (journal && !same && !other)
		return explain_changed(journal, differences);
	if (plan->missing)
		complain("%s%s", apply ? "cannot set up: " : "warning: ", plan->missing);
	if (plan->refused || (apply && plan->missing))
		return EXIT_FAILED;
	if (!apply) {
		say_nothing_changed(journal, other);
		return EXIT_FINE;
	}
	print_list(plan->notes, "- ");
	if (other) {
		if (!change_to(host, plan, journal, error))
			return EXIT_FAILED;
		say_what_now(plan);
		return EXIT_FINE;
	}
	return (journal ? carry_out(journal, plan, false, error) : begin(plan, error)) ? EXIT_FINE : EXIT_FAILED;
}

/* What --on-demand and --stop-desktop say. */
static bool are_guests(void)
{
	g_auto(GStrv) guests = g_strsplit(on_demand ? on_demand : "", ",", -1);

	if (stop_desktop && !on_demand) {
		complain("--stop-desktop needs --on-demand GUEST, the guest that the desktop is stopped for");
		return false;
	}
	for (char **guest = guests; *guest || (on_demand && guest == guests); guest++)
		if (!*guest || !setup_is_guest(*guest)) {
			complain("\"%s\" cannot be the name of a guest for --on-demand: only letters, digits, and . _ - are possible, at most 64 of them. Rename the guest: virsh domrename",
				 *guest ? *guest : "");
			return false;
		}
	return true;
}

/* What has to be in an image is not written; what is done on demand needs nothing there. */
static bool is_written(const struct platform *platform, const struct plan *plan)
{
	return !platform || platform->form == FORM_FILES ||
	       (platform->form == FORM_IMAGE && !setup_cards_at_boot(plan->cards));
}

static int run_setup(int count, char **arguments)
{
	g_autoptr(GPtrArray) wanted = g_ptr_array_new_with_free_func(wanted_free);
	g_autoptr(GError) error = NULL;
	struct journal *journal = NULL;
	struct host *host;
	int code = EXIT_FAILED;

	if (!are_guests())
		return EXIT_USAGE;
	if (apply && !may_apply("set up", &error))
		return fail_with(g_steal_pointer(&error));
	host = host_read();
	if (add_named(wanted, host, count, arguments, &error))
		journal = journal_read(&error);
	if (!error && (!journal || add_set_up(wanted, host, journal, NULL, &error))) {
		const struct platform *platform = platform_of_install();
		struct plan *plan = plan_make(host, wanted, force);

		code = is_written(platform, plan) ? set_up(host, plan, journal, &error) :
						    show_form(host, plan, platform);
		if (json_wanted && code == EXIT_FINE)
			json_print_change(first_named(wanted), apply && needed, !apply && needed);
		plan_free(plan);
	}
	journal_free(journal);
	g_clear_pointer(&wanted, g_ptr_array_unref);
	host_free(host);
	if (error)
		code = fail_with(g_steal_pointer(&error));
	if (apply)
		lock_finish();
	return code;
}

/* remove */

static void show_removal(const struct journal *journal)
{
	g_autofree char *cards = setup_cards_with_ids(journal->cards);

	printf("%sTo give %s back to the host from the next boot on%s\n\n", colour_on(COLOUR_BOLD), output_text(cards),
	       colour_off());
	for (guint i = journal->files->len; i > 0; i--) {
		const struct journal_file *file = journal->files->pdata[i - 1];

		printf("%-9s %s\n", "removed", output_text(file->path));
	}
	for (guint i = journal->folders->len; i > 0; i--)
		printf("%-9s %s, if it is empty\n", "removed", output_text(journal->folders->pdata[i - 1]));
	show_steps(generator_of(journal), NULL,
		   root_is_host() ? "Then these commands run:" : "Then run these commands in that system:");
	putchar('\n');
}

/* @cards: of struct setup_card */
static void say_how_to_have_back(const GPtrArray *cards)
{
	g_autofree char *text = setup_cards_text(cards);

	if (!setup_cards_at_boot(cards)) {
		printf("\n%sDone.%s Guests no longer get %s.\n", colour_on(COLOUR_GREEN), colour_off(), output_text(text));
		return;
	}
	printf("\n%sDone.%s From the next boot on, the host has the card%s %s again.\n", colour_on(COLOUR_GREEN),
	       colour_off(), cards->len == 1 ? "" : "s", output_text(text));
	if (!root_is_host())
		return;
	printf("To have it back without a reboot:\n");
	for (guint i = 0; i < cards->len; i++)
		printf("    vfio-passfix unbind %s\n", output_text(((struct setup_card *)cards->pdata[i])->name));
}

/* Its hook has to be there when the guest ends. */
static bool is_with_guest(const GPtrArray *cards)
{
	g_autoptr(GPtrArray) ledgers = ledger_all();

	for (guint i = 0; i < ledgers->len; i++) {
		const struct ledger *ledger = ledgers->pdata[i];

		for (guint j = 0; j < cards->len; j++) {
			const struct setup_card *card = cards->pdata[j];

			if (!g_ptr_array_find_with_equal_func(ledger->cards, card->card, g_str_equal, NULL))
				continue;
			complain("cannot remove: the guest %s has %s. Shut it down first; if it no longer runs: sudo vfio-passfix hand-over %s end",
				 ledger->guest, card->card, ledger->guest);
			return true;
		}
	}
	return false;
}

static int take_away(struct journal *journal, GError **error)
{
	if (root_is_host() && is_with_guest(journal->cards))
		return EXIT_FAILED;
	if (!settle_edits(journal, "remove", error))
		return EXIT_FAILED;
	if (journal->state != JOURNAL_REMOVING && !journal_set_state(journal, JOURNAL_REMOVING, error)) {
		g_prefix_error(error, "nothing was removed: ");
		return EXIT_FAILED;
	}
	if (!journal_remove_files(journal, error)) {
		g_prefix_error(error, "removed in part; to finish, run this again: ");
		return EXIT_FAILED;
	}
	if (!run_steps(generator_of(journal), NULL, error)) {
		g_prefix_error(error, "all files are removed, but that may not take effect at the next boot. Fix what is reported below and run this again\n  ");
		return EXIT_FAILED;
	}
	if (!journal_end(error)) {
		g_prefix_error(error, "removed, but the record of it remains; run this again: ");
		return EXIT_FAILED;
	}
	say_how_to_have_back(journal->cards);
	if (root_is_host())
		printf("To turn the fix off, if it is on:\n"
		       "    echo 0 > " FIX_FOLDER "/pass_fix\n");
	return EXIT_FINE;
}

static int remove_leftovers(GError **error)
{
	needed = journal_has_leftovers();
	if (!needed)
		puts("Nothing is set up; nothing to do.");
	else if (!apply)
		puts("Nothing is set up, but something was left by an interrupted setup or removal. To remove it: add --apply");
	else if (!journal_end(error))
		return EXIT_FAILED;
	else
		puts("Nothing is set up; what an interrupted setup or removal had left is gone.");
	return EXIT_FINE;
}

/* Removes the whole setup. */
static int remove_all(struct journal *journal, GError **error)
{
	g_autoptr(GPtrArray) edited = NULL;

	needed = journal;
	if (!journal)
		return remove_leftovers(error);
	if (apply)
		return take_away(journal, error);
	edited = journal_edited(journal);
	show_removal(journal);
	for (guint i = 0; i < edited->len; i++)
		complain("%s was edited since setup wrote it; %s", (char *)edited->pdata[i],
			 force ? "it is kept in /var/lib/vfio-passfix/edited" : "refused unless --force is given");
	puts("Nothing was changed. To do it: add --apply");
	return edited->len && !force ? EXIT_FAILED : EXIT_FINE;
}

static void add_device(GPtrArray *devices, const char *device)
{
	if (!g_ptr_array_find_with_equal_func(devices, device, g_str_equal, NULL))
		g_ptr_array_add(devices, g_strdup(device));
}

/* The card that the journal has under this name, whether or not it is still in the host. */
static const struct setup_card *set_up_as(const struct journal *journal, const char *name)
{
	g_autofree char *address = pci_address(name);

	for (guint i = 0; i < journal->cards->len; i++) {
		const struct setup_card *card = journal->cards->pdata[i];

		if (!strcmp(name, card->card) || !g_strcmp0(address, card->device))
			return card;
	}
	return NULL;
}

static bool add_set_up_as(GPtrArray *devices, const struct host *host, const struct journal *journal, const char *name,
			  GError **error)
{
	const struct setup_card *setup = journal ? set_up_as(journal, name) : NULL;
	g_autoptr(GPtrArray) cards = setup ? NULL : cards_find(host, name, false, error);
	bool found = setup;

	if (setup)
		add_device(devices, setup->device);
	for (guint i = 0; cards && i < cards->len; i++) {
		const struct card *card = cards->pdata[i];
		const struct pci_device *first = card->functions->pdata[0];

		if (!journal || !setup_cards_find(journal->cards, first->address))
			continue;
		add_device(devices, first->address);
		found = true;
	}
	if (!found && !(error && *error))
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			    "%s is not set up; vfio-passfix status shows what is", name);
	return found;
}

/* The devices of the cards with these names that are set up; of char *. */
static GPtrArray *named_set_up(const struct host *host, const struct journal *journal, int count, char **names,
			       GError **error)
{
	GPtrArray *devices = g_ptr_array_new_with_free_func(g_free);

	for (int i = 0; i < count; i++)
		if (!add_set_up_as(devices, host, journal, names[i], error))
			break;
	return devices;
}

/* Removes some of the cards; the others stay set up. */
static int remove_some(const struct host *host, const struct journal *journal, const GPtrArray *devices, GError **error)
{
	g_autoptr(GPtrArray) wanted = g_ptr_array_new_with_free_func(wanted_free);
	g_autoptr(GPtrArray) gone = g_ptr_array_new();
	struct plan *plan;
	int code = EXIT_FINE;

	needed = true;
	if (!may_change(journal) || !add_set_up(wanted, host, journal, devices, error))
		return EXIT_FAILED;
	for (guint i = 0; i < devices->len; i++)
		g_ptr_array_add(gone, setup_cards_find(journal->cards, devices->pdata[i]));
	if (apply && root_is_host() && is_with_guest(gone))
		return EXIT_FAILED;
	plan = plan_make(host, wanted, false);
	if (!apply) {
		g_autofree char *cards = setup_cards_with_ids(gone), *others = setup_cards_with_ids(plan->cards);

		printf("%sTo give %s back to the host from the next boot on%s\n", colour_on(COLOUR_BOLD),
		       output_text(cards), colour_off());
		printf("What stays set up: %s\n\n", output_text(others));
		show_plan(plan, journal);
		puts("Nothing was changed. To do it: add --apply");
	} else if (change_to(host, plan, journal, error)) {
		say_how_to_have_back(gone);
	} else {
		code = EXIT_FAILED;
	}
	plan_free(plan);
	return code;
}

static int run_remove(int count, char **arguments)
{
	g_autoptr(GPtrArray) devices = NULL;
	g_autoptr(GError) error = NULL;
	struct journal *journal;
	struct host *host;
	int code = EXIT_FAILED;

	if (apply && !may_apply("remove", &error))
		return fail_with(g_steal_pointer(&error));
	journal = journal_read(&error);
	host = host_read();
	if (!error)
		devices = named_set_up(host, journal, count, arguments, &error);
	if (!error)
		code = count && devices->len < journal->cards->len ? remove_some(host, journal, devices, &error) :
								      remove_all(journal, &error);
	if (json_wanted && code == EXIT_FINE)
		json_print_change(count	  ? devices->pdata[0] :
				  journal ? ((struct setup_card *)journal->cards->pdata[0])->device :
					    NULL,
				  apply && needed, !apply && needed);
	journal_free(journal);
	host_free(host);
	if (error)
		code = fail_with(g_steal_pointer(&error));
	if (apply)
		lock_finish();
	return code;
}

const struct command command_setup = {
	.name = "setup",
	.arguments = "DEVICE...",
	.least = 1,
	.most = MOST_DEVICES,
	.summary = "bind cards to vfio-pci at each boot, with the fix on where needed",
	.description =
		"Shows what it would write and run; --apply does it. It writes a modprobe file, so that vfio-pci takes all "
		"functions of the cards before the host's drivers do; the same for the initramfs (initramfs-tools, dracut "
		"or mkinitcpio); a systemd unit for each card, which takes it from any driver that was faster; and, only if"
		" the firmware mandates 1:1 mappings, the fix for the cards' IOMMU groups, with one device of each group in"
		" devices=. If the host keeps an identical card, the two are told apart by their addresses.\n\n"
		"Cards that are already set up stay set up: DEVICE is added to them, and remove DEVICE removes only that "
		"one. If a change fails, everything is as before. With --only, or with a range of functions, the other "
		"functions of the card stay with the host; this fails if they share an IOMMU group.\n\n"
		"If a file that setup would write already exists, nothing is written. Ctrl-C and SIGTERM wait until the "
		"work is done. If setup is interrupted anyway (by a power cut), run it again to finish, or run remove to "
		"undo it. Without --force, setup refuses a card that the host boots on, its only display, and a card with a"
		" mounted file system or a network link.\n\n"
		"With --on-demand, nothing is bound at boot: the host keeps the card until one of those guests starts, and "
		"gets it back after that guest has ended, through a hook of libvirt or Proxmox VE. This also works for the "
		"only GPU of a host.\n\n"
		"With --root, files are written there and nothing is run.",
	.options = setup_options,
	.run = run_setup,
};

const struct command command_remove = {
	.name = "remove",
	.arguments = "[DEVICE...]",
	.most = MOST_DEVICES,
	.summary = "undo setup, of all cards or some",
	.description =
		"Shows what it would do; --apply does it. It removes what setup wrote for these cards, or without DEVICE "
		"for all cards, and rebuilds the initramfs. The running system does not change: the host gets the cards "
		"back at the next boot, or with unbind.\n\n"
		"If a file was edited after setup wrote it, nothing is removed. With --force, the edited file is kept in "
		"/var/lib/vfio-passfix/edited.",
	.options = remove_options,
	.run = run_remove,
};
