// SPDX-License-Identifier: GPL-2.0-only
#include "host/option_rom.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/bytes.h"

enum {
	BLOCK = 512,	/* the unit of all lengths; an image begins at a multiple of it */

	/* The image's header. */
	SIGNATURE = 0xaa55,
	X86_LENGTH_AT = 2,
	EFI_SIGNATURE_AT = 4,
	EFI_SIGNATURE = 0x0ef1,
	EFI_SUBSYSTEM_AT = 8,
	EFI_BOOT_SERVICE_DRIVER = 0x0b,
	EFI_RUNTIME_DRIVER = 0x0c,
	EFI_MACHINE_AT = 10,
	EFI_COMPRESSION_AT = 12,
	PCIR_POINTER_AT = 24,
	HEADER_SIZE = 26,

	/* In the PCI data structure. */
	VENDOR_AT = 4,
	DEVICE_AT = 6,
	DEVICE_LIST_AT = 8,
	REVISION_AT = 12,
	CLASS_AT = 13,
	LENGTH_AT = 16,
	CODE_AT = 20,
	INDICATOR_AT = 21,
	PCIR_SIZE = 24,

	/* The first revision with a device list; older ones use its place otherwise. */
	DEVICE_LIST_REVISION = 3,
	INDICATOR_LAST = 0x80,
};

struct parse {
	struct bytes file;
	char *error;
	size_t error_size;
	bool said;
};

/* Keeps only the first flaw, which says the most. */
__attribute__((format(printf, 2, 3)))
static void say(struct parse *parse, const char *format, ...)
{
	va_list arguments;

	if (parse->said)
		return;
	parse->said = true;
	va_start(arguments, format);
	vsnprintf(parse->error, parse->error_size, format, arguments);
	va_end(arguments);
}

static void unsay(struct parse *parse)
{
	parse->said = false;
	if (parse->error_size)
		*parse->error = '\0';
}

/* @bytes: the part of the image that is in the file; @list: the offset of the list in it */
static void read_devices(struct bytes bytes, size_t list, struct option_rom_image *image)
{
	uint16_t device;

	for (;; list += 2) {
		image->devices_cut = !bytes_has(bytes, list, 2);
		if (image->devices_cut)
			return;
		device = bytes_u16(bytes, list);
		if (!device)
			return;
		image->devices_cut = image->device_count == OPTION_ROM_DEVICES_MAX;
		if (image->devices_cut)
			return;
		image->devices[image->device_count++] = device;
	}
}

static bool x86_checksum_ok(struct bytes bytes)
{
	size_t length = (size_t)bytes_u8(bytes, X86_LENGTH_AT) * BLOCK;

	return length && bytes_has(bytes, 0, length) && !bytes_sum(bytes_part(bytes, 0, length));
}

static bool has_signature(struct bytes file, size_t offset)
{
	return bytes_has(file, offset, 2) && bytes_u16(file, offset) == SIGNATURE;
}

static bool read_image(struct parse *parse, size_t offset, struct option_rom_image *image)
{
	struct bytes bytes, pcir;
	size_t pointer, length, list;

	if (!has_signature(parse->file, offset))
		return false;
	bytes = bytes_part(parse->file, offset, parse->file.size - offset);
	if (bytes.size < HEADER_SIZE) {
		say(parse, "the file ends within the header of the image at offset 0x%zx", offset);
		return false;
	}

	pointer = bytes_u16(bytes, PCIR_POINTER_AT);
	if (pointer < HEADER_SIZE || pointer % 4) {
		say(parse, "the image at offset 0x%zx points to a PCI data structure at 0x%zx, "
		    "where none can be", offset, pointer);
		return false;
	}
	if (!bytes_has(bytes, pointer, PCIR_SIZE)) {
		say(parse, "the image at offset 0x%zx has its PCI data structure past the end of "
		    "the file, at 0x%zx", offset, pointer);
		return false;
	}
	pcir = bytes_part(bytes, pointer, PCIR_SIZE);
	if (memcmp(pcir.at, "PCIR", 4)) {
		say(parse, "the image at offset 0x%zx has no PCI data structure where it points "
		    "to, 0x%zx", offset, pointer);
		return false;
	}

	length = (size_t)bytes_u16(pcir, LENGTH_AT) * BLOCK;
	if (length && length < pointer + PCIR_SIZE) {
		say(parse, "the image at offset 0x%zx has its PCI data structure past its own end, "
		    "at 0x%zx", offset, pointer);
		return false;
	}
	if (length && length < bytes.size)
		bytes = bytes_part(bytes, 0, length);

	image->offset = offset;
	image->length = length;
	image->vendor = bytes_u16(pcir, VENDOR_AT);
	image->device = bytes_u16(pcir, DEVICE_AT);
	image->class = (uint32_t)bytes_number(pcir, CLASS_AT, 3);
	image->code = bytes_u8(pcir, CODE_AT);
	image->last = bytes_u8(pcir, INDICATOR_AT) & INDICATOR_LAST;
	image->checksum_ok = image->code != OPTION_ROM_X86 || x86_checksum_ok(bytes);
	if (image->code == OPTION_ROM_EFI) {
		image->efi_signature_ok = bytes_u32(bytes, EFI_SIGNATURE_AT) == EFI_SIGNATURE;
		image->efi_subsystem = bytes_u16(bytes, EFI_SUBSYSTEM_AT);
		image->efi_machine = bytes_u16(bytes, EFI_MACHINE_AT);
		image->efi_compressed = bytes_u16(bytes, EFI_COMPRESSION_AT);
	}
	list = bytes_u16(pcir, DEVICE_LIST_AT);
	if (list && bytes_u8(pcir, REVISION_AT) >= DEVICE_LIST_REVISION)
		read_devices(bytes, pointer + list, image);

	return true;
}

