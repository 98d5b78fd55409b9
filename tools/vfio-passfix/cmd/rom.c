// SPDX-License-Identifier: GPL-2.0-only
/* rom check, rom cut and rom dump. */
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "host/card.h"
#include "host/host.h"
#include "host/rom.h"
#include "host/root.h"
#include "text/json.h"
#include "text/output.h"

#define DEVICES "/sys/bus/pci/devices"

/* Where to get a ROM if it cannot be read from the card. */
#define ELSEWHERE \
	"Else take the ROM from the card's vendor, and look at it with vfio-passfix rom check."

static gboolean force;

static char *image_type(const struct option_rom_image *image)
{
	const char *machine = rom_machine_name(image->efi_machine);

	switch (image->code) {
	case OPTION_ROM_X86:
		return g_strdup("x86 BIOS");
	case OPTION_ROM_OPEN_FIRMWARE:
		return g_strdup("Open Firmware");
	case OPTION_ROM_PA_RISC:
		return g_strdup("PA-RISC");
	case OPTION_ROM_EFI:
		if (!option_rom_is_efi_driver(image))
			return g_strdup("EFI, no driver");
		return machine ? g_strdup_printf("EFI %s", machine) :
				 g_strdup_printf("EFI machine 0x%04x", image->efi_machine);
	default:
		return g_strdup_printf("type 0x%02x", image->code);
	}
}

/* What prevents a guest from using it, with @card (may be NULL): a sentence each. */
static GPtrArray *problems_of(const struct rom *rom, const struct card *card)
{
	const struct pci_device *function = card ? rom_function(rom, card) : NULL;
	GPtrArray *problems = rom_damage(rom);

	if (!rom_has_uefi(rom))
		g_ptr_array_add(problems, rom_without_uefi(rom));
	if (card && !function)
		g_ptr_array_add(problems, rom_stranger(rom, card));
	return problems;
}

static void print_problem(const char *problem)
{
	g_autofree char *label =
		g_strdup_printf("%swrong%s  ", colour_on(COLOUR_RED), colour_off());

	output_wrapped(label, 7, problem);
}

static void print_text(const char *path, const struct rom *rom, const struct card *card,
		       const GPtrArray *problems)
{
	gsize size = g_bytes_get_size(rom->bytes);

	printf("%s%s%s: %zu bytes, %zu image%s", colour_on(COLOUR_BOLD), output_text(path), colour_off(),
	       size, rom->images.count, rom->images.count == 1 ? "" : "s");
	if (rom->images.start)
		printf(", behind %zu bytes of something else", rom->images.start);
	putchar('\n');
	for (size_t i = 0; i < rom->images.count; i++) {
		const struct option_rom_image *image = &rom->images.images[i];
		struct pci_device device = { .vendor = image->vendor, .device = image->device };
		g_autofree char *type = image_type(image);
		g_autofree char *id = pci_id(&device);
		g_autofree char *name = pci_name(&device);

		printf("  0x%06zx  %7zu bytes  %-15s  %s %s%s%s%s\n", image->offset, image->length,
		       type, id, output_text(name),
		       image->code != OPTION_ROM_X86 ? "" :
		       image->checksum_ok	     ? ", checksum right" :
						       ", checksum wrong",
		       image->efi_compressed ? ", compressed" : "", image->last ? ", last" : "");
	}
	for (guint i = 0; i < problems->len; i++)
		print_problem(problems->pdata[i]);
	if (!problems->len) {
		const struct pci_device *function = card ? rom_function(rom, card) : NULL;

		printf("%sgood%s   whole, with a UEFI image for %s%s%s%s\n", colour_on(COLOUR_GREEN),
		       colour_off(), rom_uefi_machine(), function ? ", for " : "",
		       function ? output_text(function->address) : "",
		       function && rom_ids_differ(rom, function) ?
			       "; its ids are others, which UEFI firmware does not look at" :
			       "");
	}
}

static struct json_object *json_size(gsize value)
{
	return json_object_new_int64((int64_t)value);
}

/* In hexadecimal, the usual form of ids. */
static struct json_object *json_id(const struct pci_device *device)
{
	g_autofree char *id = pci_id(device);

	return json_text(id);
}

static struct json_object *json_image(const struct option_rom_image *image)
{
	struct json_object *object = json_object_new_object();
	struct pci_device device = { .vendor = image->vendor, .device = image->device };
	bool efi = image->code == OPTION_ROM_EFI;
	g_autofree char *type = image_type(image);
	g_autofree char *name = pci_name(&device);

