// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>

#include "../../../tools/vfio-passfix/host/option_rom.h"
#include "../../programs/bytes.h"
#include "promise.h"

static bool has_signature(const uint8_t *data, size_t size, size_t at)
{
	return at <= size && size - at >= 2 && get(data + at, 2) == 0xaa55;
}

/* Whether there is an image at @at; a second implementation, with which the parser must agree. */
static bool is_image(const uint8_t *data, size_t size, size_t at)
{
	size_t pcir, length;

	if (at > size || size - at < 26 || get(data + at, 2) != 0xaa55)
		return false;
	pcir = get(data + at + 24, 2);
	if (pcir < 26 || pcir % 4 || at + pcir + 24 > size || memcmp(data + at + pcir, "PCIR", 4))
		return false;
	length = get(data + at + pcir + 16, 2) * 512;

	return !length || pcir + 24 <= length;
}

static bool sums_up(const uint8_t *data, size_t size)
{
	uint8_t sum = 0;

	while (size)
		sum += data[--size];

	return !sum;
}

static void check_devices(const struct option_rom_image *image, const uint8_t *data, size_t end)
{
	const uint8_t *pcir = data + image->offset + get(data + image->offset + 24, 2);
	size_t list = (size_t)(pcir - data) + get(pcir + 8, 2);
	size_t i;

	PROMISE(image->device_count <= OPTION_ROM_DEVICES_MAX);
	if (pcir[12] < 3 || !get(pcir + 8, 2)) {
		PROMISE(!image->device_count && !image->devices_cut);
		return;
	}
	for (i = 0; i < image->device_count; i++) {
		PROMISE(list + 2 * i + 2 <= end);
		PROMISE(image->devices[i] == get(data + list + 2 * i, 2));
		PROMISE(image->devices[i]);
	}
	list += 2 * i;
	if (image->devices_cut)
		PROMISE(list + 2 > end || (i == OPTION_ROM_DEVICES_MAX && get(data + list, 2)));
	else
		PROMISE(list + 2 <= end && !get(data + list, 2));
}

static void check_image(const struct option_rom_image *image, const uint8_t *data, size_t size)
{
	const uint8_t *at = data + image->offset;
	const uint8_t *pcir = at + get(at + 24, 2);
	size_t end = image->length && image->length < size - image->offset ?
		image->offset + image->length : size;
	bool efi = image->code == OPTION_ROM_EFI;

	PROMISE(image->length == get(pcir + 16, 2) * 512);
	PROMISE(image->vendor == get(pcir + 4, 2));
	PROMISE(image->device == get(pcir + 6, 2));
	PROMISE(image->class == get(pcir + 13, 3));
	PROMISE(image->code == pcir[20]);
	PROMISE(image->last == !!(pcir[21] & 0x80));
	PROMISE(image->efi_signature_ok == (efi && get(at + 4, 4) == 0x0ef1));
	PROMISE(image->efi_subsystem == (efi ? get(at + 8, 2) : 0));
	PROMISE(image->efi_machine == (efi ? get(at + 10, 2) : 0));
	PROMISE(image->efi_compressed == (efi && get(at + 12, 2)));
	if (image->code == OPTION_ROM_X86)
		PROMISE(image->checksum_ok == (at[2] && at[2] * (size_t)512 <= end - image->offset &&
					       sums_up(at, at[2] * (size_t)512)));
	else
		PROMISE(image->checksum_ok);
	check_devices(image, data, end);
}

static void check_chain(const struct option_rom *rom, const uint8_t *data, size_t size)
{
	const struct option_rom_image *image = NULL;
	size_t at = rom->start;
	size_t i;

	PROMISE(rom->count >= 1 && rom->count <= OPTION_ROM_IMAGES_MAX);
	PROMISE(rom->start % 512 == 0);
	for (i = 0; i < rom->start; i += 512)
		PROMISE(!is_image(data, size, i));

	for (i = 0; i < rom->count; i++) {
		/* The image before it is inside the file, and neither empty nor the last. */
		if (image)
			PROMISE(image->length && !image->last && at <= size);
		image = &rom->images[i];
		for (; i && at < image->offset; at += 512)
			PROMISE(!has_signature(data, size, at));
		PROMISE(image->offset == at);
		PROMISE(is_image(data, size, at));
		check_image(image, data, size);
		at += image->length;
	}
	PROMISE(rom->length == (at < size ? at : size) - rom->start);
	PROMISE(image && rom->complete == (image->last && image->length && at <= size));
	if (!rom->complete && image->length && at <= size && rom->count < OPTION_ROM_IMAGES_MAX) {
		while (at < size && !has_signature(data, size, at))
			at += 512;
		PROMISE(!is_image(data, size, at));
	}
}

static void check_answers(const struct option_rom *rom)
{
	const struct option_rom_image *image;
	size_t i, j;

	for (i = 0; i < rom->count; i++) {
		image = &rom->images[i];
		PROMISE(option_rom_is_for(rom, image->vendor, image->device));
		for (j = 0; j < image->device_count; j++)
			PROMISE(option_rom_is_for(rom, image->vendor, image->devices[j]));
		if (image->efi_signature_ok &&
		    (image->efi_subsystem == 0x0b || image->efi_subsystem == 0x0c))
			PROMISE(option_rom_has_efi(rom, image->efi_machine));
	}
	for (i = 0; i < rom->count && rom->images[i].vendor != 0x8086; i++)
		;
	if (i == rom->count)
		PROMISE(!option_rom_is_for(rom, 0x8086, rom->images->device));
	for (i = 0; i < rom->count; i++)
		if (rom->images[i].efi_machine == 0x8664 && rom->images[i].efi_subsystem >= 0x0b &&
		    rom->images[i].efi_subsystem <= 0x0c)
			break;
	if (i == rom->count)
		PROMISE(!option_rom_has_efi(rom, 0x8664));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct option_rom rom;
	char error[ERROR_SIZE];
	size_t at;
	int status;

	memset(error, 'x', sizeof(error));
	memset(&rom, 0xff, sizeof(rom));
	status = option_rom_parse(data, size, &rom, error, sizeof(error));

	PROMISE(memchr(error, '\0', sizeof(error)));
	/* A whole sentence: not cut. */
	PROMISE(strlen(error) < sizeof(error) - 1);
	PROMISE(!*error == rom.complete);
	if (status) {
		PROMISE(status == -1);
		PROMISE(!rom.count && !rom.start && !rom.length && !rom.complete);
		for (at = 0; at < size; at += 512)
			PROMISE(!is_image(data, size, at));
	} else {
		check_chain(&rom, data, size);
		check_answers(&rom);
	}

	return 0;
}
