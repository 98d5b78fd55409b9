// SPDX-License-Identifier: GPL-2.0-only
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "root.h"

#define STATE "/var/lib"
#define HOME STATE "/vfio-passfix"
#define SETUP HOME "/setup"
#define JOURNAL "/journal.json"
#define EDITED HOME "/edited"
/* Where a journal is made and unmade: by one rename it is there, or gone. */
#define ASIDE STATE "/.vfio-passfix-setup"
/* What is written aside, by root_replace() and here, has names that begin with this. */
#define ASIDE_PREFIX ".vfio-passfix."

#define FORMAT 1

static const char *const states[] = {
	[JOURNAL_APPLYING] = "applying",
	[JOURNAL_DONE] = "done",
	[JOURNAL_REMOVING] = "removing",
};

enum kind {
	KIND_NOTHING,
	KIND_FILE,
	KIND_LINK,
};

/* What is, was or will be at a path. */
struct journal_thing {
	enum kind kind;
	char *content;		/* of a file its SHA-256, of a link where it leads */
	mode_t mode;		/* of a file */
	uid_t owner;
	gid_t group;
	struct timespec modified;
};

static bool failed(GError **error, const char *what, const char *path, int number)
{
	g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(number), "cannot %s %s: %s", what, path,
		    g_strerror(number));
	return false;
}

static void free_thing(struct journal_thing *thing)
{
	if (thing)
		g_free(thing->content);
	g_free(thing);
}

static char *hash(const void *bytes, size_t size)
{
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, size);
}

/* NULL with @error set where it cannot be told. */
static struct journal_thing *look(const char *path, GError **error)
{
	g_autofree char *real = root_path("%s", path);
	struct journal_thing *thing = g_new0(struct journal_thing, 1);
	struct stat status;

	if (lstat(real, &status)) {
		if (errno == ENOENT)
			return thing;
		failed(error, "look at", real, errno);
	} else if (S_ISLNK(status.st_mode)) {
		thing->kind = KIND_LINK;
		thing->content = g_file_read_link(real, error);
	} else if (S_ISREG(status.st_mode)) {
		g_autoptr(GBytes) bytes = root_read_bytes("%s", path);
		size_t size = 0;
		const void *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;

		thing->kind = KIND_FILE;
		if (bytes)
			thing->content = hash(data, size);
		else
			failed(error, "read", real, errno);
	} else {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
			    "cannot write %s: there is something of that name which is no file. Take it away, then try again",
			    real);
	}
	if (!thing->content) {
		free_thing(thing);
		return NULL;
	}
	thing->mode = status.st_mode & 07777;
	thing->owner = status.st_uid;
	thing->group = status.st_gid;
	thing->modified = status.st_mtim;
	return thing;
}

static struct journal_thing *planned_thing(const struct plan_file *file)
{
	struct journal_thing *thing = g_new0(struct journal_thing, 1);

	thing->kind = file->text ? KIND_FILE : KIND_LINK;
	thing->content = file->text ? hash(file->text, strlen(file->text)) : g_strdup(file->target);
	thing->mode = file->mode;
	return thing;
}

static bool same_content(const struct journal_thing *a, const struct journal_thing *b)
{
	return a->kind == b->kind && !g_strcmp0(a->content, b->content);
}

static bool same_with_mode(const struct journal_thing *a, const struct journal_thing *b)
{
	return same_content(a, b) && (a->kind != KIND_FILE || a->mode == b->mode);
}

static bool same_in_all(const struct journal_thing *a, const struct journal_thing *b)
{
	return same_with_mode(a, b) &&
	       (a->kind == KIND_NOTHING || (a->owner == b->owner && a->group == b->group &&
					    a->modified.tv_sec == b->modified.tv_sec &&
					    a->modified.tv_nsec == b->modified.tv_nsec));
}

static void free_file(gpointer data)
{
	struct journal_file *file = data;

	free_thing(file->planned);
	free_thing(file->before);
	g_free(file->path);
	g_free(file->saved);
	g_free(file);
}

static struct journal *new_journal(void)
{
	struct journal *journal = g_new0(struct journal, 1);

	journal->folders = g_ptr_array_new_with_free_func(g_free);
	journal->files = g_ptr_array_new_with_free_func(free_file);
	return journal;
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	g_free(journal->device);
	g_free(journal->id);
	g_free(journal->card);
	g_free(journal->initramfs);
	g_ptr_array_unref(journal->folders);
	g_ptr_array_unref(journal->files);
	g_free(journal);
}