	json_object_object_add(object, "offset", json_size(image->offset));
	json_object_object_add(object, "length", json_size(image->length));
	json_object_object_add(object, "type", json_text(type));
	json_object_object_add(object, "code", json_object_new_int(image->code));
	json_object_object_add(object, "machine",
			       efi ? json_object_new_int(image->efi_machine) : NULL);
	json_object_object_add(object, "compressed",
			       efi ? json_object_new_boolean(image->efi_compressed) : NULL);
	json_object_object_add(object, "id", json_id(&device));
	json_object_object_add(object, "name", json_text(name));
	/* Only x86 images have a checksum. */
	json_object_object_add(
		object, "checksum_ok",
		image->code == OPTION_ROM_X86 ? json_object_new_boolean(image->checksum_ok) : NULL);
	json_object_object_add(object, "last", json_object_new_boolean(image->last));
	return object;
}

static void print_json(const char *path, const struct rom *rom, const struct card *card,
		       const GPtrArray *problems)
{
	struct json_object *object = json_answer();
	struct json_object *images = json_object_new_array();
	struct json_object *wrong = json_object_new_array();
	const struct pci_device *function = card ? rom_function(rom, card) : NULL;

	for (size_t i = 0; i < rom->images.count; i++)
		json_object_array_add(images, json_image(&rom->images.images[i]));
	for (guint i = 0; i < problems->len; i++)
		json_object_array_add(wrong, json_text(problems->pdata[i]));
	json_object_object_add(object, "file", json_text(path));
	json_object_object_add(object, "size", json_size(g_bytes_get_size(rom->bytes)));
	json_object_object_add(object, "start", json_size(rom->images.start));
	json_object_object_add(object, "length", json_size(rom->images.length));
	json_object_object_add(object, "complete", json_object_new_boolean(rom->images.complete));
	json_object_object_add(object, "uefi",
			       json_object_new_boolean(rom_has_uefi(rom)));
	json_object_object_add(object, "uefi_machine", json_text(rom_uefi_machine()));
	json_object_object_add(object, "images", images);
	/* The function that the ROM is for; null: none of this card, or no card was named. */
	json_object_object_add(object, "for", json_text(function ? function->address : NULL));
	json_object_object_add(object, "good", json_object_new_boolean(!problems->len));
	json_object_object_add(object, "problems", wrong);
	json_print(object);
}

static int report(const char *path, const struct card *card)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) problems = NULL;
	struct rom *rom = rom_read(path, &error);
	int code;

	if (!rom)
		return fail_with(g_steal_pointer(&error));
	problems = problems_of(rom, card);
	(json_wanted ? print_json : print_text)(path, rom, card, problems);
	code = problems->len ? EXIT_WARNINGS : EXIT_FINE;
	rom_free(rom);
	return code;
}

static int run_check(int count, char **arguments)
{
	GError *error = NULL;
	struct host *host;
	struct card *card;
	int code;

	if (count < 2)
		return report(arguments[0], NULL);
	host = host_read();
	card = card_find(host, arguments[1], false, &error);
	code = card ? report(arguments[0], card) : fail_with(error);
	card_free(card);
	host_free(host);
	return code;
}

static bool is_asleep(const struct pci_device *device)
{
	g_autofree char *state = root_read(DEVICES "/%s/power_state", device->address);
	g_autofree char *status = root_read(DEVICES "/%s/power/runtime_status", device->address);

	return (state && g_str_has_prefix(state, "D3")) || (status && !strcmp(status, "suspended"));
}

/* The line of the ROM follows those of the six BARs. */
static bool is_unassigned(const struct pci_device *device)
{
	g_autofree char *text = root_read(DEVICES "/%s/resource", device->address);
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", PCI_BARS + 2);
	unsigned long long start, end;

	return g_strv_length(lines) > PCI_BARS &&
	       sscanf(lines[PCI_BARS], "%llx %llx", &start, &end) == 2 && !start;
}

static bool is_boot_display(const struct pci_device *device)
{
	return device->boot_vga == 1;
}

static bool is_driven(const struct pci_device *device)
{
	return device->driver && !pci_driver_is_vfio(device->driver);
}

/* Why a ROM cannot be read from a device, and what to do; all that apply are printed. */
static const struct reason {
	bool (*applies)(const struct pci_device *device);
	/* %s: the device's address */
	const char *text;
} reasons[] = {
	{ is_asleep,
	  "It sleeps (D3), and does not answer then. Wake it: echo on > "
	  "/sys/bus/pci/devices/%s/power/control, and afterwards let it sleep again: echo auto "
	  "to the same file." },
	{ is_boot_display,
	  "The host booted on it, and %s then shows the copy that the firmware has used and "
	  "changed. Make another GPU the primary display in the BIOS, boot, and dump it then." },
	{ is_unassigned,
	  "Its ROM has no address: the kernel found no room for it (dmesg says so for %s). Turn "
	  "on Above 4G Decoding in the BIOS, or boot with pci=realloc." },
	{ is_driven,
	  "Its driver may have the ROM in use. Bind it to vfio-pci first: vfio-passfix bind %s." },
};

