// SPDX-License-Identifier: GPL-2.0-only
#include "setup/modprobe.h"

#include <stdio.h>
#include <string.h>

#include "host/fix.h"
#include "host/kernel.h"
#include "host/modprobe_config.h"
#include "host/option.h"
#include "host/platform.h"
#include "host/root.h"
#include "setup/initramfs.h"

/* Not a module: the name of a rule of modprobe. */
#define CARD "vfio-passfix-card"

/* The file of a setting; removes it from @files. If our file has the same setting, it is ours. */
static char *take_path(GPtrArray *files, const char *value)
{
	struct setting *found = NULL;
	char *path;

	for (guint i = 0; i < files->len; i++) {
		struct setting *setting = files->pdata[i];

		if (!strcmp(setting->value, value) && (!found || !strcmp(setting->path, MODPROBE_CONF)))
			found = setting;
	}
	if (!found)
		/* libkmod also reads settings from there. */
		return g_strdup("The kernel's command line");
	path = g_steal_pointer(&found->path);
	g_ptr_array_remove(files, found);
	return path;
}

static void free_elsewhere(gpointer data)
{
	struct setting *setting = data;

	g_free(setting->path);
	g_free(setting->value);
	g_free(setting);
}

/* Settings for a module that are not from setup; of struct setting *, freed with the array. */
static GPtrArray *set_elsewhere(const char *command, const char *module)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(free_elsewhere);
	g_autoptr(GPtrArray) values = module_settings(command, module);
	g_autoptr(GPtrArray) files = modprobe_config(command, module);

	for (guint i = 0; i < values->len; i++) {
		g_autofree char *from = take_path(files, values->pdata[i]);
		struct setting *setting;

		if (!strcmp(from, MODPROBE_CONF))
			continue;
		setting = g_new0(struct setting, 1);
		setting->path = g_steal_pointer(&from);
		setting->value = g_strdup(values->pdata[i]);
		g_ptr_array_add(found, setting);
	}
	return found;
}

/* The file of such a setting, for g_free(); NULL: there is none. */
static char *path_elsewhere(const char *command, const char *module)
{
	g_autoptr(GPtrArray) found = set_elsewhere(command, module);

	return found->len ? g_strdup(((struct setting *)found->pdata[0])->path) : NULL;
}

bool modprobe_has_twin(const struct host *host, const struct card *card, const struct pci_device *device)
{
	for (guint i = 0; i < host->devices->len; i++) {
		const struct pci_device *other = host->devices->pdata[i];

		if (!card_has(card, other) && pci_same_id(device, other))
			return true;
	}
	return false;
}

static void add_word(GPtrArray *words, char *word)
{
	if (g_ptr_array_find_with_equal_func(words, word, g_str_equal, NULL))
		g_free(word);
	else
		g_ptr_array_add(words, word);
}

/* The ids by which vfio-pci matches functions of the card and no other device. */
static GPtrArray *own_ids(const struct host *host, const struct card *card)
{
	GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < card->functions->len; i++)
		if (!modprobe_has_twin(host, card, card->functions->pdata[i]))
			add_word(ids, pci_id(card->functions->pdata[i]));
	return ids;
}

/*
 * Whether vfio-pci's option ids, as the driver parses it, matches the devices of @ids, and with
 * @only no others. An id with more fields matches only some of these devices, so it does not count.
 */
static bool takes(const char *option, const GPtrArray *ids, bool only)
{
	g_auto(GStrv) entries = g_strsplit(option, ",", -1);
	g_autoptr(GPtrArray) missing = g_ptr_array_new();
	guint index;

	for (guint i = 0; i < ids->len; i++)
		g_ptr_array_add(missing, ids->pdata[i]);
	for (char **entry = entries; *entry; entry++) {
		unsigned int vendor, device;
		g_autofree char *id = NULL;
		int end = 0;

		if (!*g_strstrip(*entry))
			continue;
		if (sscanf(*entry, "%x:%x%n", &vendor, &device, &end) == 2 && !(*entry)[end])
			id = g_strdup_printf("%04x:%04x", vendor, device);
		if (id && g_ptr_array_find_with_equal_func(missing, id, g_str_equal, &index))
			g_ptr_array_remove_index(missing, index);
		else if (only && !(id && g_ptr_array_find_with_equal_func((GPtrArray *)ids, id, g_str_equal, NULL)))
			return false;
	}
	return !missing->len;
}

