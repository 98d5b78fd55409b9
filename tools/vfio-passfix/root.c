// SPDX-License-Identifier: GPL-2.0-only
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *root = "";

void root_set(const char *dir)
{
	root = strcmp(dir, "/") ? dir : "";
}

bool root_is_host(void)
{
	return !*root;
}

G_GNUC_PRINTF(1, 0)
static char *path_of(const char *format, va_list arguments)
{
	g_autofree char *path = g_strdup_vprintf(format, arguments);

	return g_strconcat(root, path, NULL);
}

/* Each function below begins with its format's path. */
#define PATH_OF(path, format)				\
	g_autofree char *path = NULL;			\
	do {						\
		va_list arguments;			\
							\
		va_start(arguments, format);		\
		path = path_of(format, arguments);	\
		va_end(arguments);			\
	} while (0)

char *root_path(const char *format, ...)
{
	PATH_OF(path, format);

	return g_steal_pointer(&path);
}

bool root_exists(const char *format, ...)
{
	PATH_OF(path, format);

	return !access(path, F_OK);
}

/* Not by size: the files of sysfs and procfs do not know theirs. */
static GByteArray *read_all(const char *path)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	guint8 chunk[16384];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;
	int error;

	if (fd < 0)
		return NULL;
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		g_byte_array_append(bytes, chunk, (guint)got);
	error = errno;
	close(fd);
	if (got < 0) {
		errno = error;
		return NULL;
	}
	return g_steal_pointer(&bytes);
}

GBytes *root_read_bytes(const char *format, ...)
{
	PATH_OF(path, format);
	GByteArray *bytes = read_all(path);

	return bytes ? g_byte_array_free_to_bytes(bytes) : NULL;
}

char *root_read(const char *format, ...)
{
	PATH_OF(path, format);
	GByteArray *bytes = read_all(path);

	if (!bytes)
		return NULL;
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	return g_strchomp((char *)g_byte_array_free(bytes, FALSE));
}

char *root_link(const char *format, ...)
{
	PATH_OF(path, format);
	g_autofree char *target = g_file_read_link(path, NULL);

	return target ? g_path_get_basename(target) : NULL;
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *root_list(const char *format, ...)
{
	PATH_OF(path, format);
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		if (*name != '.')
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name);
	return names;
}

int root_write(const char *text, const char *format, ...)
{
	PATH_OF(path, format);
	/* No O_CREAT: a misspelt name must not become a file. */
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	/* In one write, as sysfs takes it. */
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	if (close(fd) && !error)
		error = -errno;
	return error;
}

static bool failed(GError **error, const char *what, const char *path, int number)
{
	g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(number), "cannot %s %s: %s", what,
		    path, g_strerror(number));
	return false;
}

/* A rename or an unlink is only safe from a power cut once its folder is on the disk. */
static bool sync_folder_of(const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int number = 0;

	if (fd < 0)
		return failed(error, "open", folder, errno);
	if (fsync(fd))
		number = errno;
	close(fd);
	return number ? failed(error, "sync", folder, number) : true;
}

bool root_make_folder(const char *path, GPtrArray *made, GError **error)
{
	g_autofree char *real = g_strconcat(root, path, NULL);
	g_autofree char *above = g_path_get_dirname(path);

	if (g_file_test(real, G_FILE_TEST_IS_DIR))
		return true;
	if (strcmp(above, path) && !root_make_folder(above, made, error))
		return false;
	/* Others must be able to read it, whatever this user's umask is. */
	if (mkdir(real, 0755) || chmod(real, 0755))
		return failed(error, "make the folder", real, errno);
	if (made)
		g_ptr_array_add(made, g_strdup(path));
	return sync_folder_of(real, error);
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

bool root_replace(const char *path, const void *bytes, size_t size, mode_t mode, GError **error)
{
	g_autofree char *real = g_strconcat(root, path, NULL);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *aside = NULL;
	int fd, number;

	if (!root_make_folder(folder, NULL, error))
		return false;
	/* The name begins with a dot: no program that reads a folder of drop-ins takes it. */
	aside = g_strdup_printf("%s%s/.vfio-passfix.XXXXXX", root, strcmp(folder, "/") ? folder : "");
	fd = g_mkstemp_full(aside, O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(error, "write", aside, errno);
	if (!write_fd(fd, bytes, size) || fchmod(fd, mode) || fsync(fd)) {
		number = errno;
		close(fd);
		unlink(aside);
		return failed(error, "write", real, number);
	}
	close(fd);
	if (rename(aside, real)) {
		number = errno;
		unlink(aside);
		return failed(error, "replace", real, number);
	}
	return sync_folder_of(real, error);
}

bool root_remove(const char *path, GError **error)
{
	g_autofree char *real = g_strconcat(root, path, NULL);

	if (!unlink(real))
		return sync_folder_of(real, error);
	return errno == ENOENT || failed(error, "remove", real, errno);
}
