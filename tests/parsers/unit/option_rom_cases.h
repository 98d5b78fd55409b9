/* SPDX-License-Identifier: GPL-2.0-only */
/* Option ROMs, and the expected result of the parser for each. The fuzzer begins with them, too. */
#ifndef PASSFIX_TEST_OPTION_ROM_CASES_H
#define PASSFIX_TEST_OPTION_ROM_CASES_H

#include "rom.h"

/* Consecutive cases with the same name are one test. */
struct rom_case {
	const char *name;
	struct rom_image images[4];
	size_t cut;		/* how many bytes are missing at the end */
	const char *error;	/* words of the message; none for a complete ROM */
	const char *found;	/* all that is found, in the format of describe() in option_rom.c */
};

static inline void rom_of_case(struct rom *rom, const struct rom_case *row)
{
	rom_build(rom, row->images);
	rom->size -= row->cut;
}

#define X86(...) { .code = OPTION_ROM_X86, .blocks = __VA_ARGS__ }
#define EFI(...) { .code = OPTION_ROM_EFI, .blocks = __VA_ARGS__ }
#define OTHER(code_type, ...) { .code = code_type, .blocks = __VA_ARGS__ }
#define LAST .last = true
#define LIST(at, ...) .list_at = at, .list = { __VA_ARGS__ }
#define PUT(...) .changes = { __VA_ARGS__ }
#define PUT_AFTER(...) .after = { __VA_ARGS__ }

/* "PCIR" and "NVGI" as numbers. */
enum { PCIR_TEXT = 0x52494350, NVGI_TEXT = 0x4947564e };

