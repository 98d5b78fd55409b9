// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tools/vfio-passfix/host/option_rom.h"
#include "rom.h"

enum { X86 = OPTION_ROM_X86, EFI = OPTION_ROM_EFI };

static struct rom rom;
static struct option_rom parsed;
static char error[160];

/* From memory that ends where the file does, so that reading on is seen. */
static int parse_bytes(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	int status;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	memset(&parsed, 0xff, sizeof(parsed));
	memset(error, 'x', sizeof(error));
	status = option_rom_parse(copy, size, &parsed, error, sizeof(error));
	free(copy);
	assert_non_null(memchr(error, '\0', sizeof(error)));

	return status;
}

/* A whole ROM: nothing to be said about it. */
static void complete(size_t count)
{
	if (parse_bytes(rom.bytes, rom.size))
		fail_msg("refused: %s", error);
	assert_string_equal(error, "");
	assert_true(parsed.complete);
	assert_int_equal(parsed.count, count);
}

static void incomplete(size_t count, const char *words)
{
	if (parse_bytes(rom.bytes, rom.size))
		fail_msg("refused: %s", error);
	if (!strstr(error, words))
		fail_msg("not \"%s\": %s", words, error);
	assert_false(parsed.complete);
	assert_int_equal(parsed.count, count);
}

static void no_image(const char *words)
{
	assert_int_equal(parse_bytes(rom.bytes, rom.size), -1);
	if (!strstr(error, words))
		fail_msg("not \"%s\": %s", words, error);
	assert_false(parsed.complete);
	assert_int_equal(parsed.count, 0);
	assert_int_equal(parsed.start, 0);
	assert_int_equal(parsed.length, 0);
}

static int setup(void **state)
{
	(void)state;
	rom.size = 0;

	return 0;
}

static void one_x86_image(void **state)
{
	uint8_t *image;

	(void)state;
	image = rom_add(&rom, X86, 4, true);
	put(image + ROM_PCIR + 13, 3, 0x030201);
	rom_seal(image);
	complete(1);
	assert_int_equal(parsed.start, 0);
	assert_int_equal(parsed.length, 2048);
	assert_int_equal(parsed.images->offset, 0);
	assert_int_equal(parsed.images->length, 2048);
	assert_int_equal(parsed.images->vendor, ROM_VENDOR);
	assert_int_equal(parsed.images->device, ROM_DEVICE);
	assert_int_equal(parsed.images->class, 0x030201);
	assert_int_equal(parsed.images->code, X86);
	assert_true(parsed.images->last);
	assert_true(parsed.images->checksum_ok);
	assert_false(parsed.images->efi_signature_ok);
	assert_int_equal(parsed.images->efi_machine, 0);
	assert_false(parsed.images->efi_compressed);
	assert_int_equal(parsed.images->device_count, 0);
	assert_false(parsed.images->devices_cut);

	assert_true(option_rom_is_for(&parsed, ROM_VENDOR, ROM_DEVICE));
	assert_false(option_rom_is_for(&parsed, ROM_VENDOR, ROM_DEVICE + 1));
	assert_false(option_rom_is_for(&parsed, ROM_VENDOR + 1, ROM_DEVICE));
	assert_false(option_rom_has_efi(&parsed, 0x8664));
	assert_false(option_rom_has_efi(&parsed, 0));
}

static void x86_and_efi(void **state)
{
	uint8_t *efi;

	(void)state;
	rom_add(&rom, X86, 3, false);
	efi = rom_add(&rom, EFI, 2, true);
	put(efi + 12, 2, 1);
	complete(2);
	assert_int_equal(parsed.length, 5 * 512);
	assert_false(parsed.images[0].last);
	assert_int_equal(parsed.images[0].code, X86);
	assert_int_equal(parsed.images[1].offset, 3 * 512);
	assert_int_equal(parsed.images[1].length, 2 * 512);
	assert_int_equal(parsed.images[1].code, EFI);
	assert_true(parsed.images[1].last);
	/* It has none, though its bytes do not sum up to 0. */
	assert_true(parsed.images[1].checksum_ok);
	assert_true(parsed.images[1].efi_signature_ok);
	assert_int_equal(parsed.images[1].efi_machine, 0x8664);
	assert_true(parsed.images[1].efi_compressed);
	assert_true(option_rom_has_efi(&parsed, 0x8664));
	assert_false(option_rom_has_efi(&parsed, 0xaa64));
}