bool journal_lock(GError **error)
{
	/* A folder: a file of its own would have to be left behind. */
	g_autofree char *path = root_path("%s", root_exists("/run") ? "/run" : "/");
	/* Left open: the lock goes with the program. */
	static int fd;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return failed(error, "open", path, errno);
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return true;
	if (errno != EWOULDBLOCK)
		return failed(error, "lock", path, errno);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY,
		    "another vfio-passfix setup or remove is at work; wait until it has ended, then try again");
	return false;
}

/* The journal as JSON. */

static struct json_object *planned_to_json(const struct journal_thing *thing)
{
	struct json_object *object = json_object_new_object();

	if (thing->kind == KIND_NOTHING)
		return object;
	json_object_object_add(object, thing->kind == KIND_FILE ? "sha256" : "link",
			       json_object_new_string(thing->content));
	json_object_object_add(object, "mode", json_object_new_int((int)thing->mode));
	return object;
}

static struct json_object *before_to_json(const struct journal_thing *thing)
{
	struct json_object *object = planned_to_json(thing);

	if (thing->kind == KIND_NOTHING)
		return object;
	json_object_object_add(object, "owner", json_object_new_int64(thing->owner));
	json_object_object_add(object, "group", json_object_new_int64(thing->group));
	json_object_object_add(object, "seconds", json_object_new_int64(thing->modified.tv_sec));
	json_object_object_add(object, "nanoseconds", json_object_new_int64(thing->modified.tv_nsec));
	return object;
}

static struct json_object *file_to_json(const struct journal_file *file)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "path", json_object_new_string(file->path));
	json_object_object_add(object, "planned", planned_to_json(file->planned));
	json_object_object_add(object, "before", before_to_json(file->before));
	if (file->saved)
		json_object_object_add(object, "saved", json_object_new_string(file->saved));
	return object;
}

static char *journal_to_text(const struct journal *journal)
{
	struct json_object *object = json_object_new_object();
	struct json_object *folders = json_object_new_array(), *files = json_object_new_array();
	char *text;

	json_object_object_add(object, "format", json_object_new_int(FORMAT));
	json_object_object_add(object, "state", json_object_new_string(states[journal->state]));
	json_object_object_add(object, "device", json_object_new_string(journal->device));
	json_object_object_add(object, "id", json_object_new_string(journal->id));
	json_object_object_add(object, "card", json_object_new_string(journal->card));
	json_object_object_add(object, "forced", json_object_new_boolean(journal->forced));
	if (journal->initramfs)
		json_object_object_add(object, "initramfs", json_object_new_string(journal->initramfs));
	json_object_object_add(object, "made_home", json_object_new_boolean(journal->made_home));
	for (guint i = 0; i < journal->folders->len; i++)
		json_object_array_add(folders, json_object_new_string(journal->folders->pdata[i]));
	json_object_object_add(object, "folders", folders);
	for (guint i = 0; i < journal->files->len; i++)
		json_object_array_add(files, file_to_json(journal->files->pdata[i]));
	json_object_object_add(object, "files", files);
	text = g_strconcat(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE),
			   "\n", NULL);
	json_object_put(object);
	return text;
}

/* A member of a type; NULL where there is none or it is of another. */
static struct json_object *member(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, key, &value))
		return NULL;
	return json_object_is_type(value, type) ? value : NULL;
}

static char *text_member(struct json_object *object, const char *key)
{
	struct json_object *value = member(object, key, json_type_string);

	return value ? g_strdup(json_object_get_string(value)) : NULL;
}

static int64_t number_member(struct json_object *object, const char *key)
{
	return json_object_get_int64(member(object, key, json_type_int));
}

static struct journal_thing *thing_from_json(struct json_object *object)
{
	struct journal_thing *thing;

	if (!object)
		return NULL;
	thing = g_new0(struct journal_thing, 1);
	thing->content = text_member(object, "sha256");
	thing->kind = thing->content ? KIND_FILE : KIND_NOTHING;
	if (!thing->content) {
		thing->content = text_member(object, "link");
		thing->kind = thing->content ? KIND_LINK : KIND_NOTHING;
	}
	thing->mode = (mode_t)number_member(object, "mode");
	thing->owner = (uid_t)number_member(object, "owner");
	thing->group = (gid_t)number_member(object, "group");
	thing->modified.tv_sec = number_member(object, "seconds");
	thing->modified.tv_nsec = number_member(object, "nanoseconds");
	return thing;
}

