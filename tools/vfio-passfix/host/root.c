// SPDX-License-Identifier: GPL-2.0-only
#include "host/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <gio/gio.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/record.h"

/* Limits on the memory that a hostile tree can make this program use. */
#define LARGEST_FILE (64 << 20)
#define LARGEST_TEXT (4 << 20)
#define ALL_FILES (256u << 20)
#define MOST_NAMES 65536u

static const char *root = "";
static int root_fd = AT_FDCWD;

bool root_set(const char *dir, GError **error)
{
	g_autofree char *answers = NULL;
	int fd;

	if (!strcmp(dir, "/"))
		return true;
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno),
			    "cannot look under %s: %s; --root takes the folder that a system is mounted on", dir,
			    g_strerror(errno));
		return false;
	}
	root = dir;
	root_fd = fd;
	answers = root_read(RECORD_ANSWERS);
	if (answers)
		record_answers_read(answers);
	return true;
}

bool root_is_host(void)
{
	return !*root;
}

const char *root_answer(const char *topic, const char *about)
{
	return root_is_host() ? NULL : record_answered(topic, about);
}

/*
 * The only way to open a path. Anybody may have made the tree under --root. So the kernel resolves
 * the path with DIR as "/": neither a link nor ".." leads out, even if the tree changes meanwhile.
 */
static int resolve(const char *path, int flags, mode_t mode)
{
	struct open_how how = { .flags = (unsigned int)(flags | O_CLOEXEC), .mode = mode, .resolve = RESOLVE_IN_ROOT };
	int fd;

	if (root_is_host())
		return open(path, flags | O_CLOEXEC, mode);
	/* openat2() fails if something was renamed meanwhile; another try may succeed. */
	for (int tries = 0; tries < 100; tries++) {
		fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			return fd;
	}
	return -1;
}

/* The same, but under --root a refusal of the recorded host is repeated, and refusals are recorded. */
static int open_path(const char *path, int flags, mode_t mode)
{
	const char *refused = (flags & O_PATH) ? NULL : root_answer(RECORD_REFUSED, path);
	int fd = -1;

	if (refused)
		errno = (int)g_ascii_strtoull(refused, NULL, 10);
	else
		fd = resolve(path, flags, mode);
	record_look(path, flags & O_NOFOLLOW);
	if (fd < 0 && !(flags & O_PATH))
		record_refusal(path, errno);
	return fd;
}

/* Opens the folder of a path with @flags; sets @name to the part after the last slash. */
static int open_folder_of(const char *path, int flags, const char **name)
{
	g_autofree char *folder = g_path_get_dirname(path);

	*name = strrchr(path, '/') + 1;
	return open_path(folder, flags | O_DIRECTORY, 0);
}

/* Each function below begins with this: the path from its format. */
#define PATH_OF(path, format)					\
	g_autofree char *path = NULL;				\
	do {							\
		va_list arguments;				\
								\
		va_start(arguments, format);			\
		path = g_strdup_vprintf(format, arguments);	\
		va_end(arguments);				\
	} while (0)

char *root_path(const char *format, ...)
{
	PATH_OF(path, format);

	return g_strconcat(root, path, NULL);
}

int root_open(int flags, const char *format, ...)
{
	PATH_OF(path, format);

	return open_path(path, flags, 0);
}

bool root_stat(struct stat *status, const char *format, ...)
{
	PATH_OF(path, format);
	int fd = open_path(path, O_PATH, 0);
	bool done = fd >= 0 && !fstat(fd, status);

	if (fd >= 0)
		close(fd);
	return done;
}

bool root_look(struct stat *status, const char *format, ...)
{
	PATH_OF(path, format);
	int fd = open_path(path, O_PATH | O_NOFOLLOW, 0);
	bool done = fd >= 0 && !fstat(fd, status);

	if (fd >= 0)
		close(fd);
	return done;
}

