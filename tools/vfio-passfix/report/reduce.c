// SPDX-License-Identifier: GPL-2.0-only
#include "report/reduce.h"

#include <fnmatch.h>
#include <libxml/parser.h>
#include <stdbool.h>
#include <string.h>

#include "host/option_rom.h"
#include "host/record.h"

/* The size of the standard header of PCI configuration space; serial numbers come after it. */
#define PCI_HEADER 64

static GBytes *taken(char *text)
{
	return g_bytes_new_take(text, strlen(text));
}

static char *text_of(GBytes *content)
{
	gsize size;
	const char *data = g_bytes_get_data(content, &size);

	return g_strndup(data ? data : "", size);
}

static char *line_of(GBytes *content)
{
	char *text = text_of(content);

	return g_strchomp(text);
}

/* The lines that @expression matches, or those that it does not match. */
static GBytes *lines_with(GBytes *content, const char *expression, bool wanted)
{
	g_autoptr(GRegex) regex = g_regex_new(expression, G_REGEX_RAW, 0, NULL);
	g_autofree char *text = text_of(content);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *kept = g_string_new(NULL);

	for (char **line = lines; *line; line++)
		if ((**line || line[1]) && g_regex_match(regex, *line, 0, NULL) == wanted)
			g_string_append_printf(kept, "%s\n", *line);
	return taken(g_string_free(kept, FALSE));
}

static GBytes *keep_lines(GBytes *content, const char *expression)
{
	return lines_with(content, expression, true);
}

static GBytes *drop_lines(GBytes *content, const char *expression)
{
	return lines_with(content, expression, false);
}

static GBytes *keep_all(GBytes *content, G_GNUC_UNUSED const char *expression)
{
	return g_bytes_ref(content);
}

/* Replaces what @expression matches by its first group. */
static GBytes *keep_group(GBytes *content, const char *expression)
{
	g_autoptr(GRegex) regex = g_regex_new(expression, G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);
	g_autofree char *text = text_of(content);

	return taken(g_regex_replace(regex, text, -1, 0, "\\1", 0, NULL));
}

/* Keeps the first processor; the others are like it. */
static GBytes *keep_first_block(GBytes *content, G_GNUC_UNUSED const char *expression)
{
	g_autofree char *text = text_of(content);
	char *end = strstr(text, "\n\n");

	if (end)
		end[1] = '\0';
	return taken(g_steal_pointer(&text));
}

static GBytes *keep_header(GBytes *content, G_GNUC_UNUSED const char *expression)
{
	return g_bytes_new_from_bytes(content, 0, MIN(g_bytes_get_size(content), PCI_HEADER));
}

/* A program is somebody else's work. Keeps only the words @expression of its text. */
static GBytes *keep_words(GBytes *content, const char *expression)
{
	g_autofree char *text = text_of(content);

	return taken(g_strdup_printf("#!/bin/sh\n%s%s%s", strstr(text, expression) ? "# " : "",
				     strstr(text, expression) ? expression : "", strstr(text, expression) ? "\n" : ""));
}

/* Replaces each line by the result of @keep; NULL leaves the line out. */
static GBytes *keep_each(GBytes *content, char *(*keep)(const char *line))
{
	g_autofree char *text = text_of(content);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *kept = g_string_new(NULL);

	for (char **line = lines; *line; line++) {
		g_autofree char *own = keep(*line);

		if (own)
			g_string_append_printf(kept, "%s\n", own);
	}
	return taken(g_string_free(kept, FALSE));
}

static char *mount_line(const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	guint count = g_strv_length(words), dash = 6;

	while (dash < count && strcmp(words[dash], "-"))
		dash++;
	if (dash + 2 >= count || (!g_str_has_prefix(words[dash + 2], "/dev/") && g_str_has_prefix(words[2], "0:")))
		return NULL;
	return g_strdup_printf("%s %s %s / %s rw - %s %s rw", words[0], words[1], words[2], words[4], words[dash + 1],
			       words[dash + 2]);
}

/* Keeps file systems on disks, without their options. */
static GBytes *keep_mounts(GBytes *content, G_GNUC_UNUSED const char *expression)
{
	return keep_each(content, mount_line);
}

static bool is_one_of(const xmlNode *node, const char *const *names)
{
	return node->type == XML_ELEMENT_NODE && g_strv_contains(names, (const char *)node->name);
}