static bool read_file(struct json_object *object, struct journal *journal)
{
	struct journal_file *file = g_new0(struct journal_file, 1);

	g_ptr_array_add(journal->files, file);
	file->path = text_member(object, "path");
	file->planned = thing_from_json(member(object, "planned", json_type_object));
	file->before = thing_from_json(member(object, "before", json_type_object));
	file->saved = text_member(object, "saved");
	return file->path && g_path_is_absolute(file->path) && file->planned && file->before &&
	       !!file->saved == (file->before->kind == KIND_FILE);
}

static bool read_object(struct json_object *object, struct journal *journal)
{
	struct json_object *folders = member(object, "folders", json_type_array);
	struct json_object *files = member(object, "files", json_type_array);
	g_autofree char *state = text_member(object, "state");
	bool known = false;

	journal->device = text_member(object, "device");
	journal->id = text_member(object, "id");
	journal->card = text_member(object, "card");
	journal->initramfs = text_member(object, "initramfs");
	journal->forced = json_object_get_boolean(member(object, "forced", json_type_boolean));
	journal->made_home = json_object_get_boolean(member(object, "made_home", json_type_boolean));
	for (size_t i = 0; state && i < G_N_ELEMENTS(states); i++)
		if (!strcmp(states[i], state)) {
			journal->state = (enum journal_state)i;
			known = true;
		}
	if (!known || number_member(object, "format") != FORMAT || !journal->device || !journal->id ||
	    !journal->card || !folders || !files)
		return false;
	for (size_t i = 0; i < json_object_array_length(folders); i++) {
		struct json_object *folder = json_object_array_get_idx(folders, i);

		if (!json_object_is_type(folder, json_type_string))
			return false;
		g_ptr_array_add(journal->folders, g_strdup(json_object_get_string(folder)));
	}
	for (size_t i = 0; i < json_object_array_length(files); i++)
		if (!read_file(json_object_array_get_idx(files, i), journal))
			return false;
	return true;
}

static struct journal *read_from(const char *folder, GError **error)
{
	g_autofree char *path = root_path("%s" JOURNAL, folder);
	g_autofree char *text = root_read("%s" JOURNAL, folder);
	struct journal *journal;
	struct json_object *object;
	bool understood;

	if (!text) {
		if (errno != ENOENT)
			failed(error, "read", path, errno);
		return NULL;
	}
	journal = new_journal();
	object = json_tokener_parse(text);
	understood = read_object(object, journal);
	json_object_put(object);
	if (understood)
		return journal;
	journal_free(journal);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
		    "cannot understand %s, which says what was set up and how to undo it: it is damaged, or of another version of vfio-passfix. Undo it with the version that wrote it; if that fails, the file names what was written, and copies of what was there before are beside it",
		    path);
	return NULL;
}

struct journal *journal_read(GError **error)
{
	g_autoptr(GError) trouble = NULL;
	struct journal *journal = read_from(SETUP, &trouble);
	g_autofree char *folder = root_path(SETUP);

	if (trouble)
		g_propagate_error(error, g_steal_pointer(&trouble));
	else if (!journal && root_exists(SETUP))
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			    "cannot tell what was set up: %s is there, and the journal in it is not. If you have put back what was there before (copies are in that folder), take the folder away, then try again",
			    folder);
	return journal;
}

static bool write_to(const char *folder, const struct journal *journal, GError **error)
{
	g_autofree char *path = g_strconcat(folder, JOURNAL, NULL);
	g_autofree char *text = journal_to_text(journal);

	return root_replace(path, text, strlen(text), 0644, error);
}

bool journal_set_state(struct journal *journal, enum journal_state state, GError **error)
{
	journal->state = state;
	return write_to(SETUP, journal, error);
}

/* Folders. */

static bool sync_folder(const char *path, GError **error)
{
	g_autofree char *real = root_path("%s", path);
	int fd = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int number = 0;

	if (fd < 0)
		return failed(error, "open", real, errno);
	if (fsync(fd))
		number = errno;
	close(fd);
	return number ? failed(error, "sync", real, number) : true;
}

