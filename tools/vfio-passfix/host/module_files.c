// SPDX-License-Identifier: GPL-2.0-only
#include "host/module_files.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <libkmod.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/record.h"
#include "host/root.h"

#define MOST_SECONDS 2
#define MOST_MEMORY (256u << 20)
/* The size limit for the answer of the process that reads a module. */
#define MOST_ANSWER 4096

/* '-' and '_' are the same in names of modules. */
static char *same_name(const char *name, size_t length)
{
	return g_strdelimit(g_strndup(name, length), "-", '_');
}

/* "vfio_pci" for "kernel/drivers/vfio/pci/vfio-pci.ko.xz". */
static char *name_in(const char *path)
{
	const char *base = strrchr(path, '/');
	const char *end;

	base = base ? base + 1 : path;
	end = strstr(base, ".ko");
	return same_name(base, end ? (size_t)(end - base) : strlen(base));
}

/* On NixOS the folder is elsewhere. */
const char *module_files_folder(const char *release)
{
	static const char *const folders[] = { "/lib/modules", "/run/booted-system/kernel-modules/lib/modules" };

	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
		if (root_exists("%s/%s", folders[i], release))
			return folders[i];
	return folders[0];
}

static char **lines_of(const char *release, const char *file)
{
	g_autofree char *text = root_read("%s/%s/%s", module_files_folder(release), release, file);

	return g_strsplit(text ? text : "", "\n", -1);
}

/* The path in the line of a module, up to a colon; NULL: there is no such line. */
static char *line_for(const char *release, const char *file, const char *name)
{
	g_auto(GStrv) lines = lines_of(release, file);
	g_autofree char *wanted = same_name(name, strlen(name));

	for (char **line = lines; *line; line++) {
		g_autofree char *own = NULL;

		(*line)[strcspn(*line, ":")] = '\0';
		own = name_in(*line);
		if (!strcmp(own, wanted))
			return g_strdup(*line);
	}
	return NULL;
}

char *module_files_path(const char *release, const char *name, bool *builtin)
{
	g_autofree char *path = line_for(release, "modules.dep", name);
	g_autofree char *inside = path ? NULL : line_for(release, "modules.builtin", name);

	*builtin = inside;
	return path ? g_strdup_printf("%s/%s/%s", module_files_folder(release), release, path) : NULL;
}

GPtrArray *module_files_for(const char *release, const char *modalias)
{
	g_auto(GStrv) lines = lines_of(release, "modules.alias");
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	for (char **line = lines; *line; line++) {
		g_auto(GStrv) words = g_strsplit(*line, " ", 3);

		if (g_strv_length(words) == 3 && !strcmp(words[0], "alias") && !fnmatch(words[1], modalias, 0))
			g_ptr_array_add(names, same_name(words[2], strlen(words[2])));
	}
	return names;
}

/* Limits this process in time, and in memory beyond what it has now. */
static void limit(void)
{
	struct rlimit time = { MOST_SECONDS, MOST_SECONDS }, memory;
	unsigned long long pages = 0;
	g_autofree char *own = NULL;

	if (!g_file_get_contents("/proc/self/statm", &own, NULL, NULL) || sscanf(own, "%llu", &pages) != 1)
		_exit(1);
	memory.rlim_cur = memory.rlim_max = pages * (unsigned long long)getpagesize() + MOST_MEMORY;
	if (setrlimit(RLIMIT_AS, &memory) || setrlimit(RLIMIT_CPU, &time))
		_exit(1);
}

/* Runs in a separate process, because libkmod inflates compressed modules, and trusts their contents. */
static void answer(const char *path, int to) G_GNUC_NORETURN;

static void answer(const char *path, int to)
{
	const char *config_of_none[] = { NULL };
	struct kmod_module *module = NULL;
	struct kmod_list *info = NULL, *entry;
	struct kmod_ctx *context;

	limit();
	context = kmod_new("/", config_of_none);
	if (!context || kmod_module_new_from_path(context, path, &module) < 0 ||
	    kmod_module_get_info(module, &info) < 0)
		_exit(1);
	kmod_list_foreach(entry, info) {
		dprintf(to, "%s=%s\n", kmod_module_info_get_key(entry), kmod_module_info_get_value(entry));
	}
	_exit(0);
}

/* The part of the answer that arrives in time. */
static char *read_answer(int from)
{
	GString *text = g_string_new(NULL);
	struct pollfd ready = { .fd = from, .events = POLLIN };
	char chunk[512];
	ssize_t got;

	while (text->len < MOST_ANSWER && poll(&ready, 1, 2 * MOST_SECONDS * 1000) > 0 &&
	       (got = read(from, chunk, sizeof(chunk))) > 0)
		g_string_append_len(text, chunk, got);
	return g_string_free(text, FALSE);
}

static char *value_of(char **lines, const char *key)
{
	for (; *lines; lines++)
		if (g_str_has_prefix(*lines, key))
			return g_strdup(*lines + strlen(key));
	return NULL;
}

/* What libkmod says about a module's file, one "key=value" per line; NULL: nothing. */
static char *ask(const char *path)
{
	g_autofree char *lent = root_lend("%s", path);
	g_autofree char *text = NULL;
	int ends[2];
	pid_t child;

	if (!lent || pipe2(ends, O_CLOEXEC))
		return NULL;
	/* Otherwise both processes might print what is still buffered. */
	fflush(NULL);
	child = fork();
	if (!child)
		answer(lent, ends[1]);
	close(ends[1]);
	text = child > 0 ? read_answer(ends[0]) : g_strdup("");
	close(ends[0]);
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return g_steal_pointer(&text);
}

#define SIGNER "signer of a module"
#define VERSION_OF "version of a module"

/*
 * The tree of a recorded host has the answers instead of modules. While a host is recorded,
 * each module is read only once, since inflating it takes time.
 */
static const char *known(const char *topic, const char *path)
{
	return record_is_on() ? record_answered(topic, path) : root_answer(topic, path);
}

/* "" stands for a value that was looked for and does not exist. */
static char *given(const char *value)
{
	return value && *value ? g_strdup(value) : NULL;
}

void module_files_info(const char *path, char **signer, char **version)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (known(SIGNER, path)) {
		*signer = given(known(SIGNER, path));
		*version = given(known(VERSION_OF, path));
		return;
	}
	text = ask(path);
	lines = g_strsplit(text ? text : "", "\n", -1);
	*signer = value_of(lines, "signer=");
	*version = value_of(lines, "version=");
	record_answer(SIGNER, path, *signer ? *signer : "");
	if (*version)
		record_answer(VERSION_OF, path, *version);
}
