// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "fix.h"
#include "host.h"
#include "json.h"
#include "kernel.h"
#include "output.h"
#include "root.h"
#include "setup_state.h"

static const GOptionEntry options[] = {
	JSON_OPTION("Print the state as JSON"),
	{ 0 },
};

static const char *const parameters[] = { "devices", "memlock" };

/* A state for people, and for programs. */
struct state {
	const char *words, *id;
};

static const struct state fix_states[] = {
	[FIX_UNKNOWN] = { "on or off (only root can see)", "unknown" },
	[FIX_OFF] = { "off", "off" },
	[FIX_IN_FORCE] = { "on", "on" },
	[FIX_NOT_IN_FORCE] = { "on, but not in force", "not-in-force" },
};

/* Which type1 is in use. */
static const struct state *type1(void)
{
	static const struct state fork = { "the fork (vfio_iommu_type1_passfix)", "fork" };
	static const struct state built_in = { "the kernel's own, built in", "stock-built-in" };
	static const struct state own = { "the kernel's own", "stock" };
	static const struct state none = { "none loaded", "none" };
	struct module stock;
	bool builtin;

	if (root_exists("/sys/module/vfio_iommu_type1_passfix"))
		return &fork;
	module_look("vfio_iommu_type1", &stock);
	builtin = stock.builtin;
	module_clear(&stock);
	if (builtin)
		return &built_in;
	return root_exists("/sys/module/vfio_iommu_type1") ? &own : &none;
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

		printf("  %s  group %-3s  %-18s %s [%s]\n", output_text(device->address), number,
		       output_text(device->driver ? device->driver : "-"), output_text(name), id);
	}
}

static void print_fix(const struct host *host, bool loaded, const char *version)
{
	enum fix_state state = fix_state();
	bool readable;
	g_autoptr(GPtrArray) devices = relaxed_devices(host, &readable);

	if (!loaded) {
		puts("fix       off: vfio_passfix is not loaded");
		printf("type1     %s\n", type1()->words);
		return;
	}
	printf("fix       %s, by vfio_passfix%s%s\n", fix_states[state].words, version ? " " : "",
	       output_text(version ? version : ""));
	if (state == FIX_NOT_IN_FORCE)
		puts("          kprobes or ftrace are switched off; switch both on:\n"
		     "            " FIX_SWITCH_KPROBES_ON "\n"
		     "            " FIX_SWITCH_FTRACE_ON);
	printf("type1     %s\n", type1()->words);
	for (size_t i = 0; i < G_N_ELEMENTS(parameters); i++) {
		g_autofree char *value = module_parameter("vfio_passfix", parameters[i]);

		printf("%-8s  %s\n", parameters[i], !value ? "(only root can see)" : *value ? output_text(value) :
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

/* A parameter that is on or off; null where it cannot be read. */
static struct json_object *json_switch(const char *parameter)
{
	g_autofree char *value = module_parameter("vfio_passfix", parameter);

	return value ? json_object_new_boolean(*value && strchr("1Y", *value)) : NULL;
}

/* The entries of devices=. */
static struct json_object *json_scope(void)
{
	g_autofree char *value = module_parameter("vfio_passfix", "devices");
	g_auto(GStrv) entries = g_strsplit(value ? value : "", ",", -1);
	struct json_object *list = value ? json_object_new_array() : NULL;

	for (char **entry = entries; *entry; entry++)
		if (*g_strstrip(*entry))
			json_object_array_add(list, json_text(*entry));
	return list;
}

static void print_json(const struct host *host, bool loaded, const char *version)
{
	struct json_object *all = json_answer();
	struct json_object *list = json_object_new_array();
	enum fix_state state = loaded ? fix_state() : FIX_OFF;
	bool readable;
	g_autoptr(GPtrArray) devices = relaxed_devices(host, &readable);

	json_object_object_add(all, "state", json_text(fix_states[state].id));
	json_object_object_add(all, "loaded", json_object_new_boolean(loaded));
	json_object_object_add(all, "module_version", json_text(version));
	json_object_object_add(all, "type1", json_text(type1()->id));
	json_object_object_add(all, "pass_fix", json_switch("pass_fix"));
	json_object_object_add(all, "devices", json_scope());
	json_object_object_add(all, "memlock", json_switch("memlock"));
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
	json_print(all);
}

static int run(G_GNUC_UNUSED int count, G_GNUC_UNUSED char **arguments)
{
	struct host *host = host_read();
	bool loaded = root_exists("/sys/module/vfio_passfix");
	g_autofree char *version = root_read("/sys/module/vfio_passfix/version");

	if (json_wanted) {
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
