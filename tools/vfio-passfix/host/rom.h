/* SPDX-License-Identifier: GPL-2.0-only */
/* An option ROM, from a file or a device, and what it can be used for. */
#ifndef VFIO_PASSFIX_ROM_H
#define VFIO_PASSFIX_ROM_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"
#include "host/option_rom.h"

struct rom {
	GBytes *bytes;
	struct option_rom images;
	char *cut;	/* if @images are not complete, why */
};

/*
 * rom_parse - parse a ROM
 * @bytes: its bytes; a reference is taken
 * @from: their origin, for the text of the error
 *
 * Return: the ROM, for rom_free(); or NULL with @error set if it has no image at all.
 */
struct rom *rom_parse(GBytes *bytes, const char *from, GError **error);

/* The same from a file. The path is not below --root. */
struct rom *rom_read(const char *path, GError **error);

void rom_free(struct rom *rom);

/* What is damaged in it, a sentence each; empty: nothing. */
GPtrArray *rom_damage(const struct rom *rom);

/*
 * Why no guest's firmware can use it at all: a sentence, for g_free(). NULL: UEFI or BIOS
 * firmware can.
 */
char *rom_useless(const struct rom *rom);

/*
 * rom_cut - cut a ROM to what a guest's firmware finds in it
 *
 * Keeps all images, without what comes before and after them.
 *
 * Return: the result, for rom_free(); or NULL with @error set if no cut makes it usable.
 */
struct rom *rom_cut(const struct rom *rom, GError **error);

/*
 * The function of the card that the ROM is for, preferably the main one; NULL: none. BIOS
 * firmware compares the ids of x86 images. UEFI firmware compares none, so a ROM without an x86
 * image is for any card.
 */
const struct pci_device *rom_function(const struct rom *rom, const struct card *card);

/* A sentence for a ROM that is for none of them: what it is for; for g_free(). */
char *rom_stranger(const struct rom *rom, const struct card *card);

/* Whether its ids differ from those of @function, which does not matter to UEFI firmware. */
bool rom_ids_differ(const struct rom *rom, const struct pci_device *function);

/* Whether it has a driver for UEFI firmware on this host's processor, which is also the guests'. */
bool rom_has_uefi(const struct rom *rom);

/* A sentence for a ROM without one: what that means; for g_free(). */
char *rom_without_uefi(const struct rom *rom);

/* "x86-64": that processor. */
const char *rom_uefi_machine(void);

/* The name of an EFI image's machine; NULL: not known. */
const char *rom_machine_name(uint16_t machine);

#endif
