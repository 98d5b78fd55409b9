// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "host/record.h"
#include "host/root.h"
#include "report/archive.h"
#include "report/questions.h"
#include "report/stand_ins.h"
#include "report/tree.h"
#include "report/vendor.h"
#include "text/output.h"

#define NAME "vfio-passfix-report"
#define FILE_NAME NAME ".tar.gz"

static gboolean vendor;

static const GOptionEntry options[] = {
	{ "vendor", 0, 0, G_OPTION_ARG_NONE, &vendor, "Write a text for the board vendor instead of the archive", NULL },
	{ 0 },
};

#define README_TEXT                                                                                           \
	"What vfio-passfix " VERSION " read on a host, with stand-ins for what is private (see the file\n"    \
	"\"replaced\"). To see what its commands say there:\n"                                                \
	"\n"                                                                                                  \
	"    mkdir host && tar -xzf " FILE_NAME " -C host\n"                                                  \
	"    vfio-passfix --root host doctor\n"                                                               \
	"\n"                                                                                                  \
	"said.transcript  what they said on the host itself\n"                                                \
	"answers          what the kernel said that no file has, and what could not be read\n"                \
	"devices.lspci    the devices, for lspci -F\n"                                                        \
	"log              the kernel's messages of IOMMUs, VFIO and the fix\n"                                \
	"replaced         kinds of what was replaced, and how often\n"

static int write_file(const char *path, const void *bytes, size_t size)
{
	g_autoptr(GError) error = NULL;

	return archive_put(path, bytes, size, &error) ? EXIT_FINE : fail_with(g_steal_pointer(&error));
}

/* The number of paths that this user could not read. */
static guint count_refused(const char *answers)
{
	g_auto(GStrv) lines = g_strsplit(answers, "\n", -1);
	guint count = 0;

	for (char **line = lines; *line; line++)
		if (g_str_has_prefix(*line, RECORD_REFUSED "\t"))
			count++;
	return count;
}

static void print_replaced(const char *list)
{
	g_auto(GStrv) lines = g_strsplit(list, "\n", -1);

	puts(*list ? "\nReplaced by stand-ins:" : "\nNothing in it was found to be private.");
	for (char **line = lines; *line; line++)
		if (**line)
			printf("  %s\n", *line);
}

static GBytes *make_archive(guint *refused, char **replaced, GError **error)
{
	struct host *host;
	g_autofree char *transcript = NULL, *answers = NULL, *names = NULL, *devices = NULL, *log = NULL;
	g_autoptr(GPtrArray) tree = NULL;

	stand_ins_learn();
	record_begin();
	host = host_read();
	transcript = questions_ask(host, error);
	devices = questions_lspci(host);
	names = pci_names_table(host->devices);
	record_end();
	host_free(host);
	if (!transcript)
		return NULL;
	log = questions_log();
	answers = record_answers_text();
	*refused = count_refused(answers);
	tree = tree_make();
	tree_add(tree, "/usr/share/misc/pci.ids", g_steal_pointer(&names));
	tree_add(tree, RECORD_FOLDER "/README", g_strdup(README_TEXT));
	tree_add(tree, RECORD_FOLDER "/said.transcript", g_steal_pointer(&transcript));
	tree_add(tree, RECORD_ANSWERS, g_steal_pointer(&answers));
	tree_add(tree, RECORD_FOLDER "/devices.lspci", g_steal_pointer(&devices));
	if (log)
		tree_add(tree, RECORD_FOLDER "/log", g_steal_pointer(&log));
	*replaced = stand_ins_list();
	tree_add(tree, RECORD_FOLDER "/replaced", g_strdup(*replaced));
	return archive_make(tree, error);
}

static int write_report(const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *replaced = NULL;
	g_autoptr(GBytes) archive = NULL;
	guint refused = 0;
	int code;

	archive = make_archive(&refused, &replaced, &error);
	if (!archive)
		return fail_with(g_steal_pointer(&error));
	code = write_file(path, g_bytes_get_data(archive, NULL), g_bytes_get_size(archive));
	if (code)
		return code;
	printf("%s: %zu KiB\n", output_text(path), (g_bytes_get_size(archive) + 1023) / 1024);
	print_replaced(replaced);
	puts("\nLook at it before you send it: no program knows all that is private.");
	printf("  tar -xzOf %s | less\n", output_text(path));
	if (refused) {
		g_autofree char *more =
			g_strdup_printf("%u file%s could not be read. To include %s, run this with sudo.", refused,
					refused == 1 ? "" : "s", refused == 1 ? "it" : "them");

		output_wrapped("\n", 0, more);
	}
	return EXIT_FINE;
}

static int write_text(const char *path)
{
	struct host *host = host_read();
	struct firmware firmware;
	g_autofree char *text = NULL, *plain = NULL;
	int code = EXIT_FAILED;

	firmware_read(&firmware);
	if (firmware.state == FIRMWARE_NO_ACCESS) {
		complain("cannot read the firmware's table %s: %s; run this with sudo", firmware.name, firmware.error);
	} else if (firmware.state == FIRMWARE_BROKEN) {
		complain("cannot decode the firmware's table %s: %s; report that to its vendor", firmware.name, firmware.error);
	} else if (firmware.state == FIRMWARE_NO_TABLE || !firmware.table.count) {
		complain("this firmware mandates no 1:1 mappings%s, so there is nothing to report to its vendor",
			 firmware.name ? "" : ": it has neither an IVRS nor a DMAR table");
	} else {
		text = vendor_text(host, &firmware);
		stand_ins_learn();
		plain = stand_ins_put(text);
		if (path)
			code = write_file(path, plain, strlen(plain));
		else
			code = EXIT_FINE;
	}
	if (plain && !path) {
		g_auto(GStrv) lines = g_strsplit(plain, "\n", -1);

		for (char **line = lines; *line && (**line || line[1]); line++)
			puts(output_text(*line));
	}
	firmware_clear(&firmware);
	host_free(host);
	return code;
}

static int run(int count, char **arguments)
{
	const char *path = count ? arguments[0] : NULL;

	return vendor ? write_text(path) : write_report(path ? path : FILE_NAME);
}

const struct command command_report = {
	.name = "report",
	.arguments = "[FILE]",
	.most = 1,
	.summary = "collect what the tool reads on this host, for a bug report",
	.description =
		"Runs doctor, status and groups, and setup and xml for each card without changing anything. Writes what "
		"they read and print into FILE (" FILE_NAME "), a compressed tar archive: the relevant parts of sysfs, "
		"procfs, modprobe.d and libvirt's configuration, the firmware table, and the kernel's messages about the "
		"IOMMU. On another computer, --root shows the same answers from it. Nothing is sent anywhere.\n\n"
		"Stand-ins replace host and user names, serial numbers, MAC and IP addresses, UUIDs, labels, e-mail "
		"addresses and passwords. The same value always gets the same stand-in. The command lists the kinds and how"
		" often each was replaced. Only FILE's owner can read it. Run this as root: otherwise, the firmware "
		"table and more are missing.\n\n"
		"With --vendor, FILE is a text for the board vendor instead: which blocks of the firmware table mandate "
		"1:1 mappings, for which devices, which kernels refuse them, and what the firmware should do. Without FILE "
		"the text is printed.",
	.options = options,
	.run = run,
};