static const struct rom_case rom_cases[] = {
	{ "one_x86_image", { X86(4, LAST, PUT({ ROM_PCIR + 13, 3, 0x030201 })) },
	  .found = "0 + 0x800: code 0, class 030201, last; for 73bf" },
	/* The second has no checksum, so its sum need not be 0. */
	{ "x86_and_efi", { X86(3), EFI(2, LAST, PUT({ 12, 2, 1 })) },
	  .found = "0 + 0x600: code 0; "
		   "0x600 + 0x400: code 3, last, EFI, machine 8664, compressed; "
		   "for 73bf EFI 8664" },
	{ "efi_alone", { EFI(1, LAST, PUT({ 10, 2, 0xaa64 })) },
	  .found = "0 + 0x200: code 3, last, EFI, machine aa64; for 73bf EFI aa64" },
	/* Only the two kinds of drivers are started. */
	{ "efi_subsystem", { EFI(1, LAST, PUT({ 8, 2, 0x0a })) },
	  .found = "0 + 0x200: code 3, last, EFI, subsystem a, machine 8664; for 73bf" },
	{ "efi_subsystem", { EFI(1, LAST, PUT({ 8, 2, 0x0c })) },
	  .found = "0 + 0x200: code 3, last, EFI, subsystem c, machine 8664; for 73bf EFI 8664" },
	{ "efi_subsystem", { EFI(1, LAST, PUT({ 8, 2, 0x0d })) },
	  .found = "0 + 0x200: code 3, last, EFI, subsystem d, machine 8664; for 73bf" },
	{ "efi_without_its_signature", { EFI(1, LAST, PUT({ 4, 4, 0x10ef1 })) },
	  .found = "0 + 0x200: code 3, last, machine 8664; for 73bf" },
	/* With data that would be an EFI header. */
	{ "other_code_types",
	  { OTHER(OPTION_ROM_OPEN_FIRMWARE, 1, PUT({ 4, 4, 0x0ef1 })),
	    OTHER(0x70, 1, LAST, PUT({ 10, 2, 0x8664 })) },
	  .found = "0 + 0x200: code 1; 0x200 + 0x200: code 112, last; for 73bf" },

	{ "x86_checksum", { X86(4, LAST, PUT_AFTER(2047, 1, 1)) },
	  .found = "0 + 0x800: code 0, last, sum wrong; for 73bf" },
	{ "x86_checksum", { X86(4, LAST) },
	  .found = "0 + 0x800: code 0, last; for 73bf" },
	/* The checksum covers the bytes that the x86 header counts. */
	{ "x86_checksum", { X86(4, LAST, PUT({ 2, 1, 3 }), PUT_AFTER(1600, 1, 1)) },
	  .found = "0 + 0x800: code 0, last; for 73bf" },
	{ "x86_checksum", { X86(4, LAST, PUT({ 2, 1, 3 }), PUT_AFTER(1500, 1, 1)) },
	  .found = "0 + 0x800: code 0, last, sum wrong; for 73bf" },
	/* It counts none, or more than the image has. */
	{ "x86_checksum", { X86(4, LAST, PUT({ 2, 1, 0 })) },
	  .found = "0 + 0x800: code 0, last, sum wrong; for 73bf" },
	{ "x86_checksum", { X86(4, PUT({ 2, 1, 5 })), EFI(1, LAST) },
	  .found = "0 + 0x800: code 0, sum wrong; "
		   "0x800 + 0x200: code 3, last, EFI, machine 8664; for 73bf EFI 8664" },

	/* The header has a signature where no image may begin, and one whose pointer is invalid. */
	{ "header_before_the_first_image",
	  { OTHER(ROM_ZEROS, 3, PUT({ 0, 4, NVGI_TEXT }, { 256, 2, 0xaa55 }, { 512, 2, 0xaa55 })),
	    X86(2), EFI(2, LAST) },
	  .found = "0x600 + 0x400: code 0; "
		   "0xa00 + 0x400: code 3, last, EFI, machine 8664; for 73bf EFI 8664" },
	/* A flash chip is often larger than its ROM. */
	{ "something_after_the_last_image", { X86(2, LAST), OTHER(ROM_ONES, 3), EFI(1, LAST) },
	  .cut = 100,
	  .found = "0 + 0x400: code 0, last; for 73bf" },

	/* At an odd address, as in some ROMs. */
	{ "device_list",
	  { X86(2, LAST, LIST(0x101, 0x73bf, 0x73a0, 0x73af), PUT({ 0x109, 2, 0x1234 })) },
	  .found = "0 + 0x400: code 0, last, list 73bf 73a0 73af; for 73a0 73af 73bf" },
	/* Before revision 3, this field had another meaning. */
	{ "device_list",
	  { X86(2, LAST, LIST(0x101, 0x73bf, 0x73a0, 0x73af), PUT({ ROM_PCIR + 12, 1, 2 })) },
	  .found = "0 + 0x400: code 0, last; for 73bf" },
	{ "device_list_of_the_second_image", { X86(2), EFI(2, LAST, LIST(0x80, 0x73a5)) },
	  .found = "0 + 0x400: code 0; "
		   "0x400 + 0x400: code 3, last, EFI, machine 8664, list 73a5; "
		   "for 73a5 73bf EFI 8664" },
	/* The list ends with its image, although the file goes on. */
	{ "device_list_without_end", { X86(1, LIST(508, 0x73a0, 0x73af)), EFI(1, LAST) },
	  .found = "0 + 0x200: code 0, list 73a0 73af cut; "
		   "0x200 + 0x200: code 3, last, EFI, machine 8664; for 73a0 73af 73bf EFI 8664" },
	{ "device_list_without_end", { X86(1, LIST(509, 0x73a0)), EFI(1, LAST) },
	  .found = "0 + 0x200: code 0, list 73a0 cut; "
		   "0x200 + 0x200: code 3, last, EFI, machine 8664; for 73a0 73bf EFI 8664" },
	{ "device_list_without_end", { X86(1, PUT({ ROM_PCIR + 8, 2, 0xffff })), EFI(1, LAST) },
	  .found = "0 + 0x200: code 0, list cut; "
		   "0x200 + 0x200: code 3, last, EFI, machine 8664; for 73bf EFI 8664" },
	/* The list ends with the file. */
	{ "device_list_without_end", { X86(2, LAST, LIST(508, 0x73a0, 0x73af)) }, .cut = 512,
	  .error = "past the end of the file",
	  .found = "0 + 0x400: code 0, last, sum wrong, list 73a0 73af cut; in all 0x200; "
		   "for 73a0 73af 73bf" },

	{ "truncated", { X86(2), EFI(2, LAST) }, .cut = 1,
	  .error = "the image at offset 0x400 with a length of 0x400 goes past the end of the "
		   "file, 0x7ff",
	  .found = "0 + 0x400: code 0; "
		   "0x400 + 0x400: code 3, last, EFI, machine 8664; in all 0x7ff; "
		   "for 73bf EFI 8664" },
	{ "truncated", { X86(2), EFI(2, LAST) }, .cut = 1024,
	  .error = "no image at offset 0x400, though the one before is not marked last",
	  .found = "0 + 0x400: code 0; for 73bf" },
	/* The checksum cannot be computed. */
	{ "truncated", { X86(2), EFI(2, LAST) }, .cut = 1025,
	  .error = "the image at offset 0x0 with a length of 0x400 goes past the end",
	  .found = "0 + 0x400: code 0, sum wrong; in all 0x3ff; for 73bf" },

	{ "last_mark_missing", { X86(2), EFI(2) },
	  .error = "no image at offset 0x800, though the one before is not marked last",
	  .found = "0 + 0x400: code 0; "
		   "0x400 + 0x400: code 3, EFI, machine 8664; for 73bf EFI 8664" },
	{ "last_mark_missing", { X86(2), EFI(2), OTHER(ROM_ONES, 2) },
	  .error = "no image at offset 0x800, though the one before is not marked last",
	  .found = "0 + 0x400: code 0; "
		   "0x400 + 0x400: code 3, EFI, machine 8664; for 73bf EFI 8664" },

	/* UEFI firmware looks on behind a gap, up to an image that is marked last or malformed. */
	{ "gap", { X86(1), OTHER(ROM_ONES, 2), EFI(1, LAST) },
	  .found = "0 + 0x200: code 0; "
		   "0x600 + 0x200: code 3, last, EFI, machine 8664; for 73bf EFI 8664" },
	{ "gap", { X86(1, LAST), OTHER(ROM_ONES, 2), EFI(1, LAST) },
	  .found = "0 + 0x200: code 0, last; for 73bf" },
	{ "gap", { X86(1), OTHER(ROM_ZEROS, 1), EFI(1, PUT({ 24, 2, 0 })), EFI(1, LAST) },
	  .error = "the image at offset 0x400 points to a PCI data structure at 0x0",
	  .found = "0 + 0x200: code 0; for 73bf" },

	{ "pcir_pointer", { X86(2, LAST, PUT({ 24, 2, 0 })) },
	  .error = "at 0x0, where none can be" },
	{ "pcir_pointer", { X86(2, LAST, PUT({ 24, 2, 24 })) },
	  .error = "at 0x18, where none can be" },
	/* Even if there is "PCIR" at that place. */
	{ "pcir_pointer", { X86(2, LAST, PUT({ 24, 2, 0x41 }, { 0x41, 4, PCIR_TEXT })) },
	  .error = "at 0x41, where none can be" },
	{ "pcir_pointer", { X86(2, LAST, PUT({ 24, 2, 0x42 }, { 0x42, 4, PCIR_TEXT })) },
	  .error = "at 0x42, where none can be" },
	{ "pcir_pointer", { X86(2, LAST, PUT({ 24, 2, 0x44 })) },
	  .error = "no PCI data structure where it points to, 0x44" },
	{ "pcir_pointer", { X86(2, LAST, PUT({ 24, 2, 1024 - 20 })) },
	  .error = "past the end of the file, at 0x3ec" },
	{ "pcir_pointer", { X86(2, LAST, PUT({ 24, 2, 1024 })) },
	  .error = "past the end of the file, at 0x400" },
	{ "pcir_pointer", { X86(2, LAST, PUT({ 24, 2, 0xfffc })) },
	  .error = "past the end of the file, at 0xfffc" },
	/* In the last bytes of the file, but past its image. */
	{ "pcir_pointer",
	  { X86(2, PUT({ 24, 2, 1000 }, { 1000, 4, PCIR_TEXT }, { 1016, 2, 1 })) },
	  .error = "has its PCI data structure past its own end, at 0x3e8" },
	{ "pcir_pointer",
	  { X86(2, PUT({ 24, 2, 1000 }, { 1000, 4, PCIR_TEXT }, { 1016, 2, 2 },
		       { 1021, 1, 0x80 })) },
	  .found = "0 + 0x400: code 0, vendor 0, device 0, class 000000, last; for" },
	{ "pcir_signature", { X86(2, LAST, PUT({ ROM_PCIR + 3, 1, 'S' })) },
	  .error = "the image at offset 0x0 has no PCI data structure where it points to, 0x40" },

	/* The image before it is kept, and the reason is reported. */
	{ "second_image_broken", { X86(2), EFI(2, LAST, PUT({ 24, 2, 0x42 })) },
	  .error = "the image at offset 0x400 points to a PCI data structure at 0x42",
	  .found = "0 + 0x400: code 0; for 73bf" },
	{ "length_zero", { X86(2, LAST, PUT({ ROM_PCIR + 16, 2, 0 })) },
	  .error = "the image at offset 0x0 has a length of 0",
	  .found = "0 + 0: code 0, last; for 73bf" },
	{ "length_zero", { X86(2, PUT({ ROM_PCIR + 16, 2, 0 })) },
	  .error = "the image at offset 0x0 has a length of 0",
	  .found = "0 + 0: code 0; for 73bf" },
	{ "longest_length", { EFI(2, LAST, PUT({ ROM_PCIR + 16, 2, 0xffff })) },
	  .error = "with a length of 0x1fffe00 goes past the end of the file, 0x400",
	  .found = "0 + 0x1fffe00: code 3, last, EFI, machine 8664; in all 0x400; "
		   "for 73bf EFI 8664" },

	{ "no_image_at_all",
	  .error = "no image: 0x55 0xaa is at no multiple of 512 from offset 0x0 to 0x0" },
	{ "no_image_at_all", { OTHER(ROM_ONES, 4) },
	  .error = "no image: 0x55 0xaa is at no multiple of 512 from offset 0x0 to 0x800" },
	{ "no_image_at_all", { OTHER(ROM_ONES, 4, PUT({ 512, 1, 0x55 })) },
	  .error = "no image: " },
	{ "no_image_at_all", { OTHER(ROM_ONES, 4, PUT({ 513, 1, 0xaa })) },
	  .error = "no image: " },
};

#endif
