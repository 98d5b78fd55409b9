// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "command.h"
#include "handover/ledger.h"
#include "host/faults.h"
#include "host/firmware.h"
#include "host/fix.h"
#include "host/host.h"
#include "host/kernel.h"
#include "host/root.h"
#include "setup/state.h"
#include "text/json.h"
#include "text/output.h"

static const GOptionEntry options[] = {
	JSON_OPTION("Print the state as JSON"),
	{ 0 },
};

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
static const struct state *type1(const struct fix *fix)
{
	static const struct state fork = { "the fork (vfio_iommu_type1_passfix)", "fork" };
	static const struct state built_in = { "stock, built in", "stock-built-in" };
	static const struct state own = { "stock", "stock" };
	static const struct state none = { "none loaded", "none" };
	struct module stock;
	bool builtin;

	if (fix->fork_loaded)
		return &fork;
	module_look("vfio_iommu_type1", &stock);
	builtin = stock.builtin;
	module_clear(&stock);
	if (builtin)
		return &built_in;
	return root_exists("/sys/module/vfio_iommu_type1") ? &own : &none;
}

static void print_relaxed(const struct host *host, const GPtrArray *devices)
{
	for (guint i = 0; i < devices->len; i++) {
		const struct pci_device *device = devices->pdata[i];
		const struct group *group = host_group_of(host, device);
		g_autofree char *name = pci_name(device), *id = pci_id(device);
		g_autofree char *first = NULL, *words = NULL;
		g_autofree char *number = group ? g_strdup_printf("%d", group->number) : g_strdup("-");

		first = g_strdup_printf("  %s  group %-3s  %-10s ", output_text(device->address), number,
					output_text(device->driver ? device->driver : "-"));
		words = g_strdup_printf("%s [%s]", name, id);
		output_wrapped(first, 38, words);
	}
}

/* The IO page faults of relaxed devices; NULL: the log cannot be read. */
static GPtrArray *read_faults(const struct fix *fix, const struct host *host)
{
	struct firmware firmware;
	GPtrArray *faults;

	if (!fix->values[FIX_RELAXED])
		return NULL;
	firmware_read(&firmware);
	faults = faults_read(host, fix, &firmware);
	firmware_clear(&firmware);
	return faults;
}

static void print_faults(const struct fix *fix, const struct host *host)
{
	g_autoptr(GPtrArray) faults = read_faults(fix, host);

	if (!faults) {
		puts("faults    (the kernel's log cannot be read)");
		return;
	}
	if (!faults->len) {
		puts("faults    none at relaxed addresses");
		return;
	}
	printf("faults    IO page faults at relaxed addresses:\n");
	for (guint i = 0; i < faults->len; i++) {
		g_autofree char *text = fault_text(faults->pdata[i]);

		output_wrapped("  ", 4, text);
	}
	output_wrapped("          -> ", 13, FAULTS_MEAN);
}

static void print_fix(const struct fix *fix, const struct host *host)
{
	g_autoptr(GPtrArray) devices = fix_relaxed(fix, host);

	if (!fix->loaded) {
		puts("fix       off: vfio_passfix is not loaded");
		printf("type1     %s\n", type1(fix)->words);
		return;
	}
	printf("fix       %s, by vfio_passfix%s%s\n", fix_states[fix->state].words, fix->version ? " " : "",
	       output_text(fix->version ? fix->version : ""));
	if (fix->state == FIX_NOT_IN_FORCE) {
		puts("          kprobes or ftrace are turned off; switch both on:");
		output_command("            ", 12, FIX_SWITCH_KPROBES_ON);
		output_command("            ", 12, FIX_SWITCH_FTRACE_ON);
	}
	printf("type1     %s\n", type1(fix)->words);
	/* pass_fix and relaxed are shown elsewhere. */
	for (enum fix_parameter i = FIX_PASS_FIX + 1; i < FIX_RELAXED; i++) {
		const struct fix_parameter_kind *parameter = &fix_parameters[i];
		const char *value = fix->values[i];

		printf("%-8s  %s\n", parameter->name,
		       !value ? "(only root can see)" : *value ? output_text(value) : parameter->empty);
	}
	if (!fix->values[FIX_RELAXED])
		puts("relaxed   (only root can see)");
	else if (!devices->len)
		puts("relaxed   no device");
	else
		printf("relaxed   %u device%s\n", devices->len, devices->len == 1 ? "" : "s");
	print_relaxed(host, devices);
	if (devices->len)
		print_faults(fix, host);
}

