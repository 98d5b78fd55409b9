// SPDX-License-Identifier: GPL-2.0-only
#include "host/kernel.h"

#include <errno.h>
#include <gio/gio.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>

#include "host/modprobe_config.h"
#include "host/module_files.h"
#include "host/option.h"
#include "host/record.h"
#include "host/root.h"

const char *kernel_release(void)
{
	static char *release;

	if (!release)
		release = root_read("/proc/sys/kernel/osrelease");
	if (!release)
		release = g_strdup("");
	return release;
}

bool kernel_at_least(int major, int minor)
{
	int own_major = 0, own_minor = 0;

	sscanf(kernel_release(), "%d.%d", &own_major, &own_minor);
	return own_major > major || (own_major == major && own_minor >= minor);
}

char *kernel_boot(void)
{
	char *boot = root_read("/proc/sys/kernel/random/boot_id");

	return boot ? boot : g_strdup("");
}

char *kernel_parameter(const char *name)
{
	g_autofree char *line = root_read("/proc/cmdline");

	return line ? option_value(line, name) : NULL;
}

/* libkmod returns its errors, and we report them. */
static void quiet(G_GNUC_UNUSED void *data, G_GNUC_UNUSED int priority, G_GNUC_UNUSED const char *file,
		  G_GNUC_UNUSED int line, G_GNUC_UNUSED const char *function,
		  G_GNUC_UNUSED const char *format, G_GNUC_UNUSED va_list arguments)
{
}

/* libkmod's context; only for the running host. */
static struct kmod_ctx *modules(void)
{
	static struct kmod_ctx *context;

	if (!context) {
		g_autofree char *folder = g_build_filename(module_files_folder(kernel_release()), kernel_release(), NULL);

		/* kmod_new() logs lines that it cannot parse, before it can be given a log function. */
		g_setenv("KMOD_LOG", "0", TRUE);
		context = kmod_new(folder, NULL);
		g_unsetenv("KMOD_LOG");
		if (context)
			kmod_set_log_fn(context, quiet, NULL);
	}
	return context;
}

/*
 * Whether to read depmod's files ourselves. libkmod only works for the running host, and while a host is
 * recorded, the record needs the files that will be read in its tree.
 */
static bool by_files(void)
{
	return !root_is_host() || record_is_on();
}

static void look_at_files(const char *name, struct module *module)
{
	g_autofree char *path = module_files_path(kernel_release(), name, &module->builtin);

	if (path)
		module_files_info(path, &module->signer, &module->version);
	module->path = path && root_exists("%s", path) ? root_path("%s", path) : NULL;
	module->loaded = module->loaded || module->builtin;
}

void module_look(const char *name, struct module *module)
{
	struct kmod_ctx *context = by_files() ? NULL : modules();
	struct kmod_module *found = NULL;
	struct kmod_list *info = NULL, *entry;

	memset(module, 0, sizeof(*module));
	module->loaded = root_exists("/sys/module/%s", name);
	if (by_files()) {
		look_at_files(name, module);
		return;
	}
	if (!context || kmod_module_new_from_name(context, name, &found) < 0)
		return;
	module->path = g_strdup(kmod_module_get_path(found));
	if (!module->path) {
		struct kmod_list *list = NULL;

		/* Use the alias index, in which libkmod looks up built-in modules. */
		if (!kmod_module_new_from_lookup(context, name, &list) && list) {
			struct kmod_module *looked = kmod_module_get_module(list);

			module->builtin = kmod_module_get_initstate(looked) == KMOD_MODULE_BUILTIN;
			kmod_module_unref(looked);
		}
		kmod_module_unref_list(list);
	}
	if (module->path && kmod_module_get_info(found, &info) >= 0) {
		kmod_list_foreach(entry, info) {
			const char *key = kmod_module_info_get_key(entry);
			const char *value = kmod_module_info_get_value(entry);

			if (!strcmp(key, "signer") && !module->signer)
				module->signer = g_strdup(value);
			else if (!strcmp(key, "version") && !module->version)
				module->version = g_strdup(value);
		}
		kmod_module_info_free_list(info);
	}
	module->loaded = module->loaded || module->builtin;
	kmod_module_unref(found);
}

void module_clear(struct module *module)
{
	g_free(module->path);
	g_free(module->signer);
	g_free(module->version);
}

char *module_parameter(const char *module, const char *parameter)
{
	return root_read("/sys/module/%s/parameters/%s", module, parameter);
}

/* What @command lines of the configuration set; for options, also the kernel's command line. */
static struct kmod_config_iter *settings_of(struct kmod_ctx *context, const char *command)
{
	return !strcmp(command, "install") ? kmod_config_get_install_commands(context) :
					     kmod_config_get_options(context);
}

