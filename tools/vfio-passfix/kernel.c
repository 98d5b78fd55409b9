// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "command.h"
#include "root.h"

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

/* Blanks inside double quotes do not part words. */
GPtrArray *kernel_parameters(void)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *line = root_read("/proc/cmdline");
	g_autoptr(GString) word = g_string_new(NULL);
	bool quoted = false;

	for (const char *c = line ? line : "";; c++) {
		if (*c == '"')
			quoted = !quoted;
		if (*c && (quoted || !g_ascii_isspace(*c))) {
			g_string_append_c(word, *c);
			continue;
		}
		if (word->len)
			g_ptr_array_add(words, g_strdup(word->str));
		g_string_truncate(word, 0);
		if (!*c)
			return words;
	}
}

/* The kernel takes '-' and '_' in a name for the same. */
static bool same_name(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((a[i] == '-' ? '_' : a[i]) != (b[i] == '-' ? '_' : b[i]))
			return false;
	return true;
}

char *kernel_boot(void)
{
	char *boot = root_read("/proc/sys/kernel/random/boot_id");

	return boot ? boot : g_strdup("");
}

char *kernel_parameter(const char *name)
{
	g_autoptr(GPtrArray) words = kernel_parameters();
	size_t length = strlen(name);
	char *value = NULL;

	/* The last one counts. */
	for (guint i = 0; i < words->len; i++) {
		const char *word = words->pdata[i];

		if (strlen(word) < length || !same_name(word, name, length) ||
		    (word[length] && word[length] != '='))
			continue;
		g_free(value);
		value = g_strdup(word[length] ? word + length + 1 : "");
	}
	return value;
}

/* What libkmod cannot do comes back to us, and is said by us. */
static void quiet(G_GNUC_UNUSED void *data, G_GNUC_UNUSED int priority, G_GNUC_UNUSED const char *file,
		  G_GNUC_UNUSED int line, G_GNUC_UNUSED const char *function,
		  G_GNUC_UNUSED const char *format, G_GNUC_UNUSED va_list arguments)
{
}

/* modprobe's folders; a file name that comes twice is read where it comes first. */
static const char *const config_folders[] = { "/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
					      "/usr/lib/modprobe.d", "/lib/modprobe.d", NULL };

static int by_name(gconstpointer a, gconstpointer b)
{
	g_autofree char *name = g_path_get_basename(*(char *const *)a);
	g_autofree char *other = g_path_get_basename(*(char *const *)b);

	return strcmp(name, other);
}

/* All that modprobe would read, in that order, as one file without a name: libkmod would follow links. */
static char *config_under_root(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	FILE *all = fdopen(memfd_create("modprobe.d", MFD_CLOEXEC), "w");

	for (const char *const *folder = config_folders; *folder; folder++) {
		g_autoptr(GPtrArray) names = root_list("%s", *folder);

		for (guint i = 0; i < names->len; i++)
			if (g_str_has_suffix(names->pdata[i], ".conf") &&
			    g_hash_table_add(seen, g_strdup(names->pdata[i])))
				g_ptr_array_add(paths, g_build_filename(*folder, names->pdata[i], NULL));
	}
	g_ptr_array_sort(paths, by_name);
	for (guint i = 0; all && i < paths->len; i++) {
		g_autofree char *text = root_read("%s", (char *)paths->pdata[i]);

		fprintf(all, "%s\n", text ? text : "");
	}
	if (!all || fflush(all)) {
		complain("cannot read modprobe's configuration: no memory for it (%s)", g_strerror(errno));
		exit(EXIT_WARNINGS);
	}
	/* Left open, for libkmod to read. */
	return g_strdup_printf("/proc/self/fd/%d", fileno(all));
}

/* The same for its indices, which are not read unless all of them lie there as plain files. */
static char *modules_under_root(void)
{
	g_autoptr(GPtrArray) names = root_list("/lib/modules/%s", kernel_release());
	int fd = root_open(O_RDONLY | O_DIRECTORY, "/lib/modules/%s", kernel_release());
	g_autofree char *folder = fd >= 0 ? g_strdup_printf("/proc/self/fd/%d", fd) : NULL;

	for (guint i = 0; folder && i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autofree char *opened = g_build_filename(folder, name, NULL);

		if (g_str_has_prefix(name, "modules.") &&
		    !root_is_plain(opened, "/lib/modules/%s/%s", kernel_release(), name))
			return NULL;
	}
	return g_steal_pointer(&folder);
}

static char *modules_folder(void)
{
	static char *folder;

	if (!folder)
		folder = root_is_host() ? root_path("/lib/modules/%s", kernel_release()) : modules_under_root();
	return folder;
}

static struct kmod_ctx *modules(void)
{
	static struct kmod_ctx *context;

	if (!context && modules_folder()) {
		g_autofree char *one = root_is_host() ? NULL : config_under_root();
		const char *under_root[] = { one, NULL };

		/* kmod_new() logs lines that it cannot parse, before it can be given a log function. */
		g_setenv("KMOD_LOG", "0", TRUE);
		context = kmod_new(modules_folder(), root_is_host() ? config_folders : under_root);
		g_unsetenv("KMOD_LOG");
		if (context)
			kmod_set_log_fn(context, quiet, NULL);
	}
	return context;
}

/* Where a module's file is, as on a running host; NULL: nowhere, or where it is not to be read. */
static char *path_of(const struct kmod_module *module)
{
	const char *opened = kmod_module_get_path(module);
	g_autofree char *path = NULL;

	if (!opened || root_is_host())
		return g_strdup(opened);
	if (!g_str_has_prefix(opened, modules_folder()))
		return NULL;
	path = g_strdup_printf("/lib/modules/%s%s", kernel_release(), opened + strlen(modules_folder()));
	return root_is_plain(opened, "%s", path) ? root_path("%s", path) : NULL;
}

void module_look(const char *name, struct module *module)
{
	struct kmod_ctx *context = modules();
	struct kmod_module *found = NULL;
	struct kmod_list *info = NULL, *entry;

	memset(module, 0, sizeof(*module));
	module->loaded = root_exists("/sys/module/%s", name);
	if (!context || kmod_module_new_from_name(context, name, &found) < 0)
		return;
	module->path = path_of(found);
	if (!module->path) {
		struct kmod_list *list = NULL;

		/* By the alias index, in which libkmod looks for what is built in. */
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

char *module_configured(const char *name)
{
	struct kmod_ctx *context = modules();
	struct kmod_config_iter *options = context ? kmod_config_get_options(context) : NULL;
	GString *text = g_string_new(NULL);

	while (options && kmod_config_iter_next(options)) {
		if (strcmp(kmod_config_iter_get_key(options), name))
			continue;
		g_string_append_printf(text, "%s%s", text->len ? " " : "",
				       kmod_config_iter_get_value(options));
	}
	if (options)
		kmod_config_iter_free_iter(options);
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
	struct kmod_ctx *context = modules();
	struct kmod_list *list = NULL, *entry;
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

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

/* The kernel has keys of its own at least; they are named "OWNER: FINGERPRINT", in a line each. */
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