static void efi_alone(void **state)
{
	(void)state;
	put(rom_add(&rom, EFI, 1, true) + 10, 2, 0xaa64);
	complete(1);
	assert_false(parsed.images->efi_compressed);
	assert_true(option_rom_has_efi(&parsed, 0xaa64));
	assert_false(option_rom_has_efi(&parsed, 0x8664));
}

static void efi_without_its_signature(void **state)
{
	(void)state;
	put(rom_add(&rom, EFI, 1, true) + 4, 4, 0x10ef1);
	complete(1);
	assert_false(parsed.images->efi_signature_ok);
	assert_int_equal(parsed.images->efi_machine, 0x8664);
	assert_false(option_rom_has_efi(&parsed, 0x8664));
}

static void other_code_types(void **state)
{
	(void)state;
	/* With what would be an EFI header. */
	put(rom_add(&rom, OPTION_ROM_OPEN_FIRMWARE, 1, false) + 4, 4, 0x0ef1);
	put(rom_add(&rom, 0x70, 1, true) + 10, 2, 0x8664);
	complete(2);
	assert_int_equal(parsed.images[0].code, 1);
	assert_int_equal(parsed.images[1].code, 0x70);
	assert_true(parsed.images[0].checksum_ok);
	assert_true(parsed.images[1].checksum_ok);
	assert_false(parsed.images[0].efi_signature_ok);
	assert_int_equal(parsed.images[1].efi_machine, 0);
	assert_false(option_rom_has_efi(&parsed, 0x8664));
}

static void x86_checksum(void **state)
{
	uint8_t *image;

	(void)state;
	image = rom_add(&rom, X86, 4, false);
	rom_add(&rom, EFI, 1, true);
	image[2047]++;
	complete(2);
	assert_false(parsed.images->checksum_ok);
	image[2047]--;
	complete(2);
	assert_true(parsed.images->checksum_ok);

	/* What counts are the bytes that the x86 header tells of. */
	image[2] = 3;
	rom_seal(image);
	image[1600] = 1;
	complete(2);
	assert_true(parsed.images->checksum_ok);
	image[1500] = 1;
	complete(2);
	assert_false(parsed.images->checksum_ok);

	/* None, or more than the image has. */
	image[1500] = image[1600] = 0;
	image[2] = 0;
	complete(2);
	assert_false(parsed.images->checksum_ok);
	image[2] = 5;
	rom_seal(image);
	complete(2);
	assert_false(parsed.images->checksum_ok);
}

static void header_before_the_first_image(void **state)
{
	uint8_t *header;

	(void)state;
	header = rom_add_blocks(&rom, 3);
	memcpy(header, "NVGI", 4);
	/* Not where an image may begin, and a signature that leads nowhere. */
	put(header + 256, 2, 0xaa55);
	put(header + 512, 2, 0xaa55);
	rom_add(&rom, X86, 2, false);
	rom_add(&rom, EFI, 2, true);
	complete(2);
	assert_int_equal(parsed.start, 1536);
	assert_int_equal(parsed.length, 2048);
	assert_int_equal(parsed.images[0].offset, 1536);
	assert_int_equal(parsed.images[1].offset, 2560);
}

/* A flash chip is often larger than its ROM. */
static void something_after_the_last_image(void **state)
{
	(void)state;
	rom_add(&rom, X86, 2, true);
	memset(rom_add_blocks(&rom, 3), 0xff, 1536);
	rom_add(&rom, EFI, 1, true);
	rom.size -= 100;
	complete(1);
	assert_int_equal(parsed.length, 1024);
}

