// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "fix.h"
#include "host.h"
#include "kernel.h"
#include "output.h"
#include "root.h"
#include "setup_state.h"

static gboolean as_json;

static const GOptionEntry options[] = {
	{ "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the state as JSON", NULL },
	{ 0 },
};

static const char *const parameters[] = { "pass_fix", "devices", "memlock" };

static const char *const state_words[] = {
	[FIX_UNKNOWN] = "on or off (only root can see)",
	[FIX_OFF] = "off",
	[FIX_IN_FORCE] = "on",
	[FIX_NOT_IN_FORCE] = "on, but not in force",
};

/* Which type1 is in use, in words. */
static const char *type1(void)
{
	struct module stock;
	bool builtin;

	if (root_exists("/sys/module/vfio_iommu_type1_passfix"))
		return "the fork (vfio_iommu_type1_passfix)";
	module_look("vfio_iommu_type1", &stock);
	builtin = stock.builtin;
	module_clear(&stock);
	if (builtin)
		return "the kernel's own, built in";
	return root_exists("/sys/module/vfio_iommu_type1") ? "the kernel's own" : "none loaded";
}

/* The devices that the module has relaxed, in the order of the host's. */
static GPtrArray *relaxed_devices(const struct host *host, bool *readable)
{
	g_autofree char *text = module_parameter("vfio_passfix", "relaxed");
	g_auto(GStrv) words = g_strsplit_set(text ? text : "", " ,\n", -1);
	GPtrArray *devices = g_ptr_array_new();

	*readable = text;
	for (guint i = 0; i < host->devices->len; i++) {
		struct pci_device *device = host->devices->pdata[i];

		if (g_strv_contains((const char *const *)words, device->address))
			g_ptr_array_add(devices, device);
	}
	return devices;
}

static void print_relaxed(const struct host *host, const GPtrArray *devices)
{
	for (guint i = 0; i < devices->len; i++) {
		const struct pci_device *device = devices->pdata[i];
		const struct group *group = host_group_of(host, device);
		g_autofree char *name = pci_name(device), *id = pci_id(device);
		g_autofree char *number = group ? g_strdup_printf("%d", group->number) : g_strdup("-");

		printf("  %s  group %-3s  %-18s %s [%s]\n", device->address, number,
		       device->driver ? device->driver : "-", name, id);
	}
}

static void print_fix(const struct host *host, bool loaded, const char *version)
{
	enum fix_state state = fix_state();
	bool readable;
	g_autoptr(GPtrArray) devices = relaxed_devices(host, &readable);

	if (!loaded) {
		puts("fix       off: vfio_passfix is not loaded");
		printf("type1     %s\n", type1());
		return;
	}
	printf("fix       %s, by vfio_passfix%s%s\n", state_words[state], version ? " " : "",
	       version ? version : "");
	if (state == FIX_NOT_IN_FORCE)
		puts("          kprobes or ftrace are switched off; switch both on:\n"
		     "            " FIX_SWITCH_KPROBES_ON "\n"
		     "            " FIX_SWITCH_FTRACE_ON);
	printf("type1     %s\n", type1());
	for (size_t i = 1; i < G_N_ELEMENTS(parameters); i++) {
		g_autofree char *value = module_parameter("vfio_passfix", parameters[i]);

		printf("%-8s  %s\n", parameters[i], !value ? "(only root can see)" : *value ? value :
				   !strcmp(parameters[i], "devices") ? "all" : "-");
	}
	if (!readable)
		puts("relaxed   (only root can see)");
	else if (!devices->len)
		puts("relaxed   no device");
	else
		printf("relaxed   %u device%s\n", devices->len, devices->len == 1 ? "" : "s");
	print_relaxed(host, devices);
}

static void print_setup(void)
{
	struct setup_state state;

	setup_state_read(&state);
	output_wrapped("setup     ", 10, state.seen);
	if (state.advice)
		output_wrapped("          -> ", 13, state.advice);
	setup_state_clear(&state);
}

static struct json_object *json_setup(void)
{
	struct json_object *object = json_object_new_object();
	struct setup_state state;

	setup_state_read(&state);
	json_object_object_add(object, "state", json_text(state.name));
	json_object_object_add(object, "card", json_text(state.card));
	setup_state_clear(&state);
	return object;
}

static void print_json(const struct host *host, bool loaded, const char *version)
{
	struct json_object *all = json_object_new_object();
	struct json_object *list = json_object_new_array();
	enum fix_state state = fix_state();
	bool readable;
	g_autoptr(GPtrArray) devices = relaxed_devices(host, &readable);

	json_object_object_add(all, "loaded", json_object_new_boolean(loaded));
	json_object_object_add(all, "version", json_text(version));
	json_object_object_add(all, "type1", json_text(type1()));
	for (size_t i = 0; i < G_N_ELEMENTS(parameters); i++) {
		g_autofree char *value = module_parameter("vfio_passfix", parameters[i]);

		json_object_object_add(all, parameters[i], json_text(value));
	}
	json_object_object_add(all, "in_force",
			       state == FIX_UNKNOWN ? NULL : json_object_new_boolean(state == FIX_IN_FORCE));
	for (guint i = 0; i < devices->len; i++) {
		const struct pci_device *device = devices->pdata[i];
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "address", json_text(device->address));
		json_object_object_add(entry, "group",
				       device->group < 0 ? NULL : json_object_new_int(device->group));
		json_object_object_add(entry, "driver", json_text(device->driver));
		json_object_array_add(list, entry);
	}
	json_object_object_add(all, "relaxed", readable ? list : NULL);
	if (!readable)
		json_object_put(list);
	json_object_object_add(all, "setup", json_setup());
	output_json(all);
}

static int run(G_GNUC_UNUSED int count, G_GNUC_UNUSED char **arguments)
{
	struct host *host = host_read();
	bool loaded = root_exists("/sys/module/vfio_passfix");
	g_autofree char *version = root_read("/sys/module/vfio_passfix/version");

	if (as_json) {
		print_json(host, loaded, version);
	} else {
		print_fix(host, loaded, version);
		print_setup();
	}
	host_free(host);
	return EXIT_FINE;
}

const struct command command_status = {
	.name = "status",
	.arguments = "",
	.summary = "show whether the fix is on, and what it relaxes",
	.description = "Shows whether the fix is on and by which module, which type1 VFIO uses, the fix's parameters, "
		       "the devices that are relaxed now, with their IOMMU groups and drivers, and how far setup has got.\n\n"
		       "While kprobes or ftrace are switched off, the fix is on but not in force.",
	.options = options,
	.run = run,
};