/* The ledger of the guest that has a card, or NULL. */
static const struct ledger *ledger_of(const GPtrArray *ledgers, const struct setup_card *card)
{
	for (guint i = 0; i < ledgers->len; i++) {
		const struct ledger *ledger = ledgers->pdata[i];

		if (g_ptr_array_find_with_equal_func(ledger->cards, card->card, g_str_equal, NULL))
			return ledger;
	}
	return NULL;
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

/* Who has the cards that are handed over on demand. */
static void print_guests(void)
{
	g_autoptr(GPtrArray) ledgers = ledger_all();
	struct setup_state state;

	setup_state_read(&state);
	for (guint i = 0; i < state.on_demand->len; i++) {
		const struct setup_card *card = state.on_demand->pdata[i];
		const struct ledger *ledger = ledger_of(ledgers, card);
		g_autofree char *first = g_strdup_printf("%-9s ", i ? "" : "on demand");
		g_autofree char *words =
			!ledger ? g_strdup_printf("%s: the host has it, until %s starts", card->card, card->guests) :
			ledger->phase == LEDGER_GUEST ? g_strdup_printf("%s: the guest %s has it", card->card, ledger->guest) :
							g_strdup_printf("%s: on its way %s %s. If that was interrupted: sudo vfio-passfix hand-over %s end",
									card->card,
									ledger->phase == LEDGER_STARTING ? "to" : "back from",
									ledger->guest, ledger->guest);

		output_wrapped(first, 10, words);
	}
	setup_state_clear(&state);
}

static struct json_object *json_guests(void)
{
	g_autoptr(GPtrArray) ledgers = ledger_all();
	struct json_object *list = json_object_new_array();
	struct setup_state state;

	setup_state_read(&state);
	for (guint i = 0; i < state.on_demand->len; i++) {
		const struct setup_card *card = state.on_demand->pdata[i];
		const struct ledger *ledger = ledger_of(ledgers, card);
		struct json_object *entry = json_object_new_object(), *guests = json_object_new_array();
		g_auto(GStrv) names = g_strsplit(card->guests, ",", -1);

		for (char **name = names; *name; name++)
			json_object_array_add(guests, json_text(*name));
		json_object_object_add(entry, "card", json_text(card->card));
		json_object_object_add(entry, "guests", guests);
		json_object_object_add(entry, "guest", json_text(ledger ? ledger->guest : NULL));
		json_object_object_add(entry, "phase", json_text(ledger ? ledger_phases[ledger->phase] : "host"));
		json_object_array_add(list, entry);
	}
	setup_state_clear(&state);
	return list;
}

static struct json_object *json_setup(void)
{
	struct json_object *object = json_object_new_object(), *cards = json_object_new_array();
	struct setup_state state;

	setup_state_read(&state);
	json_object_object_add(object, "state", json_text(state.name));
	json_object_object_add(object, "card", json_text(state.cards->len ? state.cards->pdata[0] : NULL));
	for (guint i = 0; i < state.cards->len; i++)
		json_object_array_add(cards, json_text(state.cards->pdata[i]));
	json_object_object_add(object, "cards", cards);
	setup_state_clear(&state);
	return object;
}

/* A parameter that is on or off; null if it cannot be read. */
static struct json_object *json_switch(const struct fix *fix, enum fix_parameter parameter)
{
	return fix->values[parameter] ? json_object_new_boolean(fix_is_set(fix, parameter)) : NULL;
}

/* The entries of devices=. */
static struct json_object *json_scope(const char *value)
{
	g_auto(GStrv) entries = g_strsplit(value ? value : "", ",", -1);
	struct json_object *list = value ? json_object_new_array() : NULL;

	for (char **entry = entries; *entry; entry++)
		if (*g_strstrip(*entry))
			json_object_array_add(list, json_text(*entry));
	return list;
}

static struct json_object *json_parameter(const struct fix *fix, enum fix_parameter parameter)
{
	return fix_parameters[parameter].is_switch ? json_switch(fix, parameter) : json_scope(fix->values[parameter]);
}

static struct json_object *json_faults(const struct fix *fix, const struct host *host)
{
	g_autoptr(GPtrArray) faults = read_faults(fix, host);
	struct json_object *list = faults ? json_object_new_array() : NULL;

	for (guint i = 0; faults && i < faults->len; i++) {
		const struct fault *fault = faults->pdata[i];
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "device", json_text(fault->device->address));
		json_object_object_add(entry, "address", json_object_new_uint64(fault->address));
		json_object_object_add(entry, "count", json_object_new_int64(fault->count));
		json_object_object_add(entry, "block", json_text(fault->block));
		json_object_array_add(list, entry);
	}
	return list;
}

static void print_json(const struct fix *fix, const struct host *host)
{
	struct json_object *all = json_answer();
	struct json_object *list = json_object_new_array();
	bool readable = fix->values[FIX_RELAXED];
	g_autoptr(GPtrArray) devices = fix_relaxed(fix, host);

	json_object_object_add(all, "state", json_text(fix_states[fix->state].id));
	json_object_object_add(all, "loaded", json_object_new_boolean(fix->loaded));
	json_object_object_add(all, "module_version", json_text(fix->version));
	json_object_object_add(all, "type1", json_text(type1(fix)->id));
	for (enum fix_parameter i = FIX_PASS_FIX; i < FIX_RELAXED; i++)
		json_object_object_add(all, fix_parameters[i].name, json_parameter(fix, i));
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
	json_object_object_add(all, "faults", json_faults(fix, host));
	json_object_object_add(all, "setup", json_setup());
	json_object_object_add(all, "on_demand", json_guests());
	json_print(all);
}

static int run(G_GNUC_UNUSED int count, G_GNUC_UNUSED char **arguments)
{
	struct host *host = host_read();
	struct fix fix;

	fix_read(&fix);
	if (json_wanted) {
		print_json(&fix, host);
	} else {
		print_fix(&fix, host);
		print_setup();
		print_guests();
	}
	fix_clear(&fix);
	host_free(host);
	return EXIT_FINE;
}

const struct command command_status = {
	.name = "status",
	.arguments = "",
	.summary = "show whether the fix is on, and what it relaxes",
	.description = "Shows whether the fix is on and by which module, which type1 VFIO uses, the fix's parameters, "
		       "the devices that are relaxed now, with their IOMMU groups and drivers, how far setup has got, and who has the cards that are handed over on demand.\n\n"
		       "IO page faults at relaxed addresses since the fix was turned on, which the kernel has logged, mean that "
		       "the firmware or the device itself still uses memory that the firmware mandated a 1:1 mapping for. They "
		       "are listed with device, address and block.\n\n"
		       "While kprobes or ftrace are turned off, the fix is on but not in force.",
	.options = options,
	.run = run,
};
