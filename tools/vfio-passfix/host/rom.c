// SPDX-License-Identifier: GPL-2.0-only
#include "host/rom.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "text/error.h"

/* The address window of a ROM is 16 MiB at most; a flash chip may hold several ROMs. */
#define LARGEST (64 << 20)

/* The machines of EFI images (UEFI specification, "PE32+ machine type"), and their names in uname. */
static const struct machine {
	uint16_t code;
	const char *name, *uname;
} machines[] = {
	{ 0x8664, "x86-64", "x86_64" },	  { 0x014c, "ia32", "i686" },
	{ 0xaa64, "arm64", "aarch64" },	  { 0x01c2, "arm", "armv7l" },
	{ 0x5064, "riscv64", "riscv64" }, { 0x6264, "loongarch64", "loongarch64" },
	{ 0x0200, "Itanium", "ia64" },	  { 0x0ebc, "byte code", "" },
};

static const struct machine *own_machine(void)
{
	struct utsname host;

	if (!uname(&host))
		for (size_t i = 0; i < G_N_ELEMENTS(machines); i++)
			if (!strcmp(machines[i].uname, host.machine))
				return &machines[i];
	return &machines[0];
}

bool rom_has_uefi(const struct rom *rom)
{
	return option_rom_has_efi(&rom->images, own_machine()->code);
}

char *rom_without_uefi(const struct rom *rom)
{
	g_autofree char *why = NULL;

	for (size_t i = 0; i < rom->images.count && !why; i++) {
		const struct option_rom_image *image = &rom->images.images[i];

		if (image->efi_signature_ok && !option_rom_is_efi_driver(image))
			why = g_strdup_printf(" (the EFI image at offset 0x%zx is no driver)", image->offset);
	}
	return g_strdup_printf("it has no UEFI image for %s%s: a guest with UEFI firmware shows no picture "
			       "with it until its driver is up",
			       own_machine()->name, why ? why : "");
}

const char *rom_uefi_machine(void)
{
	return own_machine()->name;
}

const char *rom_machine_name(uint16_t machine)
{
	for (size_t i = 0; i < G_N_ELEMENTS(machines); i++)
		if (machines[i].code == machine)
			return machines[i].name;
	return NULL;
}

struct rom *rom_parse(GBytes *bytes, const char *from, GError **error)
{
	struct rom *rom = g_new0(struct rom, 1);
	char why[256] = "";
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);

	if (option_rom_parse(data, size, &rom->images, why, sizeof(why))) {
		g_set_error(error, NAMED_ERROR, ERROR_NO_ROM, "%s is not an option ROM: %s",
			    from, why);
		g_free(rom);
		return NULL;
	}
	rom->bytes = g_bytes_ref(bytes);
	if (!rom->images.complete)
		rom->cut = g_strdup(why);
	return rom;
}

static bool check_file(const char *path, GError **error)
{
	struct stat file;

	if (stat(path, &file)) {
		g_set_error(error, NAMED_ERROR, ERROR_UNREADABLE_FILE, "cannot read the ROM %s: %s",
			    path, g_strerror(errno));
		return false;
	}
	if (S_ISREG(file.st_mode) && file.st_size <= LARGEST)
		return true;
	g_set_error(error, NAMED_ERROR, ERROR_NO_ROM, "%s is not an option ROM: it is %s", path,
		    S_ISREG(file.st_mode) ? "larger than 64 MiB" : "no plain file");
	return false;
}

struct rom *rom_read(const char *path, GError **error)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GError) why = NULL;
	char *data;
	gsize size;

	if (!check_file(path, error))
		return NULL;
	if (!g_file_get_contents(path, &data, &size, &why)) {
		g_set_error(error, NAMED_ERROR, ERROR_UNREADABLE_FILE, "cannot read the ROM: %s",
			    why->message);
		return NULL;
	}
	bytes = g_bytes_new_take(data, size);
	return rom_parse(bytes, path, error);
}

void rom_free(struct rom *rom)
{
	if (!rom)
		return;
	g_bytes_unref(rom->bytes);
	g_free(rom->cut);
	g_free(rom);
}