/* Adds "vfio_pci.ids=..." from the kernel's command line after those from files, as libkmod does. */
static void add_boot_options(GPtrArray *values, const char *name)
{
	g_autofree char *line = root_read("/proc/cmdline");
	g_auto(GStrv) words = g_strsplit_set(line ? line : "", " \t\n", -1);
	size_t length = strlen(name);

	for (char **word = words; *word; word++) {
		g_autofree char *module = g_strdelimit(g_strndup(*word, length), "-", '_');

		if (!strcmp(module, name) && (*word)[length] == '.' && (*word)[length + 1])
			g_ptr_array_add(values, g_strdup(*word + length + 1));
	}
}

GPtrArray *module_settings(const char *command, const char *name)
{
	GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
	struct kmod_ctx *context = by_files() ? NULL : modules();
	struct kmod_config_iter *settings = context ? settings_of(context, command) : NULL;

	if (by_files()) {
		g_autoptr(GPtrArray) lines = modprobe_config(command, name);

		for (guint i = 0; i < lines->len; i++)
			g_ptr_array_add(values, g_strdup(((const struct setting *)lines->pdata[i])->value));
		if (!strcmp(command, "options"))
			add_boot_options(values, name);
	}
	while (settings && kmod_config_iter_next(settings))
		if (!strcmp(kmod_config_iter_get_key(settings), name))
			g_ptr_array_add(values, g_strdup(kmod_config_iter_get_value(settings)));
	if (settings)
		kmod_config_iter_free_iter(settings);
	return values;
}

char *module_configured(const char *name)
{
	g_autoptr(GPtrArray) values = module_settings("options", name);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < values->len; i++)
		g_string_append_printf(text, "%s%s", i ? " " : "", (char *)values->pdata[i]);
	return g_string_free(text, !text->len);
}

bool module_load(const char *name, GError **error)
{
	struct kmod_ctx *context = modules();
	struct kmod_list *list = NULL, *entry;
	int result = context ? kmod_module_new_from_lookup(context, name, &list) : -ENOENT;

	if (!result && !list)
		result = -ENOENT;
	kmod_list_foreach(entry, list) {
		struct kmod_module *module = kmod_module_get_module(entry);

		if (!result)
			result = kmod_module_probe_insert_module(module, KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY,
								 NULL, NULL, NULL, NULL);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(list);
	if (result < 0) {
		g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(-result),
			    "cannot load the module %s for kernel %s: %s", name, kernel_release(),
			    g_strerror(-result));
		return false;
	}
	return true;
}

GPtrArray *module_for(const char *modalias)
{
	struct kmod_ctx *context = by_files() ? NULL : modules();
	struct kmod_list *list = NULL, *entry;
	GPtrArray *names = NULL;

	if (by_files())
		return module_files_for(kernel_release(), modalias);
	names = g_ptr_array_new_with_free_func(g_free);
	if (!context || kmod_module_new_from_lookup(context, modalias, &list) < 0)
		return names;
	kmod_list_foreach(entry, list) {
		struct kmod_module *module = kmod_module_get_module(entry);

		g_ptr_array_add(names, g_strdup(kmod_module_get_name(module)));
		kmod_module_unref(module);
	}
	kmod_module_unref_list(list);
	return names;
}

bool kernel_wants_signatures(void)
{
	g_autofree char *enforced = module_parameter("module", "sig_enforce");
	g_autofree char *lockdown = root_read("/sys/kernel/security/lockdown");

	return (enforced && !strcmp(enforced, "Y")) ||
	       (lockdown && (strstr(lockdown, "[integrity]") || strstr(lockdown, "[confidentiality]")));
}

bool module_loads(const struct module *module)
{
	return !kernel_wants_signatures() || (module->signer && kernel_trusts(module->signer) != NOT_TRUSTED);
}

/* Each line of a key has "OWNER: FINGERPRINT". If there is none, this user cannot see them: the kernel has some. */
enum trust kernel_trusts(const char *signer)
{
	g_autofree char *keys = root_read("/proc/keys");
	g_autofree char *name = g_strdup_printf(" %s: ", signer);
	g_auto(GStrv) lines = g_strsplit(keys ? keys : "", "\n", -1);
	enum trust trust = TRUST_UNKNOWN;

	for (char **line = lines; *line; line++) {
		if (!strstr(*line, " asymmetri "))
			continue;
		if (strstr(*line, name))
			return TRUSTED;
		trust = NOT_TRUSTED;
	}
	return trust;
}
