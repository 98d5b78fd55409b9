/* SPDX-License-Identifier: GPL-2.0-only */
/* Builds option ROMs, image by image. */
#ifndef PASSFIX_TEST_ROM_H
#define PASSFIX_TEST_ROM_H

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "../../../tools/vfio-passfix/host/bytes.h"
#include "../../../tools/vfio-passfix/host/option_rom.h"
#include "../../programs/bytes.h"

enum {
	ROM_BLOCK = 512,
	ROM_PCIR = 0x40,	/* its offset in each image */
	ROM_VENDOR = 0x1002,
	ROM_DEVICE = 0x73bf,
	ROM_CLASS = 0x030000,
	/* Blocks that are no image. */
	ROM_ZEROS = 0x100,
	ROM_ONES,
};

struct rom {
	size_t size;
	uint8_t bytes[65536];
};

struct rom_change {
	size_t at;
	unsigned int bytes;
	uint64_t value;
};

struct rom_image {
	unsigned int code, blocks;
	bool last;
	size_t list_at;			/* of the device list, if it has one */
	uint16_t list[4];
	struct rom_change changes[4];	/* before the checksum of an x86 image is corrected */
	struct rom_change after;
};

static inline uint8_t *rom_add(struct rom *rom, const struct rom_image *image)
{
	uint8_t *added = rom->bytes + rom->size;
	uint8_t *pcir = added + ROM_PCIR;
	size_t i;

	assert(image->blocks <= (sizeof(rom->bytes) - rom->size) / ROM_BLOCK);
	memset(added, image->code == ROM_ONES ? 0xff : 0, image->blocks * ROM_BLOCK);
	rom->size += image->blocks * ROM_BLOCK;
	if (image->code >= ROM_ZEROS)
		return added;

	put(added, 2, 0xaa55);
	put(added + 2, 2, image->blocks);
	if (image->code == OPTION_ROM_EFI) {
		put(added + 4, 4, 0x0ef1);
		put(added + 8, 2, 0x0b);
		put(added + 10, 2, 0x8664);
	}
	put(added + 24, 2, ROM_PCIR);
	memcpy(pcir, "PCIR", 4);
	put(pcir + 4, 2, ROM_VENDOR);
	put(pcir + 6, 2, ROM_DEVICE);
	if (image->list_at)
		put(pcir + 8, 2, image->list_at - ROM_PCIR);
	for (i = 0; i < 4 && image->list[i]; i++)
		put(added + image->list_at + 2 * i, 2, image->list[i]);
	put(pcir + 10, 2, 0x1c);
	pcir[12] = 3;
	put(pcir + 13, 3, ROM_CLASS);
	put(pcir + 16, 2, image->blocks);
	pcir[20] = image->code;
	pcir[21] = image->last ? 0x80 : 0;

	return added;
}

static inline void rom_change(uint8_t *image, const struct rom_change *change)
{
	put(image + change->at, change->bytes, change->value);
}

/* @image: an array, which ends with an image without blocks. */
static inline void rom_build(struct rom *rom, const struct rom_image *image)
{
	const struct rom_image *first = image;
	uint8_t *at = rom->bytes;
	size_t i;

	rom->size = 0;
	for (; image->blocks; image++)
		rom_add(rom, image);
	/* Only now, because a checksum may cover bytes of the next image. */
	for (image = first; image->blocks; at += image++->blocks * ROM_BLOCK) {
		for (i = 0; i < 4; i++)
			rom_change(at, &image->changes[i]);
		if (image->code == OPTION_ROM_X86) {
			at[6] = 0;
			at[6] = -bytes_sum((struct bytes){ at, (size_t)at[2] * ROM_BLOCK });
		}
		rom_change(at, &image->after);
	}
}

#endif