static char *behind_header(const struct rom *rom)
{
	return g_strdup_printf("%zu bytes come before its first image, where no guest's firmware finds it; "
			       "to cut them off: vfio-passfix rom cut FILE OUT",
			       rom->images.start);
}

static char *not_whole(const struct rom *rom)
{
	return g_strdup_printf("it is not whole: %s", rom->cut);
}

GPtrArray *rom_damage(const struct rom *rom)
{
	GPtrArray *damage = g_ptr_array_new_with_free_func(g_free);

	if (rom->images.start)
		g_ptr_array_add(damage, behind_header(rom));
	if (rom->cut)
		g_ptr_array_add(damage, not_whole(rom));
	for (size_t i = 0; i < rom->images.count; i++) {
		const struct option_rom_image *image = &rom->images.images[i];

		if (!image->checksum_ok)
			g_ptr_array_add(
				damage,
				g_strdup_printf(
					"the checksum of the image at offset 0x%zx is wrong",
					image->offset));
		if (image->code == OPTION_ROM_EFI && !image->efi_signature_ok)
			g_ptr_array_add(
				damage,
				g_strdup_printf("the image at offset 0x%zx calls itself an EFI "
						"image, without the signature "
						"of one",
						image->offset));
	}
	return damage;
}

/* Only the last image can be cut short: other images would follow. */
static bool is_cut_short(const struct rom *rom)
{
	const struct option_rom_image *last = &rom->images.images[rom->images.count - 1];

	return !last->length || last->length > g_bytes_get_size(rom->bytes) - last->offset;
}

static bool has_usable_image(const struct rom *rom)
{
	if (rom_has_uefi(rom))
		return true;
	for (size_t i = 0; i < rom->images.count; i++)
		if (rom->images.images[i].code == OPTION_ROM_X86 && rom->images.images[i].checksum_ok)
			return true;
	return false;
}

char *rom_useless(const struct rom *rom)
{
	if (rom->images.start)
		return behind_header(rom);
	if (is_cut_short(rom))
		return not_whole(rom);
	if (!has_usable_image(rom))
		return g_strdup_printf("it has neither a UEFI driver for %s nor a BIOS image with a right checksum",
				       own_machine()->name);
	return NULL;
}

struct rom *rom_cut(const struct rom *rom, GError **error)
{
	g_autoptr(GBytes) bytes = g_bytes_new_from_bytes(rom->bytes, rom->images.start, rom->images.length);
	struct rom *cut = rom_parse(bytes, "it", error);
	g_autofree char *useless = cut ? rom_useless(cut) : NULL;

	if (!useless)
		return cut;
	g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, useless);
	rom_free(cut);
	return NULL;
}

static bool names(const struct rom *rom, const struct pci_device *device)
{
	return option_rom_is_for(&rom->images, device->vendor, device->device);
}

/* Whether no firmware compares its ids. */
static bool is_for_any(const struct rom *rom)
{
	for (size_t i = 0; i < rom->images.count; i++)
		if (rom->images.images[i].code == OPTION_ROM_X86)
			return false;
	return rom_has_uefi(rom);
}

const struct pci_device *rom_function(const struct rom *rom, const struct card *card)
{
	if (names(rom, card->main))
		return card->main;
	for (guint i = 0; i < card->functions->len; i++)
		if (names(rom, card->functions->pdata[i]))
			return card->functions->pdata[i];
	return is_for_any(rom) ? card->main : NULL;
}

bool rom_ids_differ(const struct rom *rom, const struct pci_device *function)
{
	return !names(rom, function);
}

char *rom_stranger(const struct rom *rom, const struct card *card)
{
	const struct option_rom_image *image = &rom->images.images[0];
	struct pci_device other = { .vendor = image->vendor, .device = image->device };
	g_autofree char *name = pci_name(&other);
	g_autofree char *own_name = pci_name(card->main);
	g_autofree char *own_id = pci_id(card->main);

	return g_strdup_printf("it is for another device: for %04x:%04x (%s), and %s is %s (%s)",
			       image->vendor, image->device, name, card->main->address, own_id,
			       own_name);
}