static void explain(const struct pci_device *device)
{
	for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++) {
		g_auto(GStrv) parts = NULL;
		g_autofree char *text = NULL;

		if (!reasons[i].applies(device))
			continue;
		parts = g_strsplit(reasons[i].text, "%s", -1);
		text = g_strjoinv(device->address, parts);
		complain("%s", text);
	}
	complain(ELSEWHERE);
}

/*
 * Reads the ROM from sysfs. On a running host a write of 1 makes the kernel enable the ROM, and a
 * write of 0 disables it again; the second write must happen whatever fails in between.
 */
static GBytes *read_device(const struct pci_device *device, GError **error)
{
	g_autofree char *path = root_path(DEVICES "/%s/rom", device->address);
	bool switched = root_is_host();
	const char *what = "turn on";
	sigset_t all, old;
	GBytes *bytes = NULL;
	int failed = 0, left = 0;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	if (switched)
		failed = root_write("1", DEVICES "/%s/rom", device->address);
	if (!failed) {
		bytes = root_read_bytes(DEVICES "/%s/rom", device->address);
		if (!bytes) {
			failed = -errno;
			what = "read";
		}
		if (switched)
			left = root_write("0", DEVICES "/%s/rom", device->address);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);

	if (left)
		complain("cannot turn %s off again: %s; try: echo 0 > %s", path, g_strerror(-left),
			 path);
	if (failed) {
		g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(-failed),
			    "cannot %s %s: %s%s", what, path, g_strerror(-failed),
			    failed == -EACCES ? "; run this as root" : "");
		return NULL;
	}
	if (!g_bytes_get_size(bytes)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s is empty", path);
		g_clear_pointer(&bytes, g_bytes_unref);
	}
	return bytes;
}

/* The function whose ROM to read: the one that was named, or the display of its card. */
static const struct pci_device *rom_owner(const struct card *card)
{
	if (card->main->has_rom)
		return card->main;
	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];

		if (device->has_rom && pci_is_display(device))
			return device;
	}
	return NULL;
}

/* Whether it is complete, for this card, and undamaged; complains about what is wrong. */
static bool is_good(const struct rom *rom, const struct card *card, const struct pci_device *device)
{
	g_autoptr(GPtrArray) problems = rom_damage(rom);

	if (!rom_function(rom, card))
		g_ptr_array_add(problems, rom_stranger(rom, card));
	for (guint i = 0; i < problems->len; i++)
		complain("the ROM that %s gives does not work: %s", device->address,
			 (char *)problems->pdata[i]);
	return !problems->len;
}

/*
 * QEMU runs as another user, so everybody may read the file, whatever the umask is. It is
 * written under another name and then renamed, so it is never incomplete.
 */
static bool write_file(const char *path, GBytes *bytes, GError **error)
{
	gsize size;
	const char *data = g_bytes_get_data(bytes, &size);

	if (!g_file_set_contents_full(path, data, (gssize)size,
				      G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
				      0644, error))
		return false;
	if (!g_chmod(path, 0644))
		return true;
	g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno),
		    "cannot make %s readable for all: %s", path, g_strerror(errno));
	return false;
}

static void warn_of_uefi(const struct rom *rom)
{
	g_autofree char *text = rom_without_uefi(rom);

	if (!rom_has_uefi(rom))
		complain("%s", text);
}

/* Whether a file of this name may be written; if not, says why. */
static bool may_write(const char *path)
{
	if (force || !g_file_test(path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
		return true;
	complain("%s is there already, and is left as it is; --force replaces it", path);
	return false;
}

static int dump(const struct card *card, const char *path)
{
	const struct pci_device *device = rom_owner(card);
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GError) error = NULL;
	struct rom *rom;
	int code = EXIT_FAILED;

	if (!device) {
		complain("%s has no ROM that could be read: there is no " DEVICES "/%s/rom",
			 card->main->address, card->main->address);
		complain(ELSEWHERE);
		return EXIT_FAILED;
	}
	bytes = read_device(device, &error);
	if (!bytes) {
		bool allowed = !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);

		fail_with(g_steal_pointer(&error));
		if (allowed)
			explain(device);
		return EXIT_FAILED;
	}
	rom = rom_parse(bytes, device->address, &error);
	if (!rom) {
		fail_with(g_steal_pointer(&error));
		explain(device);
		return EXIT_FAILED;
	}
	if (!is_good(rom, card, device)) {
		explain(device);
	} else if (!write_file(path, bytes, &error)) {
		fail_with(g_steal_pointer(&error));
	} else {
		printf("%s: %zu bytes, the ROM of %s\n", output_text(path), g_bytes_get_size(bytes),
		       output_text(device->address));
		warn_of_uefi(rom);
		code = EXIT_FINE;
	}
	rom_free(rom);
	return code;
}