static void device_list(void **state)
{
	static const uint16_t devices[] = { 0x73bf, 0x73a0, 0x73af };
	uint8_t *image;

	(void)state;
	image = rom_add(&rom, X86, 2, true);
	/* At an odd address, as some have it. */
	rom_add_devices(image, 0x101, devices, 3, true);
	put(image + 0x101 + 8, 2, 0x1234);
	complete(1);
	assert_int_equal(parsed.images->device_count, 3);
	assert_memory_equal(parsed.images->devices, devices, sizeof(devices));
	assert_false(parsed.images->devices_cut);
	assert_true(option_rom_is_for(&parsed, ROM_VENDOR, 0x73af));
	assert_false(option_rom_is_for(&parsed, 0x10de, 0x73af));
	assert_false(option_rom_is_for(&parsed, ROM_VENDOR, 0x1234));
	assert_false(option_rom_is_for(&parsed, ROM_VENDOR, 0));

	/* Before revision 3, something else was there. */
	image[ROM_PCIR + 12] = 2;
	complete(1);
	assert_int_equal(parsed.images->device_count, 0);
	assert_false(parsed.images->devices_cut);
	assert_false(option_rom_is_for(&parsed, ROM_VENDOR, 0x73af));
}

static void device_list_of_the_second_image(void **state)
{
	static const uint16_t devices[] = { 0x73a5 };

	(void)state;
	rom_add(&rom, X86, 2, false);
	rom_add_devices(rom_add(&rom, EFI, 2, true), 0x80, devices, 1, true);
	complete(2);
	assert_int_equal(parsed.images[0].device_count, 0);
	assert_int_equal(parsed.images[1].device_count, 1);
	assert_true(option_rom_is_for(&parsed, ROM_VENDOR, 0x73a5));
}

static void device_list_too_long(void **state)
{
	uint16_t devices[OPTION_ROM_DEVICES_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < OPTION_ROM_DEVICES_MAX + 1; i++)
		devices[i] = 0x100 + i;
	rom_add_devices(rom_add(&rom, X86, 2, true), 0x80, devices, OPTION_ROM_DEVICES_MAX, true);
	complete(1);
	assert_int_equal(parsed.images->device_count, OPTION_ROM_DEVICES_MAX);
	assert_false(parsed.images->devices_cut);

	rom.size = 0;
	rom_add_devices(rom_add(&rom, X86, 2, true), 0x80, devices, OPTION_ROM_DEVICES_MAX + 1,
			true);
	complete(1);
	assert_int_equal(parsed.images->device_count, OPTION_ROM_DEVICES_MAX);
	assert_true(parsed.images->devices_cut);
	assert_true(option_rom_is_for(&parsed, ROM_VENDOR, 0x100 + OPTION_ROM_DEVICES_MAX - 1));
	assert_false(option_rom_is_for(&parsed, ROM_VENDOR, 0x100 + OPTION_ROM_DEVICES_MAX));
}

/* It ends with its image, though the file goes on. */
static void device_list_without_end(void **state)
{
	static const uint16_t devices[] = { 0x73a0, 0x73af };
	uint8_t *image;

	(void)state;
	image = rom_add(&rom, X86, 1, false);
	rom_add(&rom, EFI, 1, true);
	rom_add_devices(image, 508, devices, 2, false);
	complete(2);
	assert_int_equal(parsed.images->device_count, 2);
	assert_true(parsed.images->devices_cut);

	rom_add_devices(image, 509, devices, 1, false);
	complete(2);
	assert_int_equal(parsed.images->device_count, 1);
	assert_true(parsed.images->devices_cut);

	put(image + ROM_PCIR + 8, 2, 0xffff);
	complete(2);
	assert_int_equal(parsed.images->device_count, 0);
	assert_true(parsed.images->devices_cut);

	/* As far as the file is there. */
	rom.size = 0;
	image = rom_add(&rom, X86, 2, true);
	rom_add_devices(image, 508, devices, 2, false);
	rom.size = 512;
	incomplete(1, "past the end of the file");
	assert_int_equal(parsed.images->device_count, 2);
	assert_true(parsed.images->devices_cut);
}