/*
 * If vfio-pci's ids are set several times, only the last setting counts: that of the kernel's
 * command line, otherwise it depends on the names of the files. So ours might be lost, or theirs.
 * Return: the file of another setting that would override ours, or that ours would override.
 */
static char *ids_elsewhere(const GPtrArray *ids)
{
	g_autofree char *parameter = kernel_parameter("vfio-pci.ids");
	g_autoptr(GPtrArray) others = set_elsewhere("options", "vfio_pci");

	if (!ids->len)
		return NULL;
	if (parameter)
		return takes(parameter, ids, false) ? NULL : g_strdup("The kernel's command line");
	for (guint i = 0; i < others->len; i++) {
		const struct setting *other = others->pdata[i];
		g_autofree char *option = option_value(other->value, "ids");

		if (option && !takes(option, ids, true))
			return g_strdup(other->path);
	}
	return NULL;
}

char *modprobe_place(const struct host *host, const struct pci_device *device)
{
	GString *place = g_string_new(device->address);

	while (device && device->parent) {
		g_string_prepend_c(place, '/');
		g_string_prepend(place, device->parent);
		device = pci_find(host->devices, device->parent);
	}
	return g_string_free(place, FALSE);
}

static void add_fix(GString *text, const char *devices, GPtrArray *notes)
{
	g_autoptr(GPtrArray) others = set_elsewhere("options", FIX_MODULE);
	g_autofree char *options = g_strdup_printf(FIX_OPTIONS, devices);
	const struct platform *platform = platform_of_install();

	g_string_append_printf(text,
			       "\n# The fix is on for these IOMMU groups: devices= names one device of each.\n"
			       "options %s\n",
			       options);
	for (guint i = 0; i < others->len; i++) {
		const struct setting *other = others->pdata[i];

		/* The same line does no harm. NixOS writes it to a file of its own. */
		if (!strcmp(other->value, options + strlen(FIX_MODULE " ")))
			continue;
		g_ptr_array_add(notes,
				g_strdup_printf("%s already sets options for vfio_passfix. Remove them %s.", other->path,
						platform && platform->form == FORM_NIX ? "from configuration.nix" : "there"));
		return;
	}
}

/* How vfio-pci gets the card. */
struct way {
	bool builtin;		/* vfio-pci is part of the kernel, so modprobe never loads it */
	GPtrArray *ids;		/* the ids by which it matches functions, of char * */
};

static bool is_by_id(const struct way *way, const struct pci_device *device)
{
	g_autofree char *id = pci_id(device);

	return g_ptr_array_find_with_equal_func(way->ids, id, g_str_equal, NULL);
}

static void find_way(struct way *way, const struct host *host, const struct card *card, GPtrArray *notes)
{
	g_autofree char *elsewhere = NULL;
	struct module module;

	way->ids = own_ids(host, card);
	module_look("vfio_pci", &module);
	way->builtin = module.builtin;
	if (!module.path && !module.builtin)
		g_ptr_array_add(notes, g_strdup_printf("This kernel (%s) has no vfio-pci, without which no device can be assigned to a guest.",
						       kernel_release()));
	module_clear(&module);
	elsewhere = way->builtin ? NULL : ids_elsewhere(way->ids);
	if (elsewhere)
		g_ptr_array_add(notes, g_strdup_printf("%s sets ids for vfio-pci, and only one such setting counts. It is left as it is, and vfio-pci takes the card by its address.",
						       elsewhere));
	if (elsewhere || way->builtin)
		g_ptr_array_set_size(way->ids, 0);
}

static void add_ids(GString *text, const struct way *way)
{
	g_autoptr(GString) ids = g_string_new(NULL);

	for (guint i = 0; i < way->ids->len; i++)
		g_string_append_printf(ids, "%s%s", i ? "," : "", (char *)way->ids->pdata[i]);
	if (ids->len)
		g_string_append_printf(text,
				       "\n# vfio-pci takes these by id; no device that stays with the host has one of them.\n"
				       "options vfio-pci ids=%s\n",
				       ids->str);
}

/*
 * A line of plain sh without other programs, because it also runs in an initramfs. It sets the
 * driver_override of devices. A device that is missing, or is another one, is skipped.
 */
#define TAKE                                                                              \
	"take() { at=/sys/bus/pci/devices/$1; "                                           \
	"read -r vendor <$at/vendor && read -r device <$at/device && "                    \
	"test \"$vendor $device\" = \"$2 $3\" && echo vfio-pci >$at/driver_override%s; " \
	"} 2>/dev/null; %s"

