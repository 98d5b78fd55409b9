// SPDX-License-Identifier: GPL-2.0-only
/*
 * seeds DIR: writes the fuzzers' first inputs into DIR/ivrs, DIR/dmar, DIR/iort, DIR/rom
 * and DIR/journal: the cases of the unit tests, and journals of setup.
 */
#include <limits.h>

#include "../unit/acpi_cases.h"
#include "../unit/option_rom_cases.h"

static const struct {
	const char *name, *text;
} journals[] = {
	{ "now",
	  "{\"format\":2,\"state\":\"done\",\"device\":\"0000:03:00.0\",\"id\":\"1002:744c\","
	  "\"card\":\"0000:03:00.0-3\",\"forced\":false,\"initramfs\":\"dracut\",\"boot\":\"\","
	  "\"folders\":[\"/etc/modprobe.d\"],\"files\":["
	  "{\"path\":\"/etc/modprobe.d/vfio-passfix-setup.conf\",\"content\":\"sha256:22\",\"mode\":420},"
	  "{\"path\":\"/etc/w/vfio-passfix.service\",\"content\":\"link:/etc/x\",\"mode\":511}]}" },
	/* While a second card is being added. */
	{ "changing",
	  "{\"format\":2,\"state\":\"applying\",\"cards\":[{\"device\":\"0000:03:00.0\",\"id\":\"1002:744c\","
	  "\"card\":\"0000:03:00.0-1\",\"name\":\"0000:03:00.0-1\",\"forced\":false},{\"device\":\"0000:04:00.0\","
	  "\"id\":\"144d:a80c\",\"card\":\"0000:04:00.0\",\"forced\":true}],\"initramfs\":null,\"boot\":\"\","
	  "\"folders\":[],\"files\":["
	  "{\"path\":\"/etc/vfio-passfix-a.conf\",\"content\":\"sha256:2\",\"before\":\"sha256:3\",\"mode\":420},"
	  "{\"path\":\"/etc/vfio-passfix-b.conf\",\"content\":null,\"before\":\"sha256:3\",\"mode\":420}]}" },
	/* A journal of 0.1.0. */
	{ "before",
	  "{\"format\":1,\"state\":\"applying\",\"device\":\"\",\"id\":\"\",\"card\":\"\",\"folders\":[],"
	  "\"files\":[{\"path\":\"/etc/vfio-passfix-on.conf\",\"planned\":{\"sha256\":\"2\",\"mode\":420},"
	  "\"before\":{}}]}" },
	/* A hostile journal, which tries to make root write elsewhere. */
	{ "elsewhere",
	  "{\"format\":2,\"state\":\"done\",\"device\":\"\",\"id\":\"\",\"card\":\"\",\"forced\":false,"
	  "\"initramfs\":\"\",\"boot\":\"\",\"folders\":[],\"files\":["
	  "{\"path\":\"/etc/../vfio-passfix-on.conf\",\"content\":\"sha256:22\",\"mode\":420}]}" },
};

static const char *directory;

static void save(const char *kind, const char *name, size_t number, const void *bytes, size_t size)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s/%s-%zu", directory, kind, name, number) >=
	    (int)sizeof(path))
		errx(1, "%s: too long", directory);
	write_file(path, bytes, size);
}

int main(int argc, char **argv)
{
	static struct table table;
	static struct rom rom;
	size_t i;

	if (argc != 2)
		errx(2, "usage: seeds DIR");
	directory = argv[1];
	for (i = 0; i < sizeof(acpi_cases) / sizeof(*acpi_cases); i++) {
		table_of_case(&table, &acpi_cases[i]);
		save(!strcmp(acpi_cases[i].signature, "DMAR") ? "dmar" :
		     !strcmp(acpi_cases[i].signature, "IORT") ? "iort" : "ivrs",
		     acpi_cases[i].name, i, table.bytes, table.size);
	}
	for (i = 0; i < sizeof(rom_cases) / sizeof(*rom_cases); i++) {
		rom_of_case(&rom, &rom_cases[i]);
		save("rom", rom_cases[i].name, i, rom.bytes, rom.size);
	}
	for (i = 0; i < sizeof(journals) / sizeof(*journals); i++)
		save("journal", journals[i].name, i, journals[i].text, strlen(journals[i].text));

	return 0;
}