static int run_dump(G_GNUC_UNUSED int count, char **arguments)
{
	GError *error = NULL;
	struct host *host;
	struct card *card;
	int code;

	if (!may_write(arguments[1]))
		return EXIT_FAILED;
	host = host_read();
	card = card_find(host, arguments[0], false, &error);
	code = card ? dump(card, arguments[1]) : fail_with(error);
	card_free(card);
	host_free(host);
	return code;
}

static int cut(const struct rom *rom, const char *from, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) damage = NULL;
	size_t behind = g_bytes_get_size(rom->bytes) - rom->images.start - rom->images.length;
	struct rom *new = rom_cut(rom, &error);
	int code = EXIT_FAILED;

	if (!new) {
		complain("nothing in %s is a ROM that a guest's firmware can use: %s", from,
			 error->message);
	} else if (!write_file(path, new->bytes, &error)) {
		fail_with(g_steal_pointer(&error));
	} else {
		printf("%s: %zu bytes; cut off %zu before the first image and %zu behind the last\n",
		       output_text(path), g_bytes_get_size(new->bytes), rom->images.start, behind);
		damage = rom_damage(new);
		for (guint i = 0; i < damage->len; i++)
			complain("%s may not work: %s", path, (char *)damage->pdata[i]);
		warn_of_uefi(new);
		code = EXIT_FINE;
	}
	rom_free(new);
	return code;
}

static int run_cut(G_GNUC_UNUSED int count, char **arguments)
{
	GError *error = NULL;
	struct rom *rom;
	int code;

	if (!may_write(arguments[1]))
		return EXIT_FAILED;
	rom = rom_read(arguments[0], &error);
	code = rom ? cut(rom, arguments[0], arguments[1]) : fail_with(error);
	rom_free(rom);
	return code;
}

static const GOptionEntry check_options[] = {
	JSON_OPTION("Print JSON"),
	{ 0 },
};

const struct command command_rom_check = {
	.name = "rom check",
	.arguments = "FILE [DEVICE]",
	.least = 1,
	.most = 2,
	.summary = "check whether a ROM file works in a guest",
	.description =
		"Lists the images in FILE, an option ROM such as a graphics card's VBIOS, and reports what is wrong: data "
		"before the first image, where a guest's firmware does not find it; a truncated file; a wrong checksum; no "
		"UEFI driver, without which a guest with UEFI firmware shows no picture until its own driver starts; or a "
		"BIOS image for a card other than DEVICE. (UEFI firmware does not check the ids of UEFI images.)\n\n"
		"The exit status is 0 if FILE works and 1 if it does not.",
	.options = check_options,
	.run = run_check,
};

static const GOptionEntry cut_options[] = {
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force, "Replace OUT if it is there", NULL },
	{ 0 },
};

const struct command command_rom_cut = {
	.name = "rom cut",
	.arguments = "FILE OUT",
	.least = 2,
	.most = 2,
	.summary = "extract the usable images of a ROM file",
	.description =
		"Copies the images of FILE, an option ROM, to OUT, without what comes before the first image (a flash "
		"tool's header) and after the last (padding). All users can read OUT, because QEMU must. FILE is not "
		"changed.\n\n"
		"If part of an image is missing, or no image works in a guest, nothing is written.",
	.options = cut_options,
	.run = run_cut,
};

static const GOptionEntry dump_options[] = {
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force, "Replace FILE if it is there", NULL },
	{ 0 },
};

const struct command command_rom_dump = {
	.name = "rom dump",
	.arguments = "DEVICE FILE",
	.least = 2,
	.most = 2,
	.summary = "dump a card's ROM to a file",
	.description =
		"Reads the option ROM (a graphics card's VBIOS) through the kernel, checks that it is complete and made for"
		" DEVICE, and only then writes it to FILE. All users can read FILE, because QEMU must.\n\n"
		"Some devices do not show their ROM: for the boot display the kernel has a copy that the firmware has "
		"changed, and a sleeping device returns nothing. The error message then says what to do. Needs root.",
	.options = dump_options,
	.run = run_dump,
};
