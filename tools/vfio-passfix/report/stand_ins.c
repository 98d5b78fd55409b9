// SPDX-License-Identifier: GPL-2.0-only
#include "report/stand_ins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/root.h"

enum kind {
	KIND_HOST,
	KIND_USER,
	KIND_SERIAL,
	KIND_PASSWORD,
	KIND_EMAIL,
	KIND_DISK,
	KIND_LABEL,
	KIND_UUID,
	KIND_MAC,
	KIND_IPV4,
	KIND_IPV6,
	KIND_KEY,
	KINDS,
};

static char *letters(const char *value, guint number, const char *word);
static char *digits(const char *value, guint number, const char *word);
static char *ipv4(const char *value, guint number, const char *word);
static char *ipv6(const char *value, guint number, const char *word);

#define ADDRESS_V4 "(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)"
#define HEX "[0-9A-Fa-f]"
#define WORD_ENDS "(?![A-Za-z0-9])"
#define NO_HEX_BEFORE "(?<![0-9A-Za-z])"

/*
 * The kinds of private values, in the order in which they are searched for: values that were
 * learned, and values that have a certain form. The private part is the group "it" of the
 * expression, if there is one, otherwise the whole match.
 */
static const struct {
	const char *name;
	const char *word;	/* used in stand-ins */
	char *(*make)(const char *value, guint number, const char *word);
	const char *form;	/* NULL: only learned values */
	const char *kept;	/* values of that form that are not private; NULL: none */
} kinds[KINDS] = {
	[KIND_PASSWORD] = { "password", "password", letters,
			    "(?i)(?:password|passwd|passphrase|secret|credentials?)\\w*[ \\t]*=[ \\t]*(?<it>\"[^\"\\n]*\"|[^\\s,;]+)", NULL },
	[KIND_EMAIL] = { "e-mail address", "mail", letters, "[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)*\\.[A-Za-z]{2,}" WORD_ENDS,
			 "\\.(service|socket|target|timer|mount|scope|slice|path|conf|device)$" },
	[KIND_DISK] = { "name of a disk", "disk", letters,
			"/by-(?:id|path)/(?<it>[^\\s\"',:/]+?)(?:-part\\d+)?(?=[\\s\"',:/]|$)|"
			"(?:wwn-0x|eui\\.|naa\\.|t10\\.)(?<it>[0-9A-Za-z]{8,})", NULL },
	[KIND_LABEL] = { "label of a file system", "label", letters,
			 "(?:\\bLABEL=|PARTLABEL=|/by-(?:part)?label/)\"?(?<it>[^\\s\"]+)", NULL },
	[KIND_UUID] = { "UUID", NULL, digits,
			NO_HEX_BEFORE HEX "{8}(?:-" HEX "{4}){3}-" HEX "{12}" WORD_ENDS "|"
			"(?:UUID=|/by-(?:part)?uuid/)(?<it>" HEX "[0-9A-Fa-f-]{3,})|"
			NO_HEX_BEFORE HEX "{32}" WORD_ENDS,
			"^(8be4df61-93ca-11d2-aa0d-00e098032b8c|d719b2cb-3d3a-4596-a3bc-dad00e67656f)$" },
	[KIND_MAC] = { "MAC address", NULL, digits,
		       "(?<![0-9A-Za-z:.-])(?:" HEX "{2}([:-]))(?:" HEX "{2}\\g{-1}){4,18}" HEX "{2}(?![0-9A-Za-z:-])|"
		       "(?<![0-9A-Za-z])(?:en|wl|ww|ib)x(?<it>" HEX "{12})" WORD_ENDS, "^[0:-]+$" },
	[KIND_IPV4] = { "IPv4 address", NULL, ipv4, "(?<![\\w.-])" ADDRESS_V4 "(?![\\w-]|\\.\\d)", "^(0|127|255)\\." },
	[KIND_IPV6] = { "IPv6 address", NULL, ipv6,
			"(?<![\\w:.])(?:(?:" HEX "{1,4}:){7}" HEX "{1,4}|(?=" HEX "*:[0-9A-Fa-f:]*:)(?=[0-9A-Fa-f:]*::)"
			"(?:" HEX "{0,4}:){2,7}" HEX "{0,4})(?![\\w:.])", "^(::|::1)$" },
	[KIND_KEY] = { "fingerprint of a key", NULL, digits, NO_HEX_BEFORE HEX "{40}" WORD_ENDS, NULL },
	[KIND_USER] = { "name of a user", "user", letters,
			"(?<![\\w.])/(?:home|media|run/media|var/home)/(?<it>[^/\\s\"',:]+)", "^(root|linuxbrew|cdrom|floppy)$" },
	[KIND_HOST] = { "name of a host", "host", letters, NULL, NULL },
	[KIND_SERIAL] = { "serial number", "serial", letters, NULL, NULL },
};

