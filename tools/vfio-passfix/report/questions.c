// SPDX-License-Identifier: GPL-2.0-only
#include "report/questions.h"

#include <errno.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command.h"
#include "host/card.h"
#include "host/cpu.h"
#include "host/hugepages.h"
#include "host/kernel_log.h"
#include "host/record.h"
#include "host/root.h"

#define DEVICES "/sys/bus/pci/devices"
/* The PCI base class of processing accelerators, which compute and show nothing. */
#define ACCELERATORS 0x12

/* For what a command is run. */
enum about {
	ABOUT_HOST,	/* once, without a device */
	ABOUT_DISPLAYS,	/* for each card with a display or an accelerator */
	ABOUT_CARDS,	/* for each card */
};

static const struct question {
	const struct command *command;
	enum about about;
	bool shown;	/* in the transcript; otherwise it runs only to record what it looks at */
} questions[] = {
	{ &command_doctor, ABOUT_HOST, true },	    { &command_status, ABOUT_HOST, true },
	{ &command_groups, ABOUT_HOST, true },	    { &command_remove, ABOUT_HOST, true },
	{ &command_doctor, ABOUT_DISPLAYS, true },  { &command_setup, ABOUT_DISPLAYS, true },
	{ &command_doctor, ABOUT_CARDS, false },    { &command_setup, ABOUT_CARDS, false },
	{ &command_xml, ABOUT_CARDS, false },
};

/* Standard output and error together, as with 2>&1: complaints come before what is printed at the end. */
static char *output_of(const struct command *command, char *device, int *code, GError **error)
{
	char *arguments[] = { device, NULL };
	int fd = memfd_create("output", MFD_CLOEXEC);
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	GString *text = g_string_new(NULL);
	char chunk[4096];
	ssize_t got;

	if (fd < 0 || out < 0 || err < 0) {
		g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "cannot catch what %s prints: %s", command->name,
			    g_strerror(errno));
		g_string_free(text, TRUE);
		return NULL;
	}
	fflush(NULL);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	*code = command->run(device ? 1 : 0, arguments);
	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	lseek(fd, 0, SEEK_SET);
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		g_string_append_len(text, chunk, got);
	close(fd);
	close(out);
	close(err);
	return g_string_free(text, FALSE);
}

static bool ask(GString *transcript, const struct question *question, char *device, GError **error)
{
	int code = EXIT_FINE;
	g_autofree char *output = output_of(question->command, device, &code, error);

	if (!output)
		return false;
	if (!question->shown)
		return true;
	g_string_append_printf(transcript, "%s$ vfio-passfix %s%s%s\n%s", transcript->len ? "\n" : "", question->command->name,
			       device ? " " : "", device ? device : "", output);
	if (code)
		g_string_append_printf(transcript, "[exit %d]\n", code);
	return true;
}

/* Whether it is the first function of its card. A port of a network card is a card of its own. */
static bool is_first_function(const struct host *host, const struct pci_device *device)
{
	struct card *card = card_find(host, device->address, false, NULL);
	bool first = card && card->functions->pdata[0] == device;

	card_free(card);
	return first;
}

static bool is_about(const struct host *host, const struct pci_device *device, enum about about)
{
	if (pci_is_bridge(device) || !is_first_function(host, device))
		return false;
	return about == ABOUT_CARDS || pci_is_display(device) || device->class >> 16 == ACCELERATORS;
}

/* Looks at what commands look at with options that are not given here. */
static void look_besides(void)
{
	static const char *const files[] = { "/proc/meminfo", "/proc/cmdline", "/etc/os-release", "/sys/class/dmi/id/board_vendor",
					     "/sys/class/dmi/id/board_name", "/sys/class/dmi/id/bios_version",
					     "/sys/class/dmi/id/bios_date", "/sys/class/dmi/id/sys_vendor",
					     "/sys/class/dmi/id/product_name" };
	struct cpu cpu;

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *text = root_read("%s", files[i]);

		(void)text;
	}
	cpu_read(&cpu, NULL);
	g_free(root_program("sudo"));
	hugepages_for(16 << 20);
}

char *questions_ask(const struct host *host, GError **error)
{
	g_autoptr(GString) transcript = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
		const struct question *question = &questions[i];

		if (question->about == ABOUT_HOST && !ask(transcript, question, NULL, error))
			return NULL;
		for (guint j = 0; question->about != ABOUT_HOST && j < host->devices->len; j++) {
			const struct pci_device *device = host->devices->pdata[j];

			if (is_about(host, device, question->about) && !ask(transcript, question, device->address, error))
				return NULL;
		}
	}
	look_besides();
	return g_string_free(g_steal_pointer(&transcript), FALSE);
}

char *questions_lspci(const struct host *host)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < host->devices->len; i++) {
		const struct pci_device *device = host->devices->pdata[i];
		g_autoptr(GBytes) config = root_read_bytes(DEVICES "/%s/config", device->address);
		g_autofree char *class = pci_class_name(device), *name = pci_name(device);
		gsize size = 0;
		const guint8 *bytes = config ? g_bytes_get_data(config, &size) : NULL;

		if (!bytes)
			continue;
		g_string_append_printf(text, "%s %s: %s\n", device->address, class, name);
		/* The standard header; serial numbers come after it. */
		for (gsize at = 0; at < MIN(size, 64); at++) {
			if (at % 16 == 0)
				g_string_append_printf(text, "%02x:", (guint)at);
			g_string_append_printf(text, " %02x%s", bytes[at], at % 16 == 15 ? "\n" : "");
		}
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}

char *questions_log(void)
{
	bool whole;
	g_autoptr(GPtrArray) messages = kernel_log(&whole);
	GString *text = messages ? g_string_new(NULL) : NULL;

	for (guint i = 0; messages && i < messages->len; i++)
		if (kernel_log_is_kept(messages->pdata[i]))
			g_string_append_printf(text, "%s\n", (char *)messages->pdata[i]);
	return messages ? g_string_free(text, FALSE) : NULL;
}