bool root_exists(const char *format, ...)
{
	PATH_OF(path, format);
	int fd = open_path(path, O_PATH, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

char *root_program(const char *name)
{
	static const char *const folders[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin",
					       "/run/current-system/sw/bin" };

	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
		if (root_exists("%s/%s", folders[i], name))
			return g_build_filename(folders[i], name, NULL);
	return NULL;
}

/*
 * Opens plain files only: opening a FIFO would block, and opening a device node may do anything.
 * The opened file is checked again, because it may have been replaced in between.
 */
static int open_plain(const char *path)
{
	static const int flags[] = { O_PATH, O_RDONLY | O_NONBLOCK | O_NOCTTY };
	struct stat status;
	int fd = -1;

	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
		if (fd >= 0)
			close(fd);
		fd = open_path(path, flags[i], 0);
		if (fd < 0)
			return -1;
		if (!fstat(fd, &status) && S_ISREG(status.st_mode) && status.st_size <= LARGEST_FILE)
			continue;
		close(fd);
		errno = S_ISDIR(status.st_mode) ? EISDIR : S_ISREG(status.st_mode) ? EFBIG : EINVAL;
		return -1;
	}
	return fd;
}

char *root_lend(const char *format, ...)
{
	PATH_OF(path, format);
	int fd = open_plain(path);

	/* The descriptor stays open. */
	return fd >= 0 ? g_strdup_printf("/proc/self/fd/%d", fd) : NULL;
}

/* Does not rely on the size, which is wrong for files of sysfs and procfs. */
static GByteArray *read_all(const char *path, size_t most)
{
	static size_t all;
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	GBytes *known = record_is_on() ? record_known(path) : NULL;
	guint8 chunk[16384];
	ssize_t got;
	int fd, error;

	if (known)
		return g_bytes_unref_to_array(known);
	fd = open_plain(path);
	if (fd < 0)
		return NULL;
	while ((got = read(fd, chunk, sizeof(chunk))) > 0 && bytes->len <= most && all <= ALL_FILES) {
		g_byte_array_append(bytes, chunk, (guint)got);
		all += (size_t)got;
	}
	error = got < 0 ? errno : got > 0 ? EFBIG : 0;
	close(fd);
	if (error) {
		errno = error;
		record_refusal(path, error);
		return NULL;
	}
	record_content(path, bytes->data, bytes->len);
	return g_steal_pointer(&bytes);
}

GBytes *root_read_bytes(const char *format, ...)
{
	PATH_OF(path, format);
	GByteArray *bytes = read_all(path, LARGEST_FILE);

	return bytes ? g_byte_array_free_to_bytes(bytes) : NULL;
}

char *root_read(const char *format, ...)
{
	PATH_OF(path, format);
	GByteArray *bytes = read_all(path, LARGEST_TEXT);

	if (!bytes)
		return NULL;
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	return g_strchomp((char *)g_byte_array_free(bytes, FALSE));
}

/* NULL with errno set if there is no link. */
static char *read_link(const char *path)
{
	char target[PATH_MAX];
	ssize_t length = -1;
	int fd = open_path(path, O_PATH | O_NOFOLLOW, 0);
	int number;

	if (fd < 0)
		return NULL;
	length = readlinkat(fd, "", target, sizeof(target));
	/* With an empty name, readlinkat() fails with ENOENT for anything that is not a link. */
	number = errno == ENOENT ? EINVAL : errno;
	close(fd);
	if (length < 0) {
		errno = number;
		return NULL;
	}
	return g_strndup(target, (gsize)length);
}

char *root_link_text(const char *format, ...)
{
	PATH_OF(path, format);

	return read_link(path);
}

char *root_link(const char *format, ...)
{
	PATH_OF(path, format);
	g_autofree char *target = read_link(path);

	return target ? g_path_get_basename(target) : NULL;
}

char *root_link_path(const char *format, ...)
{
	PATH_OF(path, format);
	g_autofree char *target = read_link(path);
	g_autofree char *folder = g_path_get_dirname(path);

	return target ? g_canonicalize_filename(target, folder) : NULL;
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *list(const char *path, const char *pattern)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	int fd = open_path(path, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	while (dir && names->len < MOST_NAMES && (entry = readdir(dir)))
		if (!fnmatch(pattern, entry->d_name, FNM_PERIOD))
			g_ptr_array_add(names, g_strdup(entry->d_name));
	if (dir)
		closedir(dir);
	g_ptr_array_sort(names, by_name);
	for (guint i = 0; record_is_on() && i < names->len; i++) {
		g_autofree char *below = g_build_filename(path, names->pdata[i], NULL);

		record_look(below, true);
	}
	return names;
}

GPtrArray *root_list(const char *format, ...)
{
	PATH_OF(path, format);

	return list(path, "*");
}

GPtrArray *root_list_like(const char *pattern, const char *format, ...)
{
	PATH_OF(path, format);

	return list(path, pattern);
}

int root_write(const char *text, const char *format, ...)
{
	PATH_OF(path, format);
	/* Without O_CREAT: a misspelt name must not create a file. */
	int fd = open_path(path, O_WRONLY, 0);
	int error = 0;

	if (fd < 0)
		return -errno;
	/* In one write, as sysfs requires. */
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	if (close(fd) && !error)
		error = -errno;
	return error;
}

static bool failed(GError **error, const char *what, const char *path, int number)
{
	g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(number), "cannot %s %s%s: %s", what, root,
		    path, g_strerror(number));
	return false;
}

/* A rename or an unlink survives a power failure only after its folder is synced. */
static bool sync_and_close(int folder, const char *path, GError **error)
{
	int number = fsync(folder) ? errno : 0;

	close(folder);
	return number ? failed(error, "sync the folder of", path, number) : true;
}

bool root_make_folder(const char *path, GPtrArray *made, GError **error)
{
	g_autofree char *above = g_path_get_dirname(path);
	const char *name;
	struct stat status;
	int folder, number;

	if (root_stat(&status, "%s", path) && S_ISDIR(status.st_mode))
		return true;
	if (strcmp(above, path) && !root_make_folder(above, made, error))
		return false;
	folder = open_folder_of(path, O_RDONLY, &name);
	if (folder < 0)
		return failed(error, "make the folder", path, errno);
	/* Others must be able to read it, whatever this user's umask is. */
	if (mkdirat(folder, name, 0755) || fchmodat(folder, name, 0755, 0)) {
		number = errno;
		close(folder);
		return failed(error, "make the folder", path, number);
	}
	if (made)
		g_ptr_array_add(made, g_strdup(path));
	return sync_and_close(folder, path, error);
}

/* On a read-only file system, unlinkat() of a missing file fails with EROFS and not ENOENT. */
static bool unlink_in(int folder, const char *name, int flags)
{
	struct stat status;
	int number;

	if (!unlinkat(folder, name, flags) || errno == ENOENT)
		return true;
	number = errno;
	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
		return true;
	errno = number;
	return false;
}

bool root_remove_folder(const char *path, GError **error)
{
	const char *name;
	int folder = open_folder_of(path, O_RDONLY, &name);
	int number = 0;

	if (folder < 0)
		return errno == ENOENT || failed(error, "remove the folder", path, errno);
	if (unlink_in(folder, name, AT_REMOVEDIR))
		return sync_and_close(folder, path, error);
	number = errno;
	close(folder);
	return number == ENOTEMPTY || number == EEXIST || number == ENOTDIR || number == EBUSY ||
	       failed(error, "remove the folder", path, number);
}

static bool write_fd(int fd, const void *bytes, size_t size)
{
	const char *next = bytes;

	while (size) {
		ssize_t written = write(fd, next, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		next += written;
		size -= (size_t)written;
	}
	return true;
}

/*
 * A file is first written under a temporary name. The name begins with a dot, so that no program
 * reads it from a drop-in folder, and is always the same, so that a file that a crash left is found.
 */
static char *aside_of(const char *name)
{
	return g_strconcat(".", name, ".new", NULL);
}

static bool write_aside(int folder, const char *aside, const void *bytes, size_t size, mode_t mode)
{
	int fd = openat(folder, aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int number = 0;

	if (fd < 0)
		return false;
	if (!write_fd(fd, bytes, size) || fchmod(fd, mode) || fsync(fd))
		number = errno;
	close(fd);
	errno = number;
	return !number;
}

/* Puts a file into place, or a link if @target is not NULL. */
static bool put(const char *path, const char *target, const void *bytes, size_t size, mode_t mode, GError **error)
{
	g_autofree char *above = g_path_get_dirname(path);
	g_autofree char *aside = NULL;
	const char *name;
	int folder, number;

	if (!root_make_folder(above, NULL, error))
		return false;
	folder = open_folder_of(path, O_RDONLY, &name);
	if (folder < 0)
		return failed(error, "write", path, errno);
	aside = aside_of(name);
	unlinkat(folder, aside, 0);
	if (!(target ? !symlinkat(target, folder, aside) : write_aside(folder, aside, bytes, size, mode)) ||
	    renameat(folder, aside, folder, name)) {
		number = errno;
		unlinkat(folder, aside, 0);
		close(folder);
		return failed(error, "write", path, number);
	}
	return sync_and_close(folder, path, error);
}

bool root_replace(const char *path, const void *bytes, size_t size, mode_t mode, GError **error)
{
	return put(path, NULL, bytes, size, mode, error);
}

bool root_replace_link(const char *path, const char *target, GError **error)
{
	return put(path, target, NULL, 0, 0, error);
}

bool root_remove(const char *path, GError **error)
{
	const char *name;
	int folder = open_folder_of(path, O_RDONLY, &name);
	g_autofree char *aside = NULL;
	int number;

	if (folder < 0)
		return errno == ENOENT || failed(error, "remove", path, errno);
	aside = aside_of(name);
	if (!unlink_in(folder, name, 0) || !unlink_in(folder, aside, 0)) {
		number = errno;
		close(folder);
		return failed(error, "remove", path, number);
	}
	return sync_and_close(folder, path, error);
}
