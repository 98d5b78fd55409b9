// SPDX-License-Identifier: GPL-2.0-only
#include "host/cpu.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "host/root.h"

#define CPUS "/sys/devices/system/cpu"

/* How many CPUs a list such as "0,8" or "0-1,16" has. */
static int count_list(const char *list)
{
	g_auto(GStrv) parts = g_strsplit(list, ",", -1);
	int count = 0;

	for (char **part = parts; *part; part++) {
		int first, last;
		int got = sscanf(*part, "%d-%d", &first, &last);

		if (got == 1)
			count++;
		else if (got == 2 && last >= first)
			count += last - first + 1;
	}
	return count;
}

/* All threads of a core have the same list. An offline CPU has none. */
static void read_topology(struct cpu *cpu)
{
	g_autoptr(GPtrArray) names = root_list(CPUS);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	cpu->cores = 0;
	cpu->threads = 0;
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		char *list;
		int threads;

		if (!g_str_has_prefix(name, "cpu") || !g_ascii_isdigit(name[3]))
			continue;
		list = root_read(CPUS "/%s/topology/thread_siblings_list", name);
		threads = list ? count_list(list) : 0;
		if (!threads) {
			g_free(list);
			continue;
		}
		/* The table owns the list from here on. */
		if (!g_hash_table_add(seen, list))
			continue;
		cpu->cores++;
		if (!cpu->threads)
			cpu->threads = threads;
		else if (cpu->threads != threads)
			cpu->threads = 1;
	}
}

/* The value in a line "name : value" of /proc/cpuinfo, for g_free(); NULL: there is no such line. */
static char *field(const char *cpuinfo, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(cpuinfo, "\n", -1);

	for (char **line = lines; *line; line++) {
		const char *colon = strchr(*line, ':');

		if (colon && g_str_has_prefix(*line, name) &&
		    strspn(*line + strlen(name), "\t ") == (size_t)(colon - *line) - strlen(name))
			return g_strstrip(g_strdup(colon + 1));
	}
	return NULL;
}

bool cpu_has_flag(const char *flag)
{
	g_autofree char *cpuinfo = root_read("/proc/cpuinfo");
	g_autofree char *flags = cpuinfo ? field(cpuinfo, "flags") : NULL;
	g_auto(GStrv) words = g_strsplit(flags ? flags : "", " ", -1);

	return g_strv_contains((const char *const *)words, flag);
}

int cpu_address_bits(void)
{
	g_autofree char *cpuinfo = root_read("/proc/cpuinfo");
	g_autofree char *sizes = cpuinfo ? field(cpuinfo, "address sizes") : NULL;

	return sizes ? (int)g_ascii_strtoull(sizes, NULL, 10) : 0;
}

bool cpu_read(struct cpu *cpu, GError **error)
{
	static const char *const amd[] = { "AuthenticAMD", "HygonGenuine", NULL };
	g_autofree char *cpuinfo = root_read("/proc/cpuinfo");
	g_autofree char *vendor = cpuinfo ? field(cpuinfo, "vendor_id") : NULL;
	g_autofree char *folder = root_path(CPUS);

	cpu->amd = vendor && g_strv_contains(amd, vendor);
	read_topology(cpu);
	if (cpu->cores)
		return true;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		    "cannot tell how many cores the host has: no topology/thread_siblings_list "
		    "in %s/cpu*; say how many CPUs the guest gets with --cpus",
		    folder);
	return false;
}

bool cpu_is_arm(void)
{
	g_autofree char *cpuinfo = root_read("/proc/cpuinfo");
	g_autofree char *implementer = cpuinfo ? field(cpuinfo, "CPU implementer") : NULL;

	return implementer;
}