/* Not an error where it is gone, or somebody has put something into it. */
static bool remove_folder(const char *path, GError **error)
{
	g_autofree char *real = root_path("%s", path);
	g_autofree char *above = g_path_get_dirname(path);

	if (!rmdir(real))
		return sync_folder(above, error);
	if (errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST)
		return true;
	return failed(error, "remove the folder", real, errno);
}

/* Removes the files whose names begin with @prefix; a folder that is not there has none. */
static bool remove_files(const char *folder, const char *prefix, GError **error)
{
	g_autofree char *real = root_path("%s", folder);
	g_autoptr(GDir) dir = g_dir_open(real, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(real, name, NULL);

		if (g_str_has_prefix(name, prefix) && unlink(path) && errno != ENOENT)
			return failed(error, "remove", path, errno);
	}
	return true;
}

/* What a crash left half written beside the files, and beside the journal. */
static bool sweep(const struct journal *journal, GError **error)
{
	if (!remove_files(SETUP, ASIDE_PREFIX, error) || !remove_files(EDITED, ASIDE_PREFIX, error))
		return false;
	for (guint i = 0; i < journal->files->len; i++) {
		const struct journal_file *file = journal->files->pdata[i];
		g_autofree char *folder = g_path_get_dirname(file->path);

		if (!remove_files(folder, ASIDE_PREFIX, error))
			return false;
	}
	return true;
}

bool journal_has_leftovers(void)
{
	return root_exists(ASIDE);
}

bool journal_clear_leftovers(GError **error)
{
	struct journal *journal;

	if (!root_exists(ASIDE))
		return true;
	/* First, since only the journal says that the folder is ours. */
	journal = read_from(ASIDE, NULL);
	if (journal && journal->made_home && !remove_folder(HOME, error)) {
		journal_free(journal);
		return false;
	}
	journal_free(journal);
	return remove_files(ASIDE, "", error) && remove_folder(ASIDE, error);
}

static bool rename_folder(const char *from, const char *to, GError **error)
{
	g_autofree char *real_from = root_path("%s", from);
	g_autofree char *real_to = root_path("%s", to);

	if (rename(real_from, real_to))
		return failed(error, "rename", real_from, errno);
	return sync_folder(HOME, error) && sync_folder(STATE, error);
}

bool journal_end(GError **error)
{
	return rename_folder(SETUP, ASIDE, error) && journal_clear_leftovers(error);
}

/* Beginning. */

static bool is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return !strncmp(path, folder, length) && (!path[length] || path[length] == '/');
}

/* Under --root an absolute link would lead out of that system and into this one. */
static bool stays_inside(const char *path, GError **error)
{
	g_autofree char *root = root_path("/");
	g_autofree char *folder = root_path("%s", path);
	char *real_root, *real_folder;
	bool inside;

	while (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		char *above = g_path_get_dirname(folder);

		g_free(folder);
		folder = above;
	}
	real_root = realpath(root, NULL);
	real_folder = realpath(folder, NULL);
	inside = real_root && real_folder && is_below(real_folder, real_root);
	free(real_root);
	free(real_folder);
	if (!inside)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
			    "cannot write %s under --root: a link on the way leads out of that system. Enter it with chroot and run vfio-passfix there",
			    path);
	return inside;
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

static bool add_planned(struct journal *journal, const struct plan_file *planned, GError **error)
{
	struct journal_file *file = g_new0(struct journal_file, 1);
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *path = NULL;
	size_t size;
	const void *data;

	g_ptr_array_add(journal->files, file);
	file->path = g_strdup(planned->path);
	file->planned = planned_thing(planned);
	if (!root_is_host() && !stays_inside(planned->path, error))
		return false;
	file->before = look(planned->path, error);
	if (!file->before)
		return false;
	note_folders(journal, planned->path);
	if (file->before->kind != KIND_FILE)
		return true;
	file->saved = g_strdup_printf("before-%u", journal->files->len);
	path = g_strconcat(ASIDE "/", file->saved, NULL);
	bytes = root_read_bytes("%s", planned->path);
	if (!bytes)
		return failed(error, "read", planned->path, errno);
	data = g_bytes_get_data(bytes, &size);
	return root_replace(path, data, size, 0600, error);
}

static bool make_aside(GError **error)
{
	g_autofree char *real = root_path(ASIDE);

	/* Not made where it is missing: that would be a system which is not mounted. */
	if (!root_exists(STATE)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			    "cannot set up: there is no %s under --root; mount the system there first", STATE);
		return false;
	}
	if (mkdir(real, 0755))
		return failed(error, "make the folder", real, errno);
	return sync_folder(STATE, error);
}

