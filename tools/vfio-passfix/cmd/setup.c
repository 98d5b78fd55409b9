// SPDX-License-Identifier: GPL-2.0-only
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "host/fix.h"
#include "host/root.h"
#include "setup/journal.h"
#include "setup/lock.h"
#include "setup/plan.h"
#include "text/json.h"
#include "text/output.h"
#include "text/progress.h"

/* Of a program that failed, as many lines are shown. */
#define LAST_LINES 12

static gboolean apply, force;

static const GOptionEntry setup_options[] = {
	{ "apply", 0, 0, G_OPTION_ARG_NONE, &apply, "Do it; without this it is only shown", NULL },
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force,
	  "Even if the host boots on the card or is using it, or files of an earlier setup were edited", NULL },
	JSON_OPTION("Print as JSON what has changed"),
	{ 0 },
};

static const GOptionEntry remove_options[] = {
	{ "apply", 0, 0, G_OPTION_ARG_NONE, &apply, "Do it; without this it is only shown", NULL },
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force,
	  "Even if files were edited since; these are kept in /var/lib/vfio-passfix/edited", NULL },
	JSON_OPTION("Print as JSON what has changed"),
	{ 0 },
};

/* For programs: whether there was something to do. */
static bool needed;

/* Programs. */

struct step {
	const char *what;
	const char *program;
	const char *const *arguments;
};

#define MOST_STEPS 3

static const char *const reload[] = { "daemon-reload", NULL };

/*
 * What has to be run once the files have changed. @files: those that were written, NULL: none.
 * Return: how many of @steps.
 */
static size_t steps_for(const struct initramfs *initramfs, const char *const *files, struct step steps[MOST_STEPS])
{
	size_t count = 0;

	/* SELinux labels a file by its folder, where its policy may have another label for its name. */
	if (files && root_exists("/sys/fs/selinux/enforce"))
		steps[count++] = (struct step){ "setting the SELinux labels", "restorecon", files };
	if (initramfs)
		steps[count++] = (struct step){ "regenerating the initramfs (a minute or more)", initramfs->program,
						initramfs->arguments };
	if (!root_is_host() || root_exists("/run/systemd/system"))
		steps[count++] = (struct step){ "reloading systemd", "systemctl", reload };
	return count;
}

static char *command_line(const struct step *step)
{
	g_autofree char *arguments = g_strjoinv(" ", (char **)step->arguments);

	return g_strconcat(step->program, " ", arguments, NULL);
}

/* As lines of a list, see output_message(). */
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

/* A program that runs. */
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

/* Waits for its end, and shows that it is at work. @output: all that it said */
static bool wait_for(GSubprocess *process, GBytes **output, GError **error)
{
	struct running running = { .loop = g_main_loop_new(NULL, FALSE) };
	guint ticking = g_timeout_add_seconds(1, tick, &running);

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
	/* Of a user who became root with su, the path may lack /usr/sbin. */
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

/* Both commands. */

static bool may_apply(const char *verb, GError **error)
{
	if (root_is_host() && geteuid()) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
			    "cannot %s: only root can; run it with sudo", verb);
		return false;
	}
	/* Each line is to be seen when its step begins. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	umask(022);
	if (!lock_take("setup", false, error))
		return false;
	lock_begin();
	return true;
}

/* Return: whether to go on, since nothing was edited, or is kept with --force. */
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

/* setup */

/* Ends with NULL; the paths are the plan's. */
static GPtrArray *paths_of(const struct plan *plan)
{
	GPtrArray *paths = g_ptr_array_new();

	for (guint i = 0; i < plan->files->len; i++)
		g_ptr_array_add(paths, ((struct plan_file *)plan->files->pdata[i])->path);
	g_ptr_array_add(paths, NULL);
	return paths;
}

static void show_plan(const struct plan *plan, const struct journal *journal)
{
	g_autoptr(GPtrArray) paths = paths_of(plan);

	printf("%sTo give the card %s (%s) to vfio-pci at each boot%s\n\n", colour_on(COLOUR_BOLD), output_text(plan->card), output_text(plan->id),
	       colour_off());
	for (guint i = 0; i < plan->files->len; i++) {
		const struct plan_file *file = plan->files->pdata[i];

		printf("%s%-9s%s %s%s%s\n", colour_on(COLOUR_GREEN), journal_effect(journal, file), colour_off(),
		       output_text(file->path), file->target ? " -> " : "", output_text(file->target ? file->target : ""));
		if (file->text)
			print_indented(file->text);
	}
	show_steps(plan->initramfs, (const char *const *)paths->pdata,
		   root_is_host() ? "Then these are run:" : "Then these have to be run in that system:");
	if (plan->notes->len)
		putchar('\n');
	print_list(plan->notes, "- ");
	putchar('\n');
}

static void explain_refusal(const struct plan *plan)
{
	for (guint i = 0; i < plan->refusals->len; i++)
		complain("%s%s", plan->forced ? "warning: " : "refused: ", (char *)plan->refusals->pdata[i]);
	if (!plan->forced)
		complain("to set it up all the same: add --force");
}

