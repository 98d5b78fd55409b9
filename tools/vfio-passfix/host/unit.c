// SPDX-License-Identifier: GPL-2.0-only
#include "host/unit.h"

#include <gio/gio.h>
#include <string.h>

#include "host/root.h"

#define POLL_US 100000

/* With control groups of version 2, and of version 1 beside them. */
static const char *const hierarchies[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd" };

/* "0::/user.slice/..." or, in version 1, "1:name=systemd:/user.slice/..."; for g_free(). */
static char *group_of(const char *pid)
{
	g_autofree char *text = root_read("/proc/%s/cgroup", pid);
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	for (char **line = lines; *line; line++) {
		if (g_str_has_prefix(*line, "0::/"))
			return g_strdup(*line + strlen("0::"));
		if (strstr(*line, ":name=systemd:/"))
			return g_strdup(strstr(*line, ":/") + 1);
	}
	return NULL;
}

bool unit_is_of_user(const char *unit)
{
	return (g_str_has_prefix(unit, "session-") && g_str_has_suffix(unit, ".scope")) ||
	       (g_str_has_prefix(unit, "user@") && g_str_has_suffix(unit, ".service"));
}

char *unit_of_process(const char *pid)
{
	g_autofree char *group = group_of(pid);
	g_auto(GStrv) parts = g_strsplit(group ? group : "", "/", -1);
	const char *unit = NULL;

	/* What is below a user's own systemd is that one's business. */
	for (char **part = parts; *part && !(unit && unit_is_of_user(unit)); part++)
		if (g_str_has_suffix(*part, ".service") || g_str_has_suffix(*part, ".scope"))
			unit = *part;
	return g_strdup(unit);
}

char *unit_of_display_manager(void)
{
	char *unit = root_link("/etc/systemd/system/display-manager.service");

	if (unit)
		return unit;
	if (root_exists("/etc/systemd/system/display-manager.service") ||
	    root_exists("/run/systemd/system/display-manager.service") ||
	    root_exists("/usr/lib/systemd/system/display-manager.service"))
		return g_strdup("display-manager.service");
	return NULL;
}

/* Under --root, and to look at what is left: a unit's group goes when its last program has ended. */
static bool has_group(const char *unit)
{
	for (size_t i = 0; i < G_N_ELEMENTS(hierarchies); i++) {
		if (root_exists("%s/system.slice/%s", hierarchies[i], unit))
			return true;
		if (unit_is_of_user(unit)) {
			g_autoptr(GPtrArray) users = root_list("%s/user.slice", hierarchies[i]);

			for (guint j = 0; j < users->len; j++)
				if (root_exists("%s/user.slice/%s/%s", hierarchies[i], (char *)users->pdata[j], unit))
					return true;
		}
	}
	return false;
}

static bool systemctl(const char *first, const char *second, const char *unit)
{
	g_autoptr(GSubprocess) process =
		g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, "systemctl",
				 first, second, "--", unit, NULL);

	return process && g_subprocess_wait_check(process, NULL, NULL);
}

static bool is_active(const char *unit)
{
	return systemctl("is-active", "--quiet", unit);
}

bool unit_runs(const char *unit)
{
	return has_group(unit) || (root_is_host() && is_active(unit));
}

/* One that stops is not active and still has its group. */
static bool is_stopped(const char *unit)
{
	return !unit_runs(unit);
}

/*
 * The job is waited for here, since systemctl itself has no limit. Where it cannot be asked for, the unit may be
 * still as it should be: a session goes with its display manager.
 */
static bool run_job(const char *verb, const char *unit, bool (*done)(const char *unit), unsigned int seconds)
{
	gint64 end = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
	bool asked = systemctl(verb, "--no-block", unit);

	while (!done(unit)) {
		if (!asked || g_get_monotonic_time() > end)
			return false;
		g_usleep(POLL_US);
	}
	return true;
}

bool unit_stop(const char *unit, unsigned int seconds)
{
	return run_job("stop", unit, is_stopped, seconds);
}

bool unit_start(const char *unit, unsigned int seconds)
{
	/* Starts that others asked for count towards its limit, and so do ours. */
	systemctl("reset-failed", "--quiet", unit);
	return run_job("start", unit, is_active, seconds);
}

/* Whether it is about to start: it has a job, as at boot. */
static bool is_starting(const char *unit)
{
	g_autoptr(GSubprocess) process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL,
							  "systemctl", "show", "--value", "--property=Job", "--", unit, NULL);
	g_autofree char *output = NULL;

	if (!process || !g_subprocess_communicate_utf8(process, NULL, NULL, &output, NULL, NULL) || !output)
		return false;
	g_strstrip(output);
	return *output && strcmp(output, "0") != 0;
}

void unit_wait(const char *unit, unsigned int seconds)
{
	gint64 end = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;

	while (is_starting(unit) && g_get_monotonic_time() < end)
		g_usleep(POLL_US);
}