struct journal *journal_begin(const struct plan *plan, GError **error)
{
	struct journal *journal;
	bool begun;

	if (!journal_clear_leftovers(error) || !make_aside(error))
		return NULL;
	journal = new_journal();
	journal->state = JOURNAL_APPLYING;
	journal->device = g_strdup(plan->device);
	journal->id = g_strdup(plan->id);
	journal->card = g_strdup(plan->card);
	journal->forced = plan->forced;
	journal->initramfs = g_strdup(plan->initramfs ? plan->initramfs->name : NULL);
	journal->made_home = !root_exists(HOME);
	begun = true;
	for (guint i = 0; begun && i < plan->files->len; i++)
		begun = add_planned(journal, plan->files->pdata[i], error);
	begun = begun && write_to(ASIDE, journal, error) && root_make_folder(HOME, NULL, error) &&
		rename_folder(ASIDE, SETUP, error);
	if (begun)
		return journal;
	journal_free(journal);
	journal_clear_leftovers(NULL);
	return NULL;
}

/* Comparing. */

bool journal_is_for(const struct journal *journal, const struct plan *plan, GPtrArray *differences)
{
	const char *generator = plan->initramfs ? plan->initramfs->name : NULL;
	bool same = !strcmp(journal->device, plan->device) && !strcmp(journal->id, plan->id) &&
		    !g_strcmp0(journal->initramfs, generator) && journal->forced == plan->forced;

	for (guint i = 0; i < MAX(journal->files->len, plan->files->len); i++) {
		const struct journal_file *file = i < journal->files->len ? journal->files->pdata[i] : NULL;
		const struct plan_file *planned = i < plan->files->len ? plan->files->pdata[i] : NULL;
		struct journal_thing *thing = planned ? planned_thing(planned) : NULL;

		/* The longer list has one. */
		g_assert(file || planned);
		if (!file || !planned || strcmp(file->path, planned->path) || !same_with_mode(file->planned, thing)) {
			g_ptr_array_add(differences, g_strdup(planned ? planned->path : file->path));
			same = false;
		}
		free_thing(thing);
	}
	return same;
}

bool journal_is_in_place(const struct journal *journal)
{
	for (guint i = 0; i < journal->files->len; i++) {
		const struct journal_file *file = journal->files->pdata[i];
		struct journal_thing *now = look(file->path, NULL);
		bool same = now && same_with_mode(now, file->planned);

		free_thing(now);
		if (!same)
			return false;
	}
	return true;
}

GPtrArray *journal_edited(const struct journal *journal)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < journal->files->len; i++) {
		const struct journal_file *file = journal->files->pdata[i];
		struct journal_thing *now = look(file->path, NULL);

		if (!now || (now->kind != KIND_NOTHING && !same_content(now, file->planned) &&
			     !same_content(now, file->before)))
			g_ptr_array_add(paths, g_strdup(file->path));
		free_thing(now);
	}
	return paths;
}

const char *journal_effect(const struct plan_file *file)
{
	struct journal_thing *planned = planned_thing(file);
	struct journal_thing *now = look(file->path, NULL);
	const char *effect = !now ? "blocked" :
			     now->kind == KIND_NOTHING ? "new" :
			     same_with_mode(now, planned) ? "as it is" :
							    "replaced";

	free_thing(planned);
	free_thing(now);
	return effect;
}

const char *journal_undo_effect(const struct journal_file *file)
{
	return file->before->kind == KIND_NOTHING ? "removed" : "restored";
}

/* Writing. */

/* Also on the disk, and whole or not at all. */
static bool put_link(const char *path, const char *target, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *real = root_path("%s", path);
	g_autofree char *aside = root_path("%s/" ASIDE_PREFIX "link", folder);
	int number;

	if (!root_make_folder(folder, NULL, error))
		return false;
	unlink(aside);
	if (symlink(target, aside))
		return failed(error, "make the link", aside, errno);
	if (rename(aside, real)) {
		number = errno;
		unlink(aside);
		return failed(error, "replace", real, number);
	}
	return sync_folder(folder, error);
}