static bool is_refused(const struct plan *plan)
{
	return plan->refusals->len && !plan->forced;
}

/* The journal of another card, or of this one on a host that has changed since. */
static int explain_other(const struct journal *journal, const struct plan *plan, const GPtrArray *differences)
{
	if (strcmp(journal->device, plan->device) || strcmp(journal->id, plan->id)) {
		complain("cannot set up %s: %s (%s) is %s. Run vfio-passfix remove --apply first, then this again",
			 plan->card, journal->card, journal->id,
			 journal->state == JOURNAL_DONE ? "set up" : "set up in part");
		return EXIT_FAILED;
	}
	complain("%s is set up%s, and what is to be written for it has changed since:", plan->card,
		 journal->state == JOURNAL_DONE ? "" : " in part");
	for (guint i = 0; i < differences->len; i++)
		fprintf(stderr, "  %s\n", output_text(differences->pdata[i]));
	complain("for the new, run vfio-passfix remove --apply, then this again");
	return EXIT_FAILED;
}

static void say_what_now(const struct plan *plan)
{
	printf("\n%sDone.%s From the next boot on, vfio-pci has the card %s. To undo: vfio-passfix remove --apply\n",
	       colour_on(COLOUR_GREEN), colour_off(), output_text(plan->card));
	if (!root_is_host())
		return;
	if (plan->in_use) {
		printf("The host is using the card now (see above); reboot for this to take effect.\n");
	} else if (!plan->fix || plan->loadable) {
		printf("To have it without a reboot, as root:\n");
		/* It is loaded with what was written for modprobe just now; or was before, with another scope. */
		if (plan->fix && root_exists("/sys/module/" FIX_MODULE))
			printf("    cd " FIX_FOLDER "\n"
			       "    echo 0 > pass_fix && echo %s > devices && echo 1 > pass_fix\n",
			       plan->scope);
		else if (plan->fix)
			printf("    modprobe " FIX_MODULE "\n");
		printf("    vfio-passfix bind %s%s\n", plan->forced ? "--force " : "", output_text(plan->device));
	}
	if (plan->forced)
		printf("Should this host not come up as it should: boot it once with module_blacklist=vfio_pci on the\n"
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
		g_prefix_error(error, "the files are written, but may not all take effect at the next boot. To finish, fix what is reported below and run this again; to undo it: sudo vfio-passfix remove --apply\n  ");
		return false;
	}
	if (!journal_set_state(journal, JOURNAL_DONE, error)) {
		g_prefix_error(error, "set up, but for noting so; run this again: ");
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

static int set_up(const struct plan *plan, struct journal *journal, GError **error)
{
	g_autoptr(GPtrArray) differences = g_ptr_array_new_with_free_func(g_free);
	bool same = journal && journal_is_for(journal, plan, differences);

	if (same && journal->state == JOURNAL_DONE && journal_is_in_place(journal)) {
		printf("The card %s is set up already; nothing is to be done.\n", output_text(plan->card));
		return EXIT_FINE;
	}
	needed = true;
	if (!apply)
		show_plan(plan, journal);
	if (plan->refusals->len)
		explain_refusal(plan);
	if (journal && !same)
		return explain_other(journal, plan, differences);
	if (plan->missing)
		complain("%s%s", apply ? "cannot set up: " : "warning: ", plan->missing);
	if (is_refused(plan) || (apply && plan->missing))
		return EXIT_FAILED;
	if (apply) {
		print_list(plan->notes, "- ");
		return (journal ? carry_out(journal, plan, false, error) : begin(plan, error)) ? EXIT_FINE : EXIT_FAILED;
	}
	if (journal && journal->state == JOURNAL_DONE)
		puts("It is set up, but some of its files are not as they were written. To write them again: add --apply");
	else if (journal)
		puts("This was begun and not finished. To finish it: add --apply. To undo it: vfio-passfix remove --apply");
	else
		puts("Nothing was changed. To do it: add --apply");
	return EXIT_FINE;
}

static int run_setup(G_GNUC_UNUSED int count, char **arguments)
{
	g_autoptr(GError) error = NULL;
	struct journal *journal = NULL;
	struct host *host;
	struct card *card;
	int code = EXIT_FAILED;

	if (apply && !may_apply("set up", &error))
		return fail_with(g_steal_pointer(&error));
	host = host_read();
	card = card_find(host, arguments[0], false, &error);
	if (card)
		journal = journal_read(&error);
	if (!error && card) {
		const struct pci_device *first = card->functions->pdata[0];
		bool again = journal && !strcmp(journal->device, first->address);
		struct plan *plan = plan_make(host, card, again && journal->forced, force);

		code = set_up(plan, journal, &error);
		if (json_wanted && code == EXIT_FINE)
			json_print_change(card->main->address, apply && needed, !apply && needed);
		plan_free(plan);
	}
	journal_free(journal);
	card_free(card);
	host_free(host);
	if (error)
		code = fail_with(g_steal_pointer(&error));
	if (apply)
		lock_finish();
	return code;
}

/* remove */

/* The one that setup told; or where that is gone by now, the one that may have taken our files along. */
static const struct initramfs *generator_of(const struct journal *journal)
{
	const struct initramfs *initramfs = initramfs_named(journal->initramfs);

	return initramfs && initramfs_is_there(initramfs) ? initramfs : initramfs_find();
}

static void show_removal(const struct journal *journal)
{
	printf("%sTo give the card %s (%s) back to the host from the next boot on%s\n\n", colour_on(COLOUR_BOLD), output_text(journal->card),
	       output_text(journal->id), colour_off());
	for (guint i = journal->files->len; i > 0; i--) {
		const struct journal_file *file = journal->files->pdata[i - 1];

		printf("%-9s %s\n", "removed", output_text(file->path));
	}
	for (guint i = journal->folders->len; i > 0; i--)
		printf("%-9s %s, if it is empty\n", "removed", output_text(journal->folders->pdata[i - 1]));
	show_steps(generator_of(journal), NULL,
		   root_is_host() ? "Then these are run:" : "Then these have to be run in that system:");
	putchar('\n');
}

static int take_away(struct journal *journal, GError **error)
{
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
		g_prefix_error(error, "removed, but for the notes about it; run this again: ");
		return EXIT_FAILED;
	}
	printf("\n%sDone.%s From the next boot on, the host has the card %s again.\n", colour_on(COLOUR_GREEN), colour_off(),
	       output_text(journal->card));
	if (root_is_host())
		printf("To have it back without a reboot:\n"
		       "    vfio-passfix unbind %s\n"
		       "To turn the fix off, if it is on:\n"
		       "    echo 0 > " FIX_FOLDER "/pass_fix\n",
		       output_text(journal->device));
	return EXIT_FINE;
}

static int remove_leftovers(GError **error)
{
	needed = journal_has_leftovers();
	if (!needed)
		puts("Nothing is set up; nothing is to be done.");
	else if (!apply)
		puts("Nothing is set up, but something was left by a setup or removal that was cut short. To take it away: add --apply");
	else if (!journal_end(error))
		return EXIT_FAILED;
	else
		puts("Nothing is set up; what was left by a setup or removal that was cut short is gone.");
	return EXIT_FINE;
}

static int run_remove(G_GNUC_UNUSED int count, G_GNUC_UNUSED char **arguments)
{
	g_autoptr(GError) error = NULL;
	struct journal *journal;
	int code = EXIT_FAILED;

	if (apply && !may_apply("remove", &error))
		return fail_with(g_steal_pointer(&error));
	journal = journal_read(&error);
	needed = journal;
	if (journal && apply) {
		code = take_away(journal, &error);
	} else if (journal) {
		g_autoptr(GPtrArray) edited = journal_edited(journal);

		show_removal(journal);
		for (guint i = 0; i < edited->len; i++)
			complain("%s was edited since setup wrote it; %s", (char *)edited->pdata[i],
				 force ? "it is kept in /var/lib/vfio-passfix/edited" : "refused unless --force is given");
		puts("Nothing was changed. To do it: add --apply");
		code = edited->len && !force ? EXIT_FAILED : EXIT_FINE;
	} else if (!error) {
		code = remove_leftovers(&error);
	}
	if (json_wanted && code == EXIT_FINE)
		json_print_change(journal ? journal->device : NULL, apply && needed, !apply && needed);
	journal_free(journal);
	if (error)
		code = fail_with(g_steal_pointer(&error));
	if (apply)
		lock_finish();
	return code;
}

const struct command command_setup = {
	.name = "setup",
	.arguments = "DEVICE",
	.least = 1,
	.most = 1,
	.summary = "have vfio-pci take a card at each boot, with the fix on where it is needed",
	.description =
		"Shows what it would write and run; with --apply it does it. That is: a file for modprobe, by which "
		"vfio-pci takes all functions of the card before the host's drivers see them; the same for the initramfs "
		"(initramfs-tools, dracut or mkinitcpio); a unit of systemd that takes what a driver had first all the "
		"same; and, only where the firmware demands 1:1 mappings, the fix for the card's IOMMU groups, with "
		"one device of each in devices=. A card of which the host keeps an identical one is told from it by its place.\n\n"
		"Only setup uses these file names: if one of the files already exists, nothing is written. Ctrl-C and "
		"SIGTERM are held back until it is done. If setup is interrupted all the same (by a power cut), the same "
		"command finishes it, and remove undoes it. One card at a time: for another, remove the first. A card that the "
		"host boots on, its only display, or one that holds a mounted file system or a network link is refused "
		"unless forced.\n\n"
		"With --root the files are written there and nothing is run.",
	.options = setup_options,
	.run = run_setup,
};

const struct command command_remove = {
	.name = "remove",
	.arguments = "",
	.summary = "undo setup",
	.description =
		"Shows what it would do; with --apply it removes what setup wrote and rebuilds the initramfs. The running system stays as it is: the card goes back to the host at "
		"the next boot, or with unbind.\n\n"
		"A file that was edited since stops it. With --force the edited file is kept in "
		"/var/lib/vfio-passfix/edited.",
	.options = remove_options,
	.run = run_remove,
};
