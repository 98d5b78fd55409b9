// SPDX-License-Identifier: GPL-2.0-only
/* seeds DIR: writes what the fuzzers begin with into DIR/ivrs, DIR/dmar, DIR/rom and DIR/journal. */
#include <limits.h>
#include <string.h>

#include "../unit/rom.h"
#include "../unit/table.h"

static const char *directory;

static void save(const char *name, const uint8_t *bytes, size_t size)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		errx(1, "%s: too long", directory);
	write_file(path, bytes, size);
}

static void save_table(const char *name, struct table *table)
{
	table_seal(table);
	save(name, table->bytes, table->size);
}

static void ivrs_seeds(void)
{
	static struct table table;

	table_begin(&table, "IVRS");
	table.bytes[36] = 0x02;
	save_table("ivrs/empty", &table);
	add_ivhd(&table, 0x10, 0, 0x0002);
	save_table("ivrs/unit", &table);
	add_ivhd(&table, 0x11, 0, 0x0002);
	add_ivhd(&table, 0x40, 0, 0x0002);
	add_ivhd(&table, 0x40, 1, 0x0002);
	save_table("ivrs/units", &table);
	table_begin(&table, "IVRS");
	add_ivhd(&table, 0x10, 0, 0x0002);
	add_ivmd(&table, 0x20, 0x07, 0, 0, 0xfedc0000, 0x4000);
	add_ivmd(&table, 0x21, 0x01, 0x0300, 0, 0x1000, 0x1000);
	add_ivmd(&table, 0x22, 0x08, 0x0000, 0x0fff, 0x9a000000, 0x1000);
	save_table("ivrs/demands", &table);
	put(table_add(&table, 12), 4, 0x000c0077);
	save_table("ivrs/unknown", &table);

	table_begin(&table, "IVRS");
	add_ivmd(&table, 0x22, 0x08, 0x0300, 0x02ff, 0x1000, 0x1000);
	save_table("ivrs/reversed", &table);
	table_begin(&table, "IVRS");
	add_ivmd(&table, 0x20, 0x08, 0, 0, UINT64_MAX - 0xfff, 0x1000);
	save_table("ivrs/wraps", &table);
	table_begin(&table, "IVRS");
	put(add_ivmd(&table, 0x20, 0x08, 0, 0, 0, 0x1000) + 2, 2, 33);
	save_table("ivrs/past-the-end", &table);
}

static void dmar_seeds(void)
{
	static const uint8_t path[] = { 0x1c, 4, 0, 0, 31, 7, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6 };
	static struct table table;
	uint8_t *rmrr, *scope;

	table_begin(&table, "DMAR");
	table.bytes[37] = 0x04;
	save_table("dmar/empty", &table);
	add_drhd(&table, 0);
	save_table("dmar/unit", &table);
	rmrr = add_rmrr(&table, 0, 0x7b800000, 0x7fffffff);
	add_scope(&table, rmrr, 1, 0, path, 1);
	save_table("dmar/demand", &table);
	add_scope(&table, rmrr, 2, 0, path, 3);
	add_scope(&table, rmrr, 3, 0xf0, path, 1);
	add_scope(&table, rmrr, 1, 0x80, path, 8);
	add_rmrr(&table, 1, 0x1000, 0x1fff);
	save_table("dmar/scopes", &table);
	put(table_add(&table, 12), 4, 0x000c0077);
	save_table("dmar/unknown", &table);

	table_begin(&table, "DMAR");
	add_scope(&table, add_rmrr(&table, 0, 0x1000, 0x1fff), 1, 0, path, 9);
	save_table("dmar/long-path", &table);
	table_begin(&table, "DMAR");
	add_scope(&table, add_rmrr(&table, 0, 0x1000, 0xfff), 1, 0, path, 1);
	save_table("dmar/reversed", &table);
	table_begin(&table, "DMAR");
	scope = add_scope(&table, add_rmrr(&table, 0, 0x1000, 0x1fff), 1, 0, path, 1);
	scope[1] = 9;
	save_table("dmar/scope-past-the-end", &table);
}

static void rom_seeds(void)
{
	static const uint16_t devices[] = { 0x73bf, 0x73a0, 0x73af };
	static struct rom rom;
	uint8_t *image;
	int i;

	image = rom_add(&rom, 0, 1, true);
	save("rom/x86", rom.bytes, rom.size);
	rom_add_devices(image, 0x80, devices, 3, true);
	save("rom/devices", rom.bytes, rom.size);
	put(image + ROM_PCIR + 16, 2, 0);
	save("rom/length-0", rom.bytes, rom.size);

	rom.size = 0;
	rom_add(&rom, 3, 1, true);
	save("rom/efi", rom.bytes, rom.size);

	rom.size = 0;
	rom_add(&rom, 0, 2, false);
	rom_add(&rom, 3, 1, true);
	save("rom/both", rom.bytes, rom.size);
	save("rom/cut", rom.bytes, rom.size - 100);

	rom.size = 0;
	rom_add_blocks(&rom, 1);
	rom_add(&rom, 0, 1, false);
	rom_add(&rom, 0x70, 1, false);
	save("rom/header", rom.bytes, rom.size);

	rom.size = 0;
	image = rom_add(&rom, 0, 1, true);
	image[24]++;
	save("rom/misaligned", rom.bytes, rom.size);

	rom.size = 0;
	for (i = 0; i < 33; i++)
		rom_add(&rom, 3, 1, false);
	save("rom/endless", rom.bytes, rom.size);
}

static void journal_seeds(void)
{
	static const struct {
		const char *name, *text;
	} seeds[] = {
		{ "journal/now",
		  "{\"format\":2,\"state\":\"done\",\"device\":\"0000:03:00.0\",\"id\":\"1002:744c\","
		  "\"card\":\"0000:03:00.0-3\",\"forced\":false,\"initramfs\":\"dracut\",\"boot\":\"\","
		  "\"folders\":[\"/etc/modprobe.d\"],\"files\":["
		  "{\"path\":\"/etc/modprobe.d/vfio-passfix-setup.conf\",\"content\":\"sha256:22\",\"mode\":420},"
		  "{\"path\":\"/etc/w/vfio-passfix.service\",\"content\":\"link:/etc/x\",\"mode\":511}]}" },
		/* That of 0.1.0. */
		{ "journal/before",
		  "{\"format\":1,\"state\":\"applying\",\"device\":\"\",\"id\":\"\",\"card\":\"\",\"folders\":[],"
		  "\"files\":[{\"path\":\"/etc/vfio-passfix-on.conf\",\"planned\":{\"sha256\":\"2\",\"mode\":420},"
		  "\"before\":{}}]}" },
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++)
		save(seeds[i].name, (const uint8_t *)seeds[i].text, strlen(seeds[i].text));
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: seeds DIR");
	directory = argv[1];
	ivrs_seeds();
	dmar_seeds();
	rom_seeds();
	journal_seeds();

	return 0;
}