static void truncated(void **state)
{
	(void)state;
	rom_add(&rom, X86, 2, false);
	rom_add(&rom, EFI, 2, true);
	rom.size--;
	incomplete(2, "the image at offset 0x400 with a length of 0x400 goes past the end of the "
		   "file, 0x7ff");
	assert_true(parsed.images[1].last);
	assert_true(parsed.images[0].checksum_ok);
	assert_int_equal(parsed.images[1].length, 1024);
	assert_int_equal(parsed.length, 2047);
	assert_true(option_rom_has_efi(&parsed, 0x8664));

	rom.size = 1024;
	incomplete(1, "no image at offset 0x400, though the one before is not marked last");
	assert_int_equal(parsed.length, 1024);
	rom.size = 1023;
	incomplete(1, "the image at offset 0x0 with a length of 0x400 goes past the end");
	/* What it sums up to cannot be told. */
	assert_false(parsed.images->checksum_ok);
}

static void cut_anywhere(void **state)
{
	size_t full, size;

	(void)state;
	rom_add(&rom, X86, 1, false);
	rom_add(&rom, EFI, 1, true);
	full = rom.size;
	for (size = 0; size < full; size++) {
		rom.size = size;
		if (size < ROM_PCIR + 24)
			no_image(size < 2 ? "no image" : size < 26 ? "within the header" :
				 "past the end of the file");
		else
			incomplete(size < 512 + ROM_PCIR + 24 ? 1 : 2, "offset 0x");
	}
	rom.size = full;
	complete(2);
}

static void last_mark_missing(void **state)
{
	(void)state;
	rom_add(&rom, X86, 2, false);
	rom_add(&rom, EFI, 2, false);
	incomplete(2, "no image at offset 0x800, though the one before is not marked last");
	assert_int_equal(parsed.length, 2048);

	memset(rom_add_blocks(&rom, 2), 0xff, 1024);
	incomplete(2, "no image at offset 0x800, though the one before is not marked last");
	assert_int_equal(parsed.length, 2048);
}

static void pcir_pointer(void **state)
{
	static const struct {
		uint16_t pointer;
		const char *words;
	} cases[] = {
		{ 0, "at 0x0, where none can be" },
		{ 24, "at 0x18, where none can be" },
		{ ROM_PCIR + 1, "at 0x41, where none can be" },
		{ ROM_PCIR + 2, "at 0x42, where none can be" },
		{ ROM_PCIR + 4, "no PCI data structure where it points to, 0x44" },
		{ 1024 - 20, "past the end of the file, at 0x3ec" },
		{ 1024, "past the end of the file, at 0x400" },
		{ 0xfffc, "past the end of the file, at 0xfffc" },
	};
	uint8_t *image, *pcir;
	size_t i;

	(void)state;
	image = rom_add(&rom, X86, 2, true);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		/* Even if it is where the pointer leads to. */
		if (cases[i].pointer % 4 && cases[i].pointer < 1000)
			memcpy(image + cases[i].pointer, "PCIR", 4);
		put(image + 24, 2, cases[i].pointer);
		no_image(cases[i].words);
	}

	/* In the file's last bytes, but past its image. */
	pcir = image + 1024 - 24;
	memcpy(pcir, "PCIR", 4);
	put(pcir + 16, 2, 1);
	put(image + 24, 2, 1024 - 24);
	no_image("has its PCI data structure past its own end, at 0x3e8");
	put(pcir + 16, 2, 2);
	pcir[21] = 0x80;
	complete(1);
}

static void pcir_signature(void **state)
{
	(void)state;
	rom_add(&rom, X86, 2, true)[ROM_PCIR + 3] = 'S';
	no_image("the image at offset 0x0 has no PCI data structure where it points to, 0x40");
}

