// SPDX-License-Identifier: GPL-2.0-only
#include "option_rom_cases.h"
#include "unit.h"

enum { ROM_CASES = sizeof(rom_cases) / sizeof(*rom_cases), OTHERS = 5 };

static struct rom rom;
static struct option_rom parsed;

static int parse_bytes(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = copy_of(bytes, size);
	int status;

	memset(&parsed, 0xff, sizeof(parsed));
	status = option_rom_parse(copy, size, &parsed, error, sizeof(error));
	free(copy);

	return status;
}

/* @words: in the message about an incomplete ROM; there is none for a complete one. */
static void accepted(const char *words)
{
	if (parse_bytes(rom.bytes, rom.size))
		fail_msg("refused: %s", error);
	if (words)
		says(words);
	else
		assert_string_equal(error, "");
	assert_int_equal(parsed.complete, !words);
}

static void no_image(const char *words)
{
	assert_int_equal(parse_bytes(rom.bytes, rom.size), -1);
	says(words);
	assert_false(parsed.complete);
	assert_int_equal(parsed.count, 0);
	assert_int_equal(parsed.start, 0);
	assert_int_equal(parsed.length, 0);
}

/* Leaves out what is as rom_add() makes it. */
static void describe_image(FILE *out, const struct option_rom_image *image)
{
	size_t i;

	fprintf(out, "%#zx + %#zx: code %u", image->offset, image->length, image->code);
	if (image->vendor != ROM_VENDOR)
		fprintf(out, ", vendor %x", image->vendor);
	if (image->device != ROM_DEVICE)
		fprintf(out, ", device %x", image->device);
	if (image->class != ROM_CLASS)
		fprintf(out, ", class %06x", image->class);
	fprintf(out, "%s%s%s", image->last ? ", last" : "", image->checksum_ok ? "" : ", sum wrong",
		image->efi_signature_ok ? ", EFI" : "");
	if (image->code == OPTION_ROM_EFI && image->efi_subsystem != 0x0b)
		fprintf(out, ", subsystem %x", image->efi_subsystem);
	if (image->efi_machine)
		fprintf(out, ", machine %x", image->efi_machine);
	fprintf(out, "%s", image->efi_compressed ? ", compressed" : "");
	if (image->device_count || image->devices_cut)
		fprintf(out, ", list");
	for (i = 0; i < image->device_count; i++)
		fprintf(out, " %x", image->devices[i]);
	fprintf(out, "%s; ", image->devices_cut ? " cut" : "");
}

