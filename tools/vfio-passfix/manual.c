// SPDX-License-Identifier: GPL-2.0-only
#include "manual.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "prose.h"

/* Of what it says. */
#define DATE "November 22, 2026"

static const struct prose_pair files[] = {
	{ "/etc/modprobe.d/vfio-passfix-setup.conf",
	  "By which vfio-pci takes the card, and the fix is on; setup writes it." },
	{ "/etc/modules-load.d/vfio-passfix-setup.conf", "Loads the fix at boot; setup writes it." },
	{ "/etc/initramfs-tools/hooks/vfio-passfix",
	  "Has the initramfs do the same; setup writes it. "
	  "With dracut it is /etc/dracut.conf.d/vfio-passfix.conf, "
	  "with mkinitcpio /etc/mkinitcpio.conf.d/vfio-passfix.conf." },
	{ "/etc/systemd/system/vfio-passfix.service",
	  "Runs bind at boot, for what a driver had first; setup writes it." },
	{ "/var/lib/vfio-passfix", "What setup has written, for remove to take it away." },
	{ "/run/vfio-passfix", "Which drivers devices had before bind, until the next boot." },
	{ "/sys/module/vfio_passfix/parameters",
	  "The fix's parameters, while its module is loaded." },
	{ "/sys/kernel/iommu_groups", "The IOMMU groups and their reserved regions." },
	{ 0 },
};

static const struct prose_pair examples[] = {
	{ "vfio-passfix doctor", "What keeps the discrete GPU from being given to a guest:" },
	{ "vfio-passfix setup gpu --apply", "Have it ready for guests from the next boot on:" },
	{ "vfio-passfix xml gpu --domain win11 > win11.xml", "A guest that has it:" },
	{ "vfio-passfix rom dump 03:00.0 card.rom", "Keep a copy of its VBIOS:" },
	{ "vfio-passfix remove --apply", "Take back all that setup did:" },
	{ 0 },
};

/* By section, then by name. */
static const struct prose_pair see_also[] = {
	{ "virsh", "1" }, { "modprobe.d", "5" }, { "dkms", "8" },
	{ "lspci", "8" }, { "modprobe", "8" },	 { 0 },
};

/* Escapes what is special in mdoc. A minus stays one that can be copied. */
static void put_escaped(const char *text, bool minus)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (const char *c = text; *c; c++) {
		bool option = c[0] == '-' && (minus || c[1] == '-' || (c > text && c[-1] == '-') ||
					      c == text || c[-1] == ' ');

		if (*c == '\\')
			fputs("\\e", stdout);
		else if (option)
			fputs("\\-", stdout);
		else
			putchar(*c);
	}
}

/* One line a sentence, so that formatters space them as they like. */
static void put_paragraph(const char *text)
{
	g_autofree char *rest = g_strdup(text);
	char *line = rest;

	for (char *c = rest; *c; c++) {
		if (!strchr(".?!", *c) || c[1] != ' ' || !(g_ascii_isupper(c[2]) || c[2] == '"'))
			continue;
		*++c = '\0';
		put_escaped(line, false);
		putchar('\n');
		line = c + 1;
	}
	put_escaped(line, false);
	putchar('\n');
}

static void put_literal(const char *block)
{
	g_auto(GStrv) lines = g_strsplit(block, "\n", -1);

	puts(".Bd -literal -offset indent");
	for (char **line = lines; *line; line++) {
		/* The display is indented by itself. */
		put_escaped(g_strchug(*line), true);
		putchar('\n');
	}
	puts(".Ed");
}

static void put_blocks(const char *description)
{
	g_autoptr(GPtrArray) blocks = prose_blocks(description);

	for (guint i = 0; i < blocks->len; i++) {
		const char *block = blocks->pdata[i];
		bool literal = *block == ' ';

		/* A display has its own space before it. */
		if (i && !literal)
			puts(".Pp");
		if (literal)
			put_literal(block);
		else
			put_paragraph(block);
	}
}

/* " Fl -rom Ar FILE": the words of a macro's line. */
static char *option_words(const GOptionEntry *option)
{
	return g_strdup_printf(" Fl \\-%s%s%s", option->long_name,
			       option_value(option) ? " Ar " : "",
			       option_value(option) ? option->arg_description : "");
}

