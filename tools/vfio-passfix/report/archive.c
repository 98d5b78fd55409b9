// SPDX-License-Identifier: GPL-2.0-only
#include "report/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/tree.h"

#define BLOCK 512

/* A header in the format of POSIX (pax(1), "ustar Interchange Format"); numbers are octal text. */
struct header {
	char name[100];
	char mode[8], uid[8], gid[8];
	char size[12], time[12];
	char sum[8];
	char type;
	char target[100];
	char magic[6], version[2];
	char user[32], group[32];
	char device[16];
	char prefix[155];
	char rest[12];
};

G_STATIC_ASSERT(sizeof(struct header) == BLOCK);

static void add_padded(GByteArray *archive, const void *bytes, size_t size)
{
	static const guint8 zeros[BLOCK];

	if (size)
		g_byte_array_append(archive, bytes, (guint)size);
	g_byte_array_append(archive, zeros, (guint)((BLOCK - size % BLOCK) % BLOCK));
}

static void add_header(GByteArray *archive, const char *name, const char *target, char type, mode_t mode, size_t size)
{
	struct header header = { .type = type, .magic = "ustar", .version = { '0', '0' }, .sum = "       " };
	const guint8 *bytes = (const guint8 *)&header;
	unsigned int sum = 0;

	/* Names that are too long are cut here; an extended record before the header has them in full. */
	memcpy(header.name, name, MIN(strlen(name), sizeof(header.name)));
	memcpy(header.target, target, MIN(strlen(target), sizeof(header.target)));
	g_snprintf(header.mode, sizeof(header.mode), "%07o", (unsigned int)mode);
	g_snprintf(header.uid, sizeof(header.uid), "%07o", 0);
	g_snprintf(header.gid, sizeof(header.gid), "%07o", 0);
	g_snprintf(header.size, sizeof(header.size), "%011o", (unsigned int)size);
	g_snprintf(header.time, sizeof(header.time), "%011o", 0);
	/* The checksum is computed with blanks in its own place. */
	memset(header.sum, ' ', sizeof(header.sum));
	for (size_t i = 0; i < sizeof(header); i++)
		sum += bytes[i];
	g_snprintf(header.sum, sizeof(header.sum), "%06o", sum);
	header.sum[7] = ' ';
	g_byte_array_append(archive, bytes, sizeof(header));
}

/* "LENGTH KEY=VALUE\n"; LENGTH counts all of it, including its own digits. */
static void add_record(GString *records, const char *key, const char *value)
{
	size_t rest = strlen(key) + strlen(value) + 3, length = rest, before;

	do {
		before = length;
		length = rest + (size_t)g_snprintf(NULL, 0, "%zu", before);
	} while (length != before);
	g_string_append_printf(records, "%zu %s=%s\n", length, key, value);
}

static char type_of(const struct tree_entry *entry)
{
	if (entry->is_folder)
		return '5';
	return entry->target ? '2' : '0';
}

static void add_entry(GByteArray *archive, const struct tree_entry *entry)
{
	g_autofree char *name = g_strconcat(".", entry->path, entry->is_folder ? "/" : "", NULL);
	const char *target = entry->target ? entry->target : "";
	g_autoptr(GString) records = g_string_new(NULL);
	gsize size = 0;
	const void *content = entry->content && !entry->target && !entry->is_folder ?
				      g_bytes_get_data(entry->content, &size) : NULL;

	if (strlen(name) > sizeof(((struct header *)0)->name))
		add_record(records, "path", name);
	if (strlen(target) > sizeof(((struct header *)0)->target))
		add_record(records, "linkpath", target);
	if (records->len) {
		add_header(archive, "././@PaxHeader", "", 'x', 0644, records->len);
		add_padded(archive, records->str, records->len);
	}
	add_header(archive, name, target, type_of(entry), entry->target ? 0777 : entry->mode, size);
	add_padded(archive, content, size);
}

GBytes *archive_make(const GPtrArray *tree, GError **error)
{
	g_autoptr(GByteArray) archive = g_byte_array_new();
	g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
	g_autoptr(GZlibCompressor) compressor = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
	g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, G_CONVERTER(compressor));
	static const guint8 end[2 * BLOCK];

	for (guint i = 0; i < tree->len; i++)
		add_entry(archive, tree->pdata[i]);
	g_byte_array_append(archive, end, sizeof(end));
	if (!g_output_stream_write_all(stream, archive->data, archive->len, NULL, NULL, error) ||
	    !g_output_stream_close(stream, NULL, error))
		return NULL;
	return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
}

static bool failed(const char *what, const char *path, int number, GError **error)
{
	g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(number), "cannot %s %s: %s%s", what, path, g_strerror(number),
		    number == EEXIST ? "; name another, or move that away" : "");
	return false;
}

static bool write_whole(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		bytes += written;
		size -= (size_t)written;
	}
	return !fsync(fd);
}

/* Under sudo, the user who called must be able to upload the file with a browser. */
static void give_to_caller(int fd)
{
	const char *user = getenv("SUDO_UID"), *group = getenv("SUDO_GID");

	if (!geteuid() && user && group)
		(void)!fchown(fd, (uid_t)g_ascii_strtoull(user, NULL, 10), (gid_t)g_ascii_strtoull(group, NULL, 10));
}

/* Renames, but never replaces a file. Some file systems support only one of the two calls. */
static bool rename_new(const char *from, const char *to)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return true;
	return errno == EINVAL && !link(from, to) && !unlink(from);
}

bool archive_put(const char *path, const void *bytes, size_t size, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
	g_autofree char *aside = g_strdup_printf("%s/.%s.%d", folder, name, (int)getpid());
	int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int number = 0;

	if (fd < 0)
		return failed("write", path, errno, error);
	give_to_caller(fd);
	if (!write_whole(fd, bytes, size))
		number = errno;
	if (close(fd) && !number)
		number = errno;
	if (!number && !rename_new(aside, path))
		number = errno;
	if (!number)
		return true;
	unlink(aside);
	return failed("write", path, number, error);
}
