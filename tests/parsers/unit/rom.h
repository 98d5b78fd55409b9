/* SPDX-License-Identifier: GPL-2.0-only */
/* Option ROMs, put together image by image. */
#ifndef PASSFIX_TEST_ROM_H
#define PASSFIX_TEST_ROM_H

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "../../programs/bytes.h"

enum {
	ROM_BLOCK = 512,
	ROM_PCIR = 0x40,	/* where in each image */
	ROM_VENDOR = 0x1002,
	ROM_DEVICE = 0x73bf,
};

struct rom {
	size_t size;
	uint8_t bytes[65536];
};

static inline uint8_t *rom_add_blocks(struct rom *rom, size_t blocks)
{
	uint8_t *added = rom->bytes + rom->size;

	assert(blocks <= (sizeof(rom->bytes) - rom->size) / ROM_BLOCK);
	memset(added, 0, blocks * ROM_BLOCK);
	rom->size += blocks * ROM_BLOCK;

	return added;
}

/* Makes the checksum of an x86 image right. */
static inline void rom_seal(uint8_t *image)
{
	uint8_t sum = 0;
	size_t i;

	image[6] = 0;
	for (i = 0; i < (size_t)image[2] * ROM_BLOCK; i++)
		sum += image[i];
	image[6] = -sum;
}

static inline uint8_t *rom_add(struct rom *rom, uint8_t code, uint8_t blocks, bool last)
{
	uint8_t *image = rom_add_blocks(rom, blocks);
	uint8_t *pcir = image + ROM_PCIR;

	put(image, 2, 0xaa55);
	put(image + 24, 2, ROM_PCIR);
	memcpy(pcir, "PCIR", 4);
	put(pcir + 4, 2, ROM_VENDOR);
	put(pcir + 6, 2, ROM_DEVICE);
	put(pcir + 10, 2, 0x1c);
	pcir[12] = 3;
	put(pcir + 13, 3, 0x030000);
	put(pcir + 16, 2, blocks);
	pcir[20] = code;
	pcir[21] = last ? 0x80 : 0;
	if (code == 3) {
		put(image + 2, 2, blocks);
		put(image + 4, 4, 0x0ef1);
		put(image + 8, 2, 0x0b);
		put(image + 10, 2, 0x8664);
	} else {
		image[2] = blocks;
		rom_seal(image);
	}

	return image;
}

/* @end: whether a 0 follows them */
static inline void rom_add_devices(uint8_t *image, size_t at, const uint16_t *devices,
				   size_t count, bool end)
{
	size_t i;

	put(image + ROM_PCIR + 8, 2, at - ROM_PCIR);
	for (i = 0; i < count; i++)
		put(image + at + 2 * i, 2, devices[i]);
	if (end)
		put(image + at + 2 * count, 2, 0);
	if (!image[ROM_PCIR + 20])
		rom_seal(image);
}

#endif
