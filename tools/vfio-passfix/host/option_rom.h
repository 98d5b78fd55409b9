/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCI option ROMs (PCI Firmware specification, "PCI Expansion ROMs"), such as a
 * graphics card's VBIOS. The bytes come from a download or a device: nothing in
 * them is trusted.
 */
#ifndef VFIO_PASSFIX_OPTION_ROM_H
#define VFIO_PASSFIX_OPTION_ROM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The PCI data structure's code type. */
enum option_rom_code {
	OPTION_ROM_X86 = 0,		/* PC-AT compatible: a legacy BIOS image */
	OPTION_ROM_OPEN_FIRMWARE = 1,
	OPTION_ROM_PA_RISC = 2,
	OPTION_ROM_EFI = 3,
};

#define OPTION_ROM_DEVICES_MAX 128

struct option_rom_image {
	size_t offset;		/* in bytes, of its 0x55 0xaa signature in the file */
	size_t length;		/* in bytes, according to its PCI data structure */
	uint16_t vendor, device;
	uint32_t class;		/* 24 bits: base class, subclass, interface */
	uint8_t code;		/* enum option_rom_code, or another value */
	bool last;		/* bit 7 of the indicator */
	/*
	 * The bytes of an x86 image sum up to 0: as many as its header says, on which firmware
	 * relies (it may be less than @length). True for other types, which have no checksum.
	 */
	bool checksum_ok;
	/* Only for EFI; 0 for others. */
	bool efi_signature_ok;	/* 0x0ef1 where it belongs */
	uint16_t efi_subsystem;	/* 0x0a application, 0x0b boot service driver, 0x0c runtime driver */
	uint16_t efi_machine;	/* 0x8664 x86-64, 0xaa64 arm64, 0x014c ia32 */
	bool efi_compressed;
	/*
	 * The device list of its PCI data structure: further devices that the image is for, and
	 * often @device once more. @devices_cut is true if the list is longer than what is kept
	 * here, or has no end inside the image.
	 */
	uint16_t devices[OPTION_ROM_DEVICES_MAX];
	size_t device_count;
	bool devices_cut;
};

#define OPTION_ROM_IMAGES_MAX 32

struct option_rom {
	struct option_rom_image images[OPTION_ROM_IMAGES_MAX];
	size_t count;
	size_t start;		/* offset of the first image: some tools put a header before it */
	size_t length;		/* from @start to the end of the last image or the file */
	bool complete;		/* the image that is marked as the last is inside the file */
};

/*
 * option_rom_parse - decode the images of an option ROM
 * @bytes, @size: the file
 * @rom: filled in
 * @error: if it fails or @rom->complete is false, what is wrong and at which offset, in words;
 *	otherwise empty; at least 160 bytes
 * @error_size: the size of @error in bytes
 *
 * The first image may begin at any multiple of 512 bytes (a flash tool may have put a header
 * before it). An image is a 0x55 0xaa signature with a pointer, a multiple of 4, to a PCI data
 * structure inside the image. Between images there may be a gap of whole blocks, which UEFI
 * firmware skips. The following are not errors, but then @rom->complete is false: no image is
 * marked as the last; or a length is 0 or reaches past the end of the file.
 *
 * Return: 0, or -1 with @error filled in if there is no image at all.
 */
int option_rom_parse(const void *bytes, size_t size, struct option_rom *rom,
		     char *error, size_t error_size);

/* Whether an image of @rom is for @vendor and @device, as far as its device list was kept. */
bool option_rom_is_for(const struct option_rom *rom, uint16_t vendor, uint16_t device);

/* Whether UEFI firmware treats an image as a driver, if it is for the firmware's machine. */
bool option_rom_is_efi_driver(const struct option_rom_image *image);

/*
 * Whether there is an EFI driver for @machine (0x8664 for x86-64). Firmware starts no other EFI
 * images, and does not compare the ids of these (edk2's PciBusDxe).
 */
bool option_rom_has_efi(const struct option_rom *rom, uint16_t machine);

#endif