/* For each kind. */
static struct {
	GHashTable *values;	/* stand-ins by value; NULL for a learned value that has not been found yet */
	GRegex *learned, *form, *kept;
	guint count, times;
} known[KINDS];

/* Names that are too common to identify a host or user, and words that are frequent in texts. */
static const char *const common[] = {
	"root", "localhost", "localdomain", "local", "lan", "home", "user", "admin", "guest", "host", "test",
	"debian", "ubuntu", "fedora", "arch", "archlinux", "nixos", "proxmox", "pve", "opensuse", "linux", "none",
	"vfio", "passfix", "kvm", "qemu", "libvirt", "virt", "iommu", "amd", "intel", "nvidia", "pci", "card", "gpu",
	"kernel", "module", "modules", "modprobe", "boot", "group", "device", "devices", "driver", "default", "quiet",
	"options", "splash", "server", "desktop", "laptop", "ip6-localhost", "ip6-loopback", "ip6-allnodes",
	"ip6-allrouters", NULL
};

static bool is_common(const char *value)
{
	g_autofree char *small = g_ascii_strdown(value, -1);

	return g_strv_contains(common, small);
}

/* "user1xxx": has the length of @value. */
static char *letters(const char *value, guint number, const char *word)
{
	size_t length = MAX(strlen(value), 2);
	g_autofree char *figure = g_strdup_printf("%u", number);
	GString *text = g_string_new(word);

	g_string_truncate(text, MIN(text->len, length - MIN(length, strlen(figure))));
	g_string_append(text, figure);
	while (text->len < length)
		g_string_append_c(text, 'x');
	return g_string_free(text, FALSE);
}

/* Replaces the digits by zeros, with @number at the end. The result is no MAC address that anybody has. */
static char *digits(const char *value, guint number, G_GNUC_UNUSED const char *word)
{
	char *text = g_strdup(value);

	for (char *c = text + strlen(text); c-- > text;) {
		if (!g_ascii_isxdigit(*c))
			continue;
		*c = "0123456789abcdef"[number % 16];
		number /= 16;
	}
	if (strchr(text, ':'))
		text[1] = '2';
	return text;
}

/* In the networks that are reserved for documentation (RFC 5737 and RFC 3849). */
static char *ipv4(G_GNUC_UNUSED const char *value, guint number, G_GNUC_UNUSED const char *word)
{
	static const char *const nets[] = { "192.0.2", "198.51.100", "203.0.113" };

	number--;
	return g_strdup_printf("%s.%u", nets[number / 254 % G_N_ELEMENTS(nets)], number % 254 + 1);
}

static char *ipv6(G_GNUC_UNUSED const char *value, guint number, G_GNUC_UNUSED const char *word)
{
	return g_strdup_printf("2001:db8::%x", number);
}

static void learn(enum kind kind, const char *text)
{
	g_autofree char *value = text ? g_strstrip(g_strdup(text)) : NULL;

	if (value && strlen(value) > 1 && !is_common(value))
		g_hash_table_insert(known[kind].values, g_steal_pointer(&value), NULL);
}

/* Skips "To Be Filled By O.E.M." and the like, and the serial number of a USB controller, which is only its address. */
static void learn_serial(const char *text)
{
	g_autofree char *value = text ? g_strstrip(g_strdup(text)) : NULL;
	bool has_digit = false;

	for (const char *c = value; c && *c; c++)
		has_digit = has_digit || g_ascii_isdigit(*c);
	if (!has_digit || strlen(value) < 4 || strspn(value, "0.-") == strlen(value) ||
	    g_regex_match_simple("^[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]$", value, 0, 0))
		return;
	learn(KIND_SERIAL, value);
}

