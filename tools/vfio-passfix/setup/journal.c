// SPDX-License-Identifier: GPL-2.0-only
#include "setup/journal.h"

#include <errno.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "host/kernel.h"
#include "host/root.h"
#include "text/output.h"

#define HOME "/var/lib/vfio-passfix"
#define SETUP HOME "/setup"
#define EDITED HOME "/edited"

static bool failed(GError **error, const char *what, const char *path, int number)
{
	g_autofree char *real = root_path("%s", path);

	g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(number), "cannot %s %s: %s", what, real,
		    g_strerror(number));
	return false;
}

/* What is at the path of a journal_file. */

enum found {
	FOUND_NOTHING,
	FOUND_PLANNED,	/* for a file that is to be removed, that is nothing */
	FOUND_BEFORE,	/* what an earlier setup wrote */
	FOUND_OTHER,	/* another file or link, or the same with another mode */
	FOUND_NO_FILE,	/* a folder, for example, or something that cannot be read; errno says which */
};

static char *content_of_file(GBytes *bytes)
{
	g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);

	return g_strconcat("sha256:", sum, NULL);
}

static char *content_planned(const struct plan_file *file)
{
	g_autoptr(GBytes) bytes = file->text ? g_bytes_new_static(file->text, strlen(file->text)) : NULL;

	return bytes ? content_of_file(bytes) : g_strconcat("link:", file->target, NULL);
}

/* NULL with errno set. */
static char *content_now(const char *path)
{
	g_autofree char *target = root_link_text("%s", path);
	g_autoptr(GBytes) bytes = NULL;

	if (target)
		return g_strconcat("link:", target, NULL);
	if (errno != EINVAL)
		return NULL;
	bytes = root_read_bytes("%s", path);
	return bytes ? content_of_file(bytes) : NULL;
}

static enum found look(const struct journal_file *file)
{
	g_autofree char *content = content_now(file->path);
	struct stat status;

	if (!content && errno == ENOENT)
		return file->content ? FOUND_NOTHING : FOUND_PLANNED;
	if (!content)
		return FOUND_NO_FILE;
	if (g_strcmp0(content, file->content))
		return g_strcmp0(content, file->before) ? FOUND_OTHER : FOUND_BEFORE;
	if (g_str_has_prefix(content, "link:"))
		return FOUND_PLANNED;
	return root_stat(&status, "%s", file->path) && (status.st_mode & 07777) == file->mode ? FOUND_PLANNED :
												FOUND_OTHER;
}

static struct journal_file *planned_file(const struct plan_file *planned)
{
	struct journal_file *file = g_new0(struct journal_file, 1);

	file->path = g_strdup(planned->path);
	file->content = content_planned(planned);
	file->mode = planned->mode;
	return file;
}

static bool same_file(const struct journal_file *a, const struct journal_file *b)
{
	return !strcmp(a->path, b->path) && !g_strcmp0(a->content, b->content) && a->mode == b->mode;
}

static struct journal_file *file_at(const struct journal *journal, const char *path)
{
	for (guint i = 0; journal && i < journal->files->len; i++) {
		struct journal_file *file = journal->files->pdata[i];

		if (!strcmp(file->path, path))
			return file;
	}
	return NULL;
}

/* How many files are planned; those to be removed come after them. */
static guint planned_files(const struct journal *journal)
{
	guint count = 0;

	for (guint i = 0; i < journal->files->len; i++)
		count += !!((struct journal_file *)journal->files->pdata[i])->content;
	return count;
}

/* Whether anything is at @path, also a dangling link. */
static bool is_taken(const char *path)
{
	g_autofree char *target = root_link_text("%s", path);

	return target || root_exists("%s", path);
}

struct journal *journal_read(GError **error)
{
	g_autofree char *text = root_read(JOURNAL_FILE);

	if (text)
		return journal_parse(text, error);
	if (errno != ENOENT)
		failed(error, "read", JOURNAL_FILE, errno);
	return NULL;
}

bool journal_is_pending(const struct journal *journal)
{
	g_autofree char *boot = kernel_boot();

	return *boot && !g_strcmp0(boot, journal->boot);
}

static bool write_journal(const struct journal *journal, GError **error)
{
	g_autofree char *text = journal_to_text(journal);

	return root_replace(JOURNAL_FILE, text, strlen(text), 0644, error);
}

static bool is_above_files(const struct journal *journal, const char *folder)
{
	g_autofree char *inside = g_strconcat(folder, "/", NULL);

	for (guint i = 0; i < journal->files->len; i++)
		if (g_str_has_prefix(((struct journal_file *)journal->files->pdata[i])->path, inside))
			return true;
	return false;
}