/*
 * Finds the image after the one that ends at @end. Like UEFI firmware (edk2's PciBusDxe), skips a gap block by block.
 * Returns @end if no image follows.
 */
static size_t find_next(struct bytes file, size_t end)
{
	size_t offset;

	for (offset = end; bytes_has(file, offset, 2); offset += BLOCK)
		if (has_signature(file, offset))
			return offset;

	return end;
}

/* Reads the images from @rom->start on. */
static void read_chain(struct parse *parse, struct option_rom *rom)
{
	size_t offset = rom->start, end = offset;
	const struct option_rom_image *image;

	while (rom->count < OPTION_ROM_IMAGES_MAX &&
	       read_image(parse, offset, &rom->images[rom->count])) {
		image = &rom->images[rom->count++];
		if (rom->count == 1)
			unsay(parse);

		end = offset + image->length;
		if (!image->length) {
			say(parse, "the image at offset 0x%zx has a length of 0", offset);
			break;
		}
		if (!bytes_has(parse->file, offset, image->length)) {
			say(parse, "the image at offset 0x%zx with a length of 0x%zx goes past the "
			    "end of the file, 0x%zx", offset, image->length, parse->file.size);
			end = parse->file.size;
			break;
		}
		if (image->last) {
			rom->complete = true;
			break;
		}
		offset = find_next(parse->file, end);
	}
	rom->length = end - rom->start;

	if (rom->count == OPTION_ROM_IMAGES_MAX && !rom->complete)
		say(parse, "none of the first %d images is marked last", OPTION_ROM_IMAGES_MAX);
	else if (rom->count && !rom->complete)
		say(parse, "no image at offset 0x%zx, though the one before is not marked last",
		    end);
}

int option_rom_parse(const void *bytes, size_t size, struct option_rom *rom,
		     char *error, size_t error_size)
{
	struct parse parse = {
		.file = { bytes, size },
		.error = error,
		.error_size = error_size,
	};

	memset(rom, 0, sizeof(*rom));
	unsay(&parse);
	for (rom->start = 0; bytes_has(parse.file, rom->start, 2); rom->start += BLOCK) {
		read_chain(&parse, rom);
		if (rom->count)
			return 0;
	}

	rom->start = 0;
	say(&parse, "no image: 0x55 0xaa is at no multiple of 512 from offset 0x0 to 0x%zx", size);

	return -1;
}

bool option_rom_is_for(const struct option_rom *rom, uint16_t vendor, uint16_t device)
{
	size_t i, j;

	for (i = 0; i < rom->count; i++) {
		const struct option_rom_image *image = &rom->images[i];

		if (image->vendor != vendor)
			continue;
		if (image->device == device)
			return true;
		for (j = 0; j < image->device_count; j++)
			if (image->devices[j] == device)
				return true;
	}

	return false;
}

bool option_rom_is_efi_driver(const struct option_rom_image *image)
{
	return image->code == OPTION_ROM_EFI && image->efi_signature_ok &&
	       (image->efi_subsystem == EFI_BOOT_SERVICE_DRIVER ||
		image->efi_subsystem == EFI_RUNTIME_DRIVER);
}

bool option_rom_has_efi(const struct option_rom *rom, uint16_t machine)
{
	size_t i;

	for (i = 0; i < rom->count; i++) {
		const struct option_rom_image *image = &rom->images[i];

		if (option_rom_is_efi_driver(image) && image->efi_machine == machine)
			return true;
	}

	return false;
}