bool journal_write_files(const struct journal *journal, const struct plan *plan, GError **error)
{
	if (!sweep(journal, error))
		return false;
	for (guint i = 0; i < plan->files->len; i++) {
		const struct plan_file *planned = plan->files->pdata[i];
		const struct journal_file *file = journal->files->pdata[i];
		struct journal_thing *now = look(planned->path, error);
		bool done;

		if (!now)
			return false;
		done = same_with_mode(now, file->planned);
		free_thing(now);
		if (done)
			continue;
		printf("writing %s\n", planned->path);
		if (planned->text ? !root_replace(planned->path, planned->text, strlen(planned->text), planned->mode, error) :
				    !put_link(planned->path, planned->target, error))
			return false;
	}
	return true;
}

/* Who owned it, with what permissions and of what time: all that a copy's bytes do not tell. */
static bool restore_status(const char *path, const struct journal_thing *before, GError **error)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, before->modified };
	g_autofree char *real = root_path("%s", path);
	int fd, number = 0;

	if (before->kind == KIND_LINK) {
		if (lchown(real, before->owner, before->group) || utimensat(AT_FDCWD, real, times, AT_SYMLINK_NOFOLLOW))
			return failed(error, "restore the owner of", real, errno);
		return true;
	}
	fd = open(real, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return failed(error, "open", real, errno);
	/* The mode after the owner, whose change takes away some of it. */
	if (fchown(fd, before->owner, before->group) || fchmod(fd, before->mode) || futimens(fd, times) || fsync(fd))
		number = errno;
	close(fd);
	return number ? failed(error, "restore owner and permissions of", real, number) : true;
}

static bool restore_content(const struct journal_file *file, GError **error)
{
	g_autoptr(GBytes) bytes = root_read_bytes(SETUP "/%s", file->saved);
	g_autofree char *copy = root_path(SETUP "/%s", file->saved);
	g_autofree char *sum = NULL;
	const void *data;
	size_t size;

	if (!bytes)
		return failed(error, "read", copy, errno);
	data = g_bytes_get_data(bytes, &size);
	sum = hash(data, size);
	if (strcmp(sum, file->before->content)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "cannot restore %s: its copy %s is damaged. Put into %s what belongs there, or delete it, then try again",
			    file->path, copy, file->path);
		return false;
	}
	return root_replace(file->path, data, size, file->before->mode, error);
}

static bool restore(const struct journal_file *file, GError **error)
{
	const struct journal_thing *before = file->before;
	struct journal_thing *now = look(file->path, error);
	bool same, there;

	if (!now)
		return false;
	same = same_in_all(now, before);
	there = same_content(now, before);
	free_thing(now);
	if (same)
		return true;
	printf("%s %s\n", before->kind == KIND_NOTHING ? "removing" : "restoring", file->path);
	if (before->kind == KIND_NOTHING)
		return root_remove(file->path, error);
	if (!there && !(before->kind == KIND_LINK ? put_link(file->path, before->content, error) :
						    restore_content(file, error)))
		return false;
	return restore_status(file->path, before, error);
}

bool journal_restore_files(const struct journal *journal, GError **error)
{
	if (!sweep(journal, error))
		return false;
	for (guint i = journal->files->len; i > 0; i--)
		if (!restore(journal->files->pdata[i - 1], error))
			return false;
	for (guint i = journal->folders->len; i > 0; i--)
		if (!remove_folder(journal->folders->pdata[i - 1], error))
			return false;
	return true;
}

bool journal_keep_aside(const char *path, GError **error)
{
	g_autofree char *name = g_strdelimit(g_strdup(path + 1), "/", '-');
	g_autofree char *to = g_strconcat(EDITED "/", name, NULL);
	g_autofree char *real = root_path("%s", path);
	g_autofree char *target = g_file_read_link(real, NULL);
	g_autoptr(GBytes) bytes = NULL;
	const void *data;
	size_t size;

	for (int i = 2; root_exists("%s", to); i++) {
		g_free(to);
		to = g_strdup_printf(EDITED "/%s.%d", name, i);
	}
	if (target) {
		if (!root_make_folder(EDITED, NULL, error) || !put_link(to, target, error))
			return false;
	} else {
		bytes = root_read_bytes("%s", path);
		if (!bytes)
			return failed(error, "read", real, errno);
		data = g_bytes_get_data(bytes, &size);
		if (!root_replace(to, data, size, 0600, error))
			return false;
	}
	printf("keeping the edited %s as %s\n", path, to);
	return true;
}