/* Forgets what was there before, and folders in which nothing is left. */
static void forget(struct journal *journal)
{
	g_ptr_array_set_size(journal->files, (int)planned_files(journal));
	for (guint i = 0; i < journal->files->len; i++)
		g_clear_pointer(&((struct journal_file *)journal->files->pdata[i])->before, g_free);
	for (guint i = journal->folders->len; i > 0; i--)
		if (!is_above_files(journal, journal->folders->pdata[i - 1]))
			g_ptr_array_remove_index(journal->folders, i - 1);
}

bool journal_set_state(struct journal *journal, enum journal_state state, GError **error)
{
	journal->state = state;
	if (state == JOURNAL_DONE)
		forget(journal);
	return write_journal(journal, error);
}

/* Beginning and end. */

static bool is_empty(const char *folder)
{
	g_autoptr(GPtrArray) names = root_list("%s", folder);

	return root_exists("%s", folder) && !names->len;
}

bool journal_has_leftovers(void)
{
	return is_empty(SETUP) || is_empty(HOME);
}

bool journal_end(GError **error)
{
	return root_remove(JOURNAL_FILE, error) && root_remove_folder(SETUP, error) && root_remove_folder(HOME, error);
}

/* Notes the folders of @path that are missing. */
static void note_folders(struct journal *journal, const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);

	if (root_exists("%s", folder) ||
	    g_ptr_array_find_with_equal_func(journal->folders, folder, g_str_equal, NULL))
		return;
	note_folders(journal, folder);
	g_ptr_array_add(journal->folders, g_steal_pointer(&folder));
}

/* @old: NULL, or the journal of what was set up before */
static bool add_planned(struct journal *journal, const struct plan_file *planned, const struct journal *old, GError **error)
{
	struct journal_file *file = planned_file(planned);
	const struct journal_file *before = file_at(old, planned->path);
	g_autofree char *real = root_path("%s", planned->path);

	g_ptr_array_add(journal->files, file);
	note_folders(journal, planned->path);
	if (before)
		/* A file that was to be removed has only @before. */
		file->before = g_strdup(before->content ? before->content : before->before);
	if (before || look(file) == FOUND_NOTHING)
		return true;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS,
		    "cannot write %s: it already exists, and setup did not write it. Move it away, then try again", real);
	return false;
}

/* Adds the files of @old that are not in the plan. */
static void add_going(struct journal *journal, const struct journal *old)
{
	for (guint i = 0; old && i < old->files->len; i++) {
		const struct journal_file *before = old->files->pdata[i];
		struct journal_file *file;

		if (file_at(journal, before->path))
			continue;
		file = g_new0(struct journal_file, 1);
		file->path = g_strdup(before->path);
		file->before = g_strdup(before->content ? before->content : before->before);
		file->mode = before->mode;
		g_ptr_array_add(journal->files, file);
	}
}

/* A journal for a plan, which is not on the disk yet. */
static struct journal *journal_for(const struct plan *plan, const struct journal *old, GError **error)
{
	struct journal *journal = journal_new();
	bool good = true;

	journal->state = JOURNAL_APPLYING;
	for (guint i = 0; i < plan->cards->len; i++)
		g_ptr_array_add(journal->cards, setup_card_copy(plan->cards->pdata[i]));
	journal->initramfs = g_strdup(plan->initramfs ? plan->initramfs->name : NULL);
	journal->boot = kernel_boot();
	for (guint i = 0; old && i < old->folders->len; i++)
		g_ptr_array_add(journal->folders, g_strdup(old->folders->pdata[i]));
	for (guint i = 0; good && i < plan->files->len; i++)
		good = add_planned(journal, plan->files->pdata[i], old, error);
	add_going(journal, old);
	if (good)
		return journal;
	journal_free(journal);
	return NULL;
}

struct journal *journal_begin(const struct plan *plan, GError **error)
{
	struct journal *journal;

	if (!journal_end(error))
		return NULL;
	/* /var/lib is not created: if it is missing, the system is probably not mounted. */
	if (!root_exists("/var/lib")) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			    "cannot set up: there is no /var/lib under --root; mount the system there first");
		return NULL;
	}
	journal = journal_for(plan, NULL, error);
	if (journal && write_journal(journal, error))
		return journal;
	if (journal)
		journal_end(NULL);
	journal_free(journal);
	return NULL;
}

struct journal *journal_change(const struct journal *old, const struct plan *plan, GError **error)
{
	struct journal *journal = journal_for(plan, old, error);