/* " Ar FILE Op Ar DEVICE" for "FILE [DEVICE]" */
static char *argument_words(const struct command *command)
{
	g_auto(GStrv) arguments = g_strsplit(command->arguments, " ", -1);
	GString *text = g_string_new(NULL);

	for (char **argument = arguments; *argument; argument++) {
		size_t length = strlen(*argument);

		if (**argument == '[' && length > 2)
			g_string_append_printf(text, " Op Ar %.*s", (int)length - 2, *argument + 1);
		else if (length)
			g_string_append_printf(text, " Ar %s", *argument);
	}
	return g_string_free(text, FALSE);
}

static void put_synopsis(void)
{
	for (const struct command *const *command = commands; *command; command++) {
		g_autoptr(GPtrArray) options = options_of(*command);
		g_autofree char *arguments = argument_words(*command);

		printf(".Nm\n.Op Fl \\-root Ar DIR\n.Cm %s\n", (*command)->name);
		/* Without --help. */
		for (guint i = 0; i + 1 < options->len; i++) {
			g_autofree char *words = option_words(options->pdata[i]);

			printf(".Op%s%s\n", words, option_repeats(options->pdata[i]) ? " ..." : "");
		}
		if (*arguments)
			printf(".%s\n", arguments + 1);
	}
	puts(".Nm\n.Op Fl \\-help | \\-version");
}

static void put_options(const struct command *command)
{
	g_autoptr(GPtrArray) options = options_of(command);
	/* --help is told of once. */
	guint count = options->len - (command ? 1 : 0);

	puts(".Bl -tag -width Ds");
	for (guint i = 0; i < count; i++) {
		const GOptionEntry *option = options->pdata[i];
		g_autofree char *words = option_words(option);
		g_autofree char *text = prose_sentence(option->description);

		if (option->short_name)
			printf(".It Fl %c ,%s\n", option->short_name, words);
		else
			printf(".It%s\n", words);
		put_paragraph(text);
	}
	puts(".El");
}

static void put_commands(void)
{
	puts(".Bl -tag -width Ds");
	for (const struct command *const *command = commands; *command; command++) {
		g_autofree char *arguments = argument_words(*command);
		g_autofree char *first = prose_sentence((*command)->summary);

		printf(".It Cm %s%s\n", (*command)->name, arguments);
		put_paragraph(first);
		puts(".Pp");
		put_blocks((*command)->description);
		if ((*command)->options)
			put_options(*command);
	}
	puts(".El");
}

void manual_print(void)
{
	puts(".\\\" SPDX-License-Identifier: GPL-2.0-only");
	puts(".\\\" Made from the program's table of commands.");
	puts(".Dd " DATE "\n.Dt VFIO-PASSFIX 8\n.Os");
	puts(".Sh NAME\n.Nm " PROGRAM "\n.Nd " PROSE_ABOUT);
	puts(".Sh SYNOPSIS");
	put_synopsis();
	puts(".Sh DESCRIPTION");
	put_paragraph("On some boards the firmware asks that devices keep 1:1 mappings in the "
		      "IOMMU, and Linux from 6.6 on then refuses to give such a device to a "
		      "virtual machine. The kernel modules vfio_passfix and "
		      "vfio_iommu_type1_passfix let it be given away all the same. This program "
		      "says what keeps a device from being given away, turns the modules on and "
		      "off, binds devices to vfio-pci, and writes what libvirt is to be told.");
	puts(".Pp");
	put_paragraph(prose_device);
	put_paragraph("Of what is part of the chipset or the processor, those of its functions "
		      "are meant that are in the same IOMMU group.");
	puts(".Sh COMMANDS");
	put_commands();
	puts(".Sh OPTIONS\nThese stand before the command;\n"
	     ".Fl \\-help\nmay stand behind it as well:");
	put_options(NULL);
	puts(".Sh FILES\n.Bl -tag -width Ds");
	for (const struct prose_pair *file = files; file->name; file++) {
		printf(".It Pa %s\n", file->name);
		put_paragraph(file->text);
	}
	puts(".El\n.Sh EXIT STATUS\n.Bl -tag -width Ds");
	for (const struct prose_pair *code = prose_exit_codes; code->name; code++) {
		printf(".It %s\n", code->name);
		put_paragraph(code->text);
	}
	puts(".El\n.Sh EXAMPLES");
	for (const struct prose_pair *example = examples; example->name; example++) {
		g_autofree char *block = g_strconcat(" ", example->name, NULL);

		if (example != examples)
			puts(".Pp");
		put_paragraph(example->text);
		put_literal(block);
	}
	puts(".Sh SEE ALSO");
	for (const struct prose_pair *page = see_also; page->name; page++)
		printf(".Xr %s %s%s\n", page->name, page->text, page[1].name ? " ," : "");
}
