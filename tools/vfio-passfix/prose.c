// SPDX-License-Identifier: GPL-2.0-only
#include "prose.h"

#include <stdbool.h>

const char prose_device[] =
	"DEVICE is the address of a device (03:00.0, 0000:03:00.0 or 03:00), its id (1002:744c), an IOMMU group "
	"(group15), or \"gpu\", which is the one discrete GPU that is not the boot display, or has no display. It means "
	"all functions of the card. Exceptions: a range (03:00.0-1) means only those functions, and the address of a "
	"network card's port means only that port, unless its IOMMU group contains others.";

const struct prose_pair prose_exit_codes[] = {
	{ "0", "Success; doctor: nothing is wrong." },
	{ "1",
	  "doctor: there are warnings, or something could not be checked; rom check: FILE does not work." },
	{ "2", "doctor: something prevents assignment." },
	{ "3", "The command was refused, or failed." },
	{ "64", "The command line is wrong." },
	{ "66", "DEVICE matches no device on this host, or several; or FILE cannot be read." },
	{ 0 },
};

GPtrArray *prose_blocks(const char *description)
{
	g_auto(GStrv) lines = g_strsplit(description, "\n", -1);
	GPtrArray *blocks = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) block = g_string_new(NULL);

	for (char **line = lines;; line++) {
		bool literal = *line && **line == ' ';
		bool goes_on = *line && **line && block->len && literal == (*block->str == ' ');

		if (!goes_on && block->len) {
			g_ptr_array_add(blocks, g_strdup(block->str));
			g_string_truncate(block, 0);
		}
		if (!*line)
			return blocks;
		if (goes_on)
			g_string_append_c(block, literal ? '\n' : ' ');
		g_string_append(block, *line);
	}
}

char *prose_sentence(const char *text)
{
	char *sentence = g_strdup_printf("%s%s", text, g_str_has_suffix(text, ".") ? "" : ".");

	*sentence = g_ascii_toupper(*sentence);
	return sentence;
}