static const char by_loading[] =
	"\n# vfio-pci takes these by their addresses. If another device is at one of these addresses by\n"
	"# then, it is left alone.\n"
	"install vfio-pci sh -c '" TAKE "exec modprobe --ignore-install vfio-pci \"$@\"' vfio-pci $CMDLINE_OPTS\n";

static const char by_name[] =
	"\n# vfio-pci is built into this kernel, so options for it have no effect here. Before a driver is\n"
	"# loaded that would take these devices, vfio-pci gets them by their addresses. If another device\n"
	"# is at one of these addresses by then, it is left alone. (" CARD " is not a module: it only\n"
	"# names this step.)\n"
	"install " CARD " sh -c '" TAKE "true'\n";

static void add_places(GString *text, const struct host *host, const struct card *card, const struct way *way,
		       GPtrArray *notes)
{
	g_autoptr(GString) takes = g_string_new(NULL);
	g_autofree char *path = NULL;

	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];
		g_autofree char *place = modprobe_place(host, device);

		if (!is_by_id(way, device))
			g_string_append_printf(takes, "take %s 0x%04x 0x%04x; ", place, device->vendor,
					       device->device);
	}
	if (!takes->len)
		return;
	if (way->builtin) {
		/* The driver has probed devices long ago, so make the kernel probe this one again. */
		g_string_append_printf(text, by_name, " && echo ${1##*/} >/sys/bus/pci/drivers_probe", takes->str);
		return;
	}
	g_string_append_printf(text, by_loading, "", takes->str);
	path = path_elsewhere("install", "vfio_pci");
	if (path)
		g_ptr_array_add(notes,
				g_strdup_printf("%s has a rule for loading vfio-pci, too, and only one of two rules counts. Take it out there.",
						path));
}

static void note_builtin(GPtrArray *notes, const char *driver)
{
	const struct platform *platform = platform_of_install();
	bool unit = !(platform && platform->form == FORM_NIX);

	add_word(notes,
		 g_strdup_printf(unit ? "The driver %s is part of this kernel, so it has its device first; the unit takes it from there later in the boot." :
					"The driver %s is part of this kernel, so it has its device first and keeps it, since these options have no unit that takes it from there. After each boot, run: sudo vfio-passfix bind DEVICE",
				 driver));
}

#define MODULE_LETTERS G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-"

static void add_driver(GPtrArray *drivers, const char *name, GPtrArray *notes)
{
	struct module module;

	/* The name goes into a file whose lines root runs as programs. */
	if (strstr(name, "vfio") || name[strspn(name, MODULE_LETTERS)])
		return;
	module_look(name, &module);
	if (module.builtin)
		note_builtin(notes, name);
	else
		add_word(drivers, g_strdup(name));
	module_clear(&module);
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_order(GString *text, const struct card *card, const struct way *way, GPtrArray *notes)
{
	g_autoptr(GPtrArray) drivers = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];
		g_autofree char *alias = root_read("/sys/bus/pci/devices/%s/modalias", device->address);
		g_autoptr(GPtrArray) fitting = module_for(alias ? alias : "");

		if (device->driver && !pci_driver_is_vfio(device->driver)) {
			g_autofree char *current = root_link("/sys/bus/pci/drivers/%s/module", device->driver);

			if (current)
				add_driver(drivers, current, notes);
			else
				note_builtin(notes, device->driver);
		}
		for (guint j = 0; j < fitting->len; j++)
			add_driver(drivers, fitting->pdata[j], notes);
	}
	if (!drivers->len)
		return;
	g_ptr_array_sort(drivers, by_text);
	g_string_append(text, "\n# That comes before the drivers that would take them first.\n");
	for (guint i = 0; i < drivers->len; i++)
		g_string_append_printf(text, "softdep %s pre: %s\n", (char *)drivers->pdata[i],
				       way->builtin ? CARD : "vfio-pci");
}

char *modprobe_conf(const struct host *host, const struct card *card, const char *comment, const char *scope,
		    GPtrArray *notes)
{
	GString *text = g_string_new(comment);
	struct way way;

	find_way(&way, host, card, notes);
	if (scope)
		add_fix(text, scope, notes);
	add_ids(text, &way);
	add_places(text, host, card, &way, notes);
	add_order(text, card, &way, notes);
	g_ptr_array_unref(way.ids);
	return g_string_free(text, FALSE);
}

char *modprobe_fix_conf(const char *comment, const char *scope, GPtrArray *notes)
{
	GString *text = g_string_new(comment);

	add_fix(text, scope, notes);
	return g_string_free(text, FALSE);
}