static void copy_children(xmlNode *to, const xmlNode *from, const char *const *names)
{
	for (xmlNode *child = from->children; child; child = child->next)
		if (is_one_of(child, names))
			xmlAddChild(to, xmlDocCopyNode(child, to->doc, 1));
}

/* Keeps a guest's name, size and host devices; drops its disks, networks, passwords and notes. */
static GBytes *keep_domain(GBytes *content, G_GNUC_UNUSED const char *expression)
{
	static const char *const wanted[] = { "name", "memory", "vcpu", "memoryBacking", "memtune", "features", NULL };
	static const char *const devices[] = { "devices", NULL }, *const hostdev[] = { "hostdev", NULL };
	gsize size;
	const char *data = g_bytes_get_data(content, &size);
	xmlDoc *document = data && size <= G_MAXINT ? xmlReadMemory(data, (int)size, NULL, NULL,
								     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING) :
						      NULL;
	const xmlNode *domain = document ? xmlDocGetRootElement(document) : NULL;
	xmlDoc *kept = xmlNewDoc(BAD_CAST "1.0");
	xmlNode *root = xmlNewDocNode(kept, NULL, BAD_CAST(domain ? (const char *)domain->name : "none"), NULL);
	xmlChar *text = NULL;
	GBytes *bytes;
	int length = 0;

	xmlDocSetRootElement(kept, root);
	/* A document with a DTD is never used. */
	if (domain && !document->intSubset) {
		copy_children(root, domain, wanted);
		for (const xmlNode *child = domain->children; child; child = child->next)
			if (is_one_of(child, devices))
				copy_children(xmlNewChild(root, NULL, child->name, NULL), child, hostdev);
	}
	xmlDocDumpFormatMemory(kept, &text, &length, 1);
	bytes = g_bytes_new(text, (gsize)length);
	xmlFree(text);
	xmlFreeDoc(kept);
	xmlFreeDoc(document);
	return bytes;
}

/* What the recorded host was asked for, on which the reduced contents of some files depend. */
static struct {
	GPtrArray *modaliases;	/* of its devices */
	GHashTable *modules;	/* of all names that were looked up, and those that modules.alias gives */
} asked;

static void look_what_was_asked(void)
{
	g_autoptr(GPtrArray) paths = NULL;

	if (asked.modules)
		return;
	asked.modaliases = g_ptr_array_new_with_free_func(g_free);
	asked.modules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	paths = record_paths();
	for (guint i = 0; i < paths->len; i++) {
		const char *path = paths->pdata[i];
		g_autoptr(GBytes) content = g_str_has_suffix(path, "/modalias") ? record_known(path) : NULL;

		if (content)
			g_ptr_array_add(asked.modaliases, line_of(content));
		/* Every module that is looked up is looked for here, too. */
		if (g_str_has_prefix(path, "/sys/module/"))
			g_hash_table_add(asked.modules, g_strndup(path + 12, strcspn(path + 12, "/")));
	}
}

static bool is_for_a_device(const char *pattern)
{
	for (guint i = 0; i < asked.modaliases->len; i++)
		if (!fnmatch(pattern, asked.modaliases->pdata[i], 0))
			return true;
	return false;
}

static char *alias_line(const char *line)
{
	g_auto(GStrv) words = g_str_has_prefix(line, "alias ") ? g_strsplit(line, " ", 3) : NULL;

	if (!words || g_strv_length(words) != 3 || !is_for_a_device(words[1]))
		return NULL;
	g_hash_table_add(asked.modules, g_strdelimit(g_strdup(words[2]), "-", '_'));
	return g_strdup(line);
}

static GBytes *keep_aliases(GBytes *content, G_GNUC_UNUSED const char *expression)
{
	look_what_was_asked();
	return keep_each(content, alias_line);
}

static char *module_line(const char *line)
{
	g_autofree char *path = g_strndup(line, strcspn(line, ":"));
	g_autofree char *name = g_path_get_basename(path);

	name[strcspn(name, ".")] = '\0';
	return g_hash_table_contains(asked.modules, g_strdelimit(name, "-", '_')) ? g_strdup(line) : NULL;
}

/* Keeps the lines of modules that were looked up. */
static GBytes *keep_modules(GBytes *content, G_GNUC_UNUSED const char *expression)
{
	look_what_was_asked();
	return keep_each(content, module_line);
}