/* The one before stays, the reason is told. */
static void second_image_broken(void **state)
{
	(void)state;
	rom_add(&rom, X86, 2, false);
	put(rom_add(&rom, EFI, 2, true) + 24, 2, 0x42);
	incomplete(1, "the image at offset 0x400 points to a PCI data structure at 0x42");
	assert_int_equal(parsed.length, 1024);
}

static void length_zero(void **state)
{
	uint8_t *image;

	(void)state;
	image = rom_add(&rom, X86, 2, true);
	put(image + ROM_PCIR + 16, 2, 0);
	rom_seal(image);
	incomplete(1, "the image at offset 0x0 has a length of 0");
	assert_int_equal(parsed.images->length, 0);
	assert_int_equal(parsed.length, 0);
	assert_true(option_rom_is_for(&parsed, ROM_VENDOR, ROM_DEVICE));
	image[ROM_PCIR + 21] = 0;
	incomplete(1, "the image at offset 0x0 has a length of 0");
}

static void longest_length(void **state)
{
	(void)state;
	put(rom_add(&rom, EFI, 2, true) + ROM_PCIR + 16, 2, 0xffff);
	incomplete(1, "with a length of 0x1fffe00 goes past the end of the file, 0x400");
	assert_int_equal(parsed.images->length, 0xffff * 512);
	assert_int_equal(parsed.length, 1024);
}

static void endless_chain(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < OPTION_ROM_IMAGES_MAX; i++)
		rom_add(&rom, EFI, 1, i == OPTION_ROM_IMAGES_MAX - 1);
	complete(OPTION_ROM_IMAGES_MAX);

	rom.size = 0;
	for (i = 0; i < OPTION_ROM_IMAGES_MAX + 1; i++)
		rom_add(&rom, EFI, 1, i == OPTION_ROM_IMAGES_MAX);
	incomplete(OPTION_ROM_IMAGES_MAX, "none of the first 32 images is marked last");
	assert_int_equal(parsed.length, OPTION_ROM_IMAGES_MAX * 512);
}

static void no_image_at_all(void **state)
{
	(void)state;
	assert_int_equal(option_rom_parse(NULL, 0, &parsed, error, sizeof(error)), -1);
	no_image("no image: 0x55 0xaa is at no multiple of 512 from offset 0x0 to 0x0");
	memset(rom_add_blocks(&rom, 4), 0xff, 2048);
	no_image("no image: 0x55 0xaa is at no multiple of 512 from offset 0x0 to 0x800");
	rom.bytes[512] = 0x55;
	no_image("no image: ");
	rom.bytes[512] = 0xff;
	rom.bytes[513] = 0xaa;
	no_image("no image: ");
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

/* One that others built; QEMU's packages bring it. */
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
	assert_int_equal(parsed.images[0].code, X86);
	assert_true(parsed.images[0].checksum_ok);
	assert_int_equal(parsed.images[0].class, 0x020000);
	assert_int_equal(parsed.images[1].code, EFI);
	assert_true(parsed.images[1].efi_signature_ok);
	assert_true(option_rom_is_for(&parsed, 0x8086, 0x10d3));
	assert_true(option_rom_has_efi(&parsed, 0x8664));
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_x86_image),
		TEST(x86_and_efi),
		TEST(efi_alone),
		TEST(efi_without_its_signature),
		TEST(other_code_types),
		TEST(x86_checksum),
		TEST(header_before_the_first_image),
		TEST(something_after_the_last_image),
		TEST(device_list),
		TEST(device_list_of_the_second_image),
		TEST(device_list_too_long),
		TEST(device_list_without_end),
		TEST(truncated),
		TEST(cut_anywhere),
		TEST(last_mark_missing),
		TEST(pcir_pointer),
		TEST(pcir_signature),
		TEST(second_image_broken),
		TEST(length_zero),
		TEST(longest_length),
		TEST(endless_chain),
		TEST(no_image_at_all),
		TEST(small_error_buffer),
		TEST(rom_of_ipxe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