/* Also learns the first part alone: "desk" of "desk.example.org". */
static void learn_host(const char *name)
{
	const char *dot = strchr(name, '.');
	g_autofree char *first = g_strndup(name, dot ? (gsize)(dot - name) : strlen(name));

	learn(KIND_HOST, name);
	learn(KIND_HOST, first);
	if (dot)
		learn(KIND_HOST, dot + 1);
}

/* Learns from the lines of a file that begin with @first; skips the first @skip words. */
static void learn_hosts(const char *path, const char *first, guint skip)
{
	g_autofree char *text = root_read("%s", path);
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	for (char **line = lines; *line; line++) {
		g_auto(GStrv) words = g_strsplit_set(*line, " \t", -1);
		guint number = 0;

		if (!g_str_has_prefix(*line, first) || **line == '#')
			continue;
		for (char **word = words; *word && **word != '#'; word++)
			if (**word && number++ >= skip && g_ascii_isalpha(**word))
				learn_host(*word);
	}
}

/* The accounts of people; ids from 60000 on belong to systemd and services. */
static void learn_users(void)
{
	g_autofree char *text = root_read("/etc/passwd");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	for (char **line = lines; *line; line++) {
		g_auto(GStrv) words = g_strsplit(*line, ":", -1), details = NULL;
		guint64 number;

		if (g_strv_length(words) < 6)
			continue;
		number = g_ascii_strtoull(words[2], NULL, 10);
		if (number < 1000 || number >= 60000)
			continue;
		learn(KIND_USER, words[0]);
		/* The real name, the room, the telephone numbers. */
		details = g_strsplit(words[4], ",", -1);
		for (char **detail = details; *detail; detail++)
			learn(KIND_USER, *detail);
		if (g_str_has_prefix(words[5], "/home/"))
			learn(KIND_USER, words[5] + strlen("/home/"));
	}
	/* A user from a network directory has no line in /etc/passwd. */
	if (root_is_host()) {
		learn(KIND_USER, getenv("SUDO_USER"));
		learn(KIND_USER, getenv("USER"));
	}
}

static void learn_files(const char *folder, const char *const *files)
{
	g_autoptr(GPtrArray) names = root_list("%s", folder);

	for (guint i = 0; i < names->len; i++)
		for (const char *const *file = files; *file; file++) {
			g_autofree char *text = root_read("%s/%s/%s", folder, (char *)names->pdata[i], *file);

			learn_serial(text);
		}
}

static void learn_serials(void)
{
	static const char *const dmi[] = { "product_serial", "product_uuid", "board_serial", "chassis_serial",
					   "board_asset_tag", "chassis_asset_tag" };
	static const char *const disk[] = { "device/serial", "device/wwid", "wwid", "serial", "dm/uuid", NULL };
	static const char *const other[] = { "serial", "serial_number", "subsysnqn", "node_guid", NULL };
	static const char *const folders[] = { "/sys/class/nvme", "/sys/bus/usb/devices", "/sys/class/power_supply",
					       "/sys/class/infiniband" };

	for (size_t i = 0; i < G_N_ELEMENTS(dmi); i++) {
		g_autofree char *text = root_read("/sys/class/dmi/id/%s", dmi[i]);

		learn_serial(text);
	}
	learn_files("/sys/class/block", disk);
	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
		learn_files(folders[i], other);
}

static gint longest_first(gconstpointer a, gconstpointer b)
{
	size_t one = strlen(*(char *const *)a), other = strlen(*(char *const *)b);

	return one == other ? strcmp(*(char *const *)a, *(char *const *)b) : one < other ? 1 : -1;
}

/* One expression for all values. A word ends where its letters and digits end. */
static GRegex *regex_of(GHashTable *values, bool any_case)
{
	guint count;
	g_autofree gpointer *list = g_hash_table_get_keys_as_array(values, &count);
	g_autoptr(GString) text = g_string_new(any_case ? "(?i)(?<![A-Za-z0-9])(?:" : "(?<![A-Za-z0-9])(?:");

	if (!count)
		return NULL;
	qsort(list, count, sizeof(*list), longest_first);
	for (guint i = 0; i < count; i++) {
		g_autofree char *escaped = g_regex_escape_string(list[i], -1);

		g_string_append_printf(text, "%s%s", i ? "|" : "", escaped);
	}
	g_string_append(text, ")(?![A-Za-z0-9])");
	return g_regex_new(text->str, G_REGEX_RAW, 0, NULL);
}