/* The firmware belongs to its maker. Keeps the header and PCI data structure of each image, and its checksum. */
static GBytes *keep_rom_headers(GBytes *content, const struct option_rom *rom)
{
	gsize size;
	const guint8 *from = g_bytes_get_data(content, &size);
	g_autoptr(GByteArray) kept = g_byte_array_new();

	g_byte_array_set_size(kept, (guint)size);
	memset(kept->data, 0, size);
	for (size_t i = 0; i < rom->count; i++) {
		size_t at = rom->images[i].offset, end = MIN(size, at + MAX(rom->images[i].length, 1));
		size_t pcir = at + (size_t)(from[at + 24] | from[at + 25] << 8);
		size_t list = pcir + (size_t)(from[pcir + 8] | from[pcir + 9] << 8);
		size_t summed = MIN(end, at + 512 * (size_t)from[at + 2]);
		guint8 sum = 0;

		memcpy(kept->data + at, from + at, MIN(end - at, 26));
		memcpy(kept->data + pcir, from + pcir, 24);
		if (list > pcir && list < end)
			memcpy(kept->data + list, from + list, MIN(end - list, 2 * (rom->images[i].device_count + 1)));
		if (rom->images[i].code != OPTION_ROM_X86 || summed <= at + 26)
			continue;
		for (size_t j = at; j < summed; j++)
			sum = (guint8)(sum + kept->data[j]);
		kept->data[summed - 1] = (guint8)(kept->data[summed - 1] - sum + !rom->images[i].checksum_ok);
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&kept));
}

/* The first row whose pattern matches the path counts. */
static const struct reduction {
	const char *pattern;	/* of fnmatch(3); "*" has slashes, too */
	GBytes *(*keep)(GBytes *content, const char *expression);
	const char *expression;
} reductions[] = {
	{ "*vfio-passfix*", keep_all, NULL },
	{ "/sys/firmware/acpi/tables/*", keep_all, NULL },
	{ "/sys/devices/*/config", keep_header, NULL },
	{ "/sys/devices/*/uevent", keep_lines, "^(MAJOR|MINOR|DEVNAME)=" },
	{ "/proc/cpuinfo", keep_first_block, NULL },
	{ "/proc/interrupts", keep_group, "^( *[^ :]+:) *(?:[0-9]+ +)*" },
	{ "/proc/keys", keep_lines, " asymmetri " },
	{ "/proc/self/limits", keep_lines, "locked memory" },
	{ "/proc/self/mountinfo", keep_mounts, NULL },
	{ "/proc/*/status", keep_lines, "^(Name|Uid):" },
	{ "/proc/driver/nvidia/*", keep_lines, "^Device Minor:" },
	{ "/etc/passwd", keep_group, "^([^:\n]*:[^:\n]*:[0-9]*:[0-9]*:).*$" },
	{ "*/os-release", keep_lines, "^(ID|ID_LIKE|NAME|PRETTY_NAME|VERSION_ID|VARIANT_ID|IMAGE_ID|OSTREE_VERSION)=" },
	{ "/etc/libvirt/qemu/*.xml", keep_domain, NULL },
	{ "/etc/libvirt/*.conf", drop_lines, "^\\s*(#|$)" },
	{ "*/systemd/system/*", keep_lines, "^(\\[|Limit)" },
	{ "*/modprobe.d/*", drop_lines, "^\\s*(#.*[^\\\\]|#|)$" },
	{ "*/modules.alias", keep_aliases, NULL },
	{ "*/modules.builtin", keep_modules, NULL },
	{ "*/modules.dep", keep_modules, NULL },
	{ "*/bin/*", keep_words, "dracut" },
	{ "*/sbin/*", keep_words, "dracut" },
};

GBytes *reduce(const char *path, GBytes *content)
{
	struct option_rom rom;
	char error[200];
	gsize size;
	const void *data = g_bytes_get_data(content, &size);

	for (size_t i = 0; i < G_N_ELEMENTS(reductions); i++)
		if (!fnmatch(reductions[i].pattern, path, 0))
			return reductions[i].keep(content, reductions[i].expression);
	if (data && size && memchr(data, '\0', size))
		return option_rom_parse(data, size, &rom, error, sizeof(error)) ? g_bytes_new(NULL, 0) :
										   keep_rom_headers(content, &rom);
	return g_bytes_ref(content);
}