/* All that was found, and what it is for. Leaves out the total length if it is the sum of the images. */
static const char *describe(void)
{
	static const uint16_t devices[] = { 0, 0x1234, 0x73a0, 0x73a5, 0x73af, 0x73bf, 0x73c0 };
	static const uint16_t machines[] = { 0, 0x8664, 0xaa64 };
	static char text[1024];
	const struct option_rom_image *last = &parsed.images[parsed.count - 1];
	FILE *out = fmemopen(text, sizeof(text), "w");
	size_t i;

	assert_non_null(out);
	assert_int_equal(parsed.start, parsed.images->offset);
	for (i = 0; i < parsed.count; i++)
		describe_image(out, &parsed.images[i]);
	if (parsed.length != last->offset + last->length - parsed.start)
		fprintf(out, "in all %#zx; ", parsed.length);
	fprintf(out, "for");
	for (i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		if (option_rom_is_for(&parsed, ROM_VENDOR, devices[i]))
			fprintf(out, " %x", devices[i]);
		assert_false(option_rom_is_for(&parsed, ROM_VENDOR + 1, devices[i]));
		assert_false(option_rom_is_for(&parsed, 0x10de, devices[i]));
	}
	for (i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (option_rom_has_efi(&parsed, machines[i]))
			fprintf(out, " EFI %x", machines[i]);
	fclose(out);

	return text;
}

static void play(void **state)
{
	const struct rom_case *row = *state;
	const char *name = row->name;

	for (; row < rom_cases + ROM_CASES && !strcmp(row->name, name); row++) {
		rom_of_case(&rom, row);
		if (row->found) {
			accepted(row->error);
			assert_string_equal(describe(), row->found);
		} else {
			no_image(row->error);
		}
	}
}

static void device_list_too_long(void **state)
{
	const struct rom_image image = X86(2, LAST, .list_at = 0x80);
	size_t count, i;
	uint8_t *list;

	(void)state;
	for (count = OPTION_ROM_DEVICES_MAX; count <= OPTION_ROM_DEVICES_MAX + 1; count++) {
		rom.size = 0;
		list = rom_add(&rom, &image) + image.list_at;
		for (i = 0; i < count; i++)
			put(list + 2 * i, 2, 0x100 + i);
		accepted(NULL);
		assert_int_equal(parsed.count, 1);
		assert_int_equal(parsed.images->device_count, OPTION_ROM_DEVICES_MAX);
		assert_int_equal(parsed.images->devices_cut, count > OPTION_ROM_DEVICES_MAX);
	}
	assert_true(option_rom_is_for(&parsed, ROM_VENDOR, 0x100 + OPTION_ROM_DEVICES_MAX - 1));
	assert_false(option_rom_is_for(&parsed, ROM_VENDOR, 0x100 + OPTION_ROM_DEVICES_MAX));
}

static void cut_anywhere(void **state)
{
	static const struct rom_image both[] = { X86(1), EFI(1, LAST), { 0 } };
	size_t full, size;

	(void)state;
	rom_build(&rom, both);
	full = rom.size;
	for (size = 0; size < full; size++) {
		rom.size = size;
		if (size < ROM_PCIR + 24) {
			no_image(size < 2 ? "no image" : size < 26 ? "within the header" :
				 "past the end of the file");
		} else {
			accepted("offset 0x");
			assert_int_equal(parsed.count, size < 512 + ROM_PCIR + 24 ? 1 : 2);
		}
	}
	rom.size = full;
	accepted(NULL);
	assert_int_equal(parsed.count, 2);
}

static void endless_chain(void **state)
{
	const struct rom_image image = EFI(1), last = EFI(1, LAST);
	size_t count, i;

	(void)state;
	for (count = OPTION_ROM_IMAGES_MAX; count <= OPTION_ROM_IMAGES_MAX + 1; count++) {
		rom.size = 0;
		for (i = 0; i < count; i++)
			rom_add(&rom, i == count - 1 ? &last : &image);
		accepted(count == OPTION_ROM_IMAGES_MAX ? NULL :
			 "none of the first 32 images is marked last");
		assert_int_equal(parsed.count, OPTION_ROM_IMAGES_MAX);
		assert_int_equal(parsed.length, OPTION_ROM_IMAGES_MAX * 512);
	}
}

static void small_error_buffer(void **state)
{
	char small[] = "12345678";

	(void)state;
	assert_int_equal(option_rom_parse("", 1, &parsed, small, 4), -1);
	assert_string_equal(small, "no ");
	assert_string_equal(small + 4, "5678");
	assert_int_equal(option_rom_parse("", 1, &parsed, NULL, 0), -1);
}

/* A ROM that others built; it is in QEMU's packages. */
static void rom_of_ipxe(void **state)
{
	static uint8_t bytes[1 << 20];
	const char *path = "/usr/lib/ipxe/qemu/efi-e1000e.rom";
	FILE *file = fopen(path, "rb");
	size_t size;

	(void)state;
	if (!file)
		skip();
	fclose(file);
	size = read_file(path, bytes, sizeof(bytes));
	assert_int_equal(parse_bytes(bytes, size), 0);
	assert_string_equal(error, "");
	assert_true(parsed.complete);
	assert_int_equal(parsed.start, 0);
	assert_in_range(parsed.length, 65536, size);
	assert_int_equal(parsed.count, 2);
	assert_int_equal(parsed.images[0].code, OPTION_ROM_X86);
	assert_true(parsed.images[0].checksum_ok);
	assert_int_equal(parsed.images[0].class, 0x020000);
	assert_int_equal(parsed.images[1].code, OPTION_ROM_EFI);
	assert_true(parsed.images[1].efi_signature_ok);
	assert_true(option_rom_is_for(&parsed, 0x8086, 0x10d3));
	assert_true(option_rom_has_efi(&parsed, 0x8664));
}

int main(void)
{
	const struct CMUnitTest others[OTHERS] = {
		cmocka_unit_test(device_list_too_long),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(endless_chain),
		cmocka_unit_test(small_error_buffer),
		cmocka_unit_test(rom_of_ipxe),
	};
	struct CMUnitTest tests[ROM_CASES + OTHERS];
	size_t count = 0;
	size_t i;

	for (i = 0; i < ROM_CASES; i++)
		if (!i || strcmp(rom_cases[i].name, rom_cases[i - 1].name))
			tests[count++] = (struct CMUnitTest){
				.name = rom_cases[i].name,
				.test_func = play,
				.initial_state = (void *)&rom_cases[i],
			};

	memcpy(tests + count, others, sizeof(others));

	return _cmocka_run_group_tests("tests", tests, count + OTHERS, NULL, NULL);
}