void stand_ins_learn(void)
{
	static const char *const names[] = { "/etc/hostname", "/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname" };

	for (size_t i = 0; i < KINDS; i++) {
		known[i].values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
		if (kinds[i].form)
			known[i].form = g_regex_new(kinds[i].form,
						    G_REGEX_RAW | G_REGEX_DUPNAMES | G_REGEX_MULTILINE, 0, NULL);
		if (kinds[i].kept)
			known[i].kept = g_regex_new(kinds[i].kept, G_REGEX_RAW, 0, NULL);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		learn_hosts(names[i], "", 0);
	learn_hosts("/etc/hosts", "", 1);
	learn_hosts("/etc/resolv.conf", "search", 1);
	learn_hosts("/etc/resolv.conf", "domain", 1);
	learn_users();
	learn_serials();
	for (size_t i = 0; i < KINDS; i++)
		known[i].learned = regex_of(known[i].values, i != KIND_USER);
}

static const char *stand_in(enum kind kind, const char *value)
{
	g_autofree char *plain = kind == KIND_USER ? g_strdup(value) : g_ascii_strdown(value, -1);
	const char *made = g_hash_table_lookup(known[kind].values, plain);

	if (!made) {
		char *text = kinds[kind].make(value, ++known[kind].count, kinds[kind].word);

		g_hash_table_replace(known[kind].values, g_steal_pointer(&plain), text);
		made = text;
	}
	known[kind].times++;
	return made;
}

/* Whether a value is the stand-in of another kind, which must not be replaced again. */
static bool is_stand_in(enum kind kind, const char *value)
{
	GHashTableIter iter;
	gpointer made;

	g_hash_table_iter_init(&iter, known[kind].values);
	while (g_hash_table_iter_next(&iter, NULL, &made))
		if (made && !strcmp(made, value))
			return true;
	return false;
}

static gboolean replace(const GMatchInfo *match, GString *out, gpointer data)
{
	enum kind kind = (enum kind)GPOINTER_TO_INT(data);
	g_autofree char *all = g_match_info_fetch(match, 0);
	g_autofree char *named = g_match_info_fetch_named(match, "it");
	const char *value = named && *named ? named : all;
	const char *at = strstr(all, value);

	/* If text precedes the private part in the match, the private part is at the end. */
	for (const char *next = at; next; next = strstr(next + 1, value))
		at = next;
	if ((known[kind].kept && g_regex_match(known[kind].kept, value, 0, NULL)) || is_stand_in(kind, value) ||
	    (kind == KIND_USER && is_common(value))) {
		g_string_append(out, all);
		return FALSE;
	}
	g_string_append_len(out, all, at - all);
	g_string_append(out, stand_in(kind, value));
	g_string_append(out, at + strlen(value));
	return FALSE;
}

static char *replace_all(char *text, const GRegex *regex, enum kind kind)
{
	char *replaced = regex ? g_regex_replace_eval(regex, text, -1, 0, 0, replace, GINT_TO_POINTER(kind), NULL) : NULL;

	if (!replaced)
		return text;
	g_free(text);
	return replaced;
}

char *stand_ins_put(const char *text)
{
	char *replaced = g_strdup(text);

	for (enum kind kind = 0; kind < KINDS; kind++)
		replaced = replace_all(replaced, known[kind].learned, kind);
	for (enum kind kind = 0; kind < KINDS; kind++)
		replaced = replace_all(replaced, known[kind].form, kind);
	return replaced;
}

char *stand_ins_list(void)
{
	GString *text = g_string_new(NULL);

	for (enum kind kind = 0; kind < KINDS; kind++)
		if (known[kind].times)
			g_string_append_printf(text, "%s: %u value%s, %u time%s\n", kinds[kind].name, known[kind].count,
					       known[kind].count == 1 ? "" : "s", known[kind].times,
					       known[kind].times == 1 ? "" : "s");
	return g_string_free(text, FALSE);
}