	if (journal && write_journal(journal, error))
		return journal;
	/* The new journal may be in place, although syncing it failed. So write the old one again. */
	if (journal)
		write_journal(old, NULL);
	journal_free(journal);
	return NULL;
}

/* Comparing. */

bool journal_is_for(const struct journal *journal, const struct plan *plan, GPtrArray *differences)
{
	const char *generator = plan->initramfs ? plan->initramfs->name : NULL;
	guint count = planned_files(journal);
	bool same = setup_cards_same(journal->cards, plan->cards) && !g_strcmp0(journal->initramfs, generator);

	for (guint i = 0; i < MAX(count, plan->files->len); i++) {
		const struct journal_file *file = i < count ? journal->files->pdata[i] : NULL;
		struct journal_file *planned = i < plan->files->len ? planned_file(plan->files->pdata[i]) : NULL;

		/* At least the longer list has an entry. */
		g_assert(file || planned);
		if (!file || !planned || !same_file(file, planned)) {
			g_ptr_array_add(differences, g_strdup(planned ? planned->path : file->path));
			same = false;
		}
		if (planned)
			journal_file_free(planned);
	}
	return same;
}

bool journal_is_in_place(const struct journal *journal)
{
	for (guint i = 0; i < journal->files->len; i++)
		if (look(journal->files->pdata[i]) != FOUND_PLANNED)
			return false;
	return true;
}

GPtrArray *journal_edited(const struct journal *journal)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < journal->files->len; i++) {
		const struct journal_file *file = journal->files->pdata[i];

		if (look(file) > FOUND_BEFORE)
			g_ptr_array_add(paths, g_strdup(file->path));
	}
	return paths;
}

const char *journal_effect(const struct journal *journal, const struct plan_file *file)
{
	struct journal_file *planned = planned_file(file);
	enum found found = look(planned);

	journal_file_free(planned);
	if (found == FOUND_NOTHING)
		return "new";
	if (!file_at(journal, file->path) || found == FOUND_NO_FILE)
		return "blocked";
	return found == FOUND_PLANNED ? "as it is" : "replaced";
}

/* Writing. */

static bool write_planned(const struct plan_file *file, GError **error)
{
	printf("writing %s\n", output_text(file->path));
	return file->text ? root_replace(file->path, file->text, strlen(file->text), file->mode, error) :
			    root_replace_link(file->path, file->target, error);
}

static bool remove_file(const struct journal_file *file, GError **error)
{
	if (is_taken(file->path))
		printf("removing %s\n", output_text(file->path));
	return root_remove(file->path, error);
}

/* Removes the files that are to be removed, last first, and folders that are then empty. */
static bool remove_going(const struct journal *journal, GError **error)
{
	guint planned = planned_files(journal);

	for (guint i = journal->files->len; i > planned; i--)
		if (!remove_file(journal->files->pdata[i - 1], error))
			return false;
	for (guint i = journal->folders->len; i > 0 && planned < journal->files->len; i--)
		if (!root_remove_folder(journal->folders->pdata[i - 1], error))
			return false;
	return true;
}

bool journal_write_files(const struct journal *journal, const struct plan *plan, GError **error)
{
	for (guint i = 0; i < plan->files->len; i++)
		if (look(journal->files->pdata[i]) != FOUND_PLANNED && !write_planned(plan->files->pdata[i], error))
			return false;
	return remove_going(journal, error);
}

bool journal_remove_files(const struct journal *journal, GError **error)
{
	for (guint i = journal->files->len; i > 0; i--)
		if (!remove_file(journal->files->pdata[i - 1], error))
			return false;
	for (guint i = journal->folders->len; i > 0; i--)
		if (!root_remove_folder(journal->folders->pdata[i - 1], error))
			return false;
	return true;
}

bool journal_keep_aside(const char *path, GError **error)
{
	g_autofree char *name = g_strdelimit(g_strdup(path + 1), "/", '-');
	g_autofree char *to = g_strconcat(EDITED "/", name, NULL);
	g_autofree char *target = root_link_text("%s", path);
	g_autoptr(GBytes) bytes = target ? NULL : root_read_bytes("%s", path);
	gsize size = 0;
	const void *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;

	if (!target && !bytes)
		return failed(error, "read", path, errno);
	for (int i = 2; is_taken(to); i++) {
		g_free(to);
		to = g_strdup_printf(EDITED "/%s.%d", name, i);
	}
	if (target ? !root_replace_link(to, target, error) : !root_replace(to, data, size, 0600, error))
		return false;
	printf("keeping the edited %s as %s\n", output_text(path), output_text(to));
	return true;
}
