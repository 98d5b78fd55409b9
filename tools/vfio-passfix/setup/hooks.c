// SPDX-License-Identifier: GPL-2.0-only
#include "setup/hooks.h"

#include <string.h>

#include "host/libvirt.h"
#include "host/platform.h"
#include "host/root.h"

#define OWN_HOOK "/etc/libvirt/hooks/qemu"

/* From this version on libvirt runs what is in qemu.d as well. */
#define LIBVIRT_HOOK_FOLDERS 6005000u

bool hooks_libvirt_is_there(void)
{
	return libvirt_unit() != NULL;
}

bool hooks_qm_is_there(void)
{
	return root_program("qm") && root_exists("/etc/pve");
}

char *hooks_unit(const char *comment, const char *sandbox)
{
	/* Twice: if the first is killed, the second finishes its work; otherwise it has nothing to do. */
	return g_strconcat(comment,
			   "\n[Unit]\n"
			   "Description=The devices of the guest %i\n"
			   "Documentation=man:vfio-passfix(8)\n"
			   /* It lives as long as the guest, which an isolated target or a shutdown does not end first. */
			   "DefaultDependencies=no\n"
			   "IgnoreOnIsolate=yes\n"
			   "StartLimitIntervalSec=0\n"
			   "\n[Service]\n"
			   "Type=oneshot\n"
			   "RemainAfterExit=yes\n"
			   "ExecStart=" PREFIX "/sbin/vfio-passfix hand-over %i start\n"
			   "ExecStopPost=-" PREFIX "/sbin/vfio-passfix hand-over %i end\n"
			   "ExecStopPost=" PREFIX "/sbin/vfio-passfix hand-over %i end\n"
			   /* A driver that does not release its device leaves a writer behind, which no signal ends. */
			   "KillMode=process\n"
			   "TimeoutStartSec=10min\n"
			   "TimeoutStopSec=10min\n",
			   sandbox, NULL);
}

/* Without systemd there is nobody who would finish what is killed. */
#define START_AND_END                                                                                \
	"unit=vfio-passfix-guest@$1.service\n"                                                       \
	"if [ ! -d /run/systemd/system ]; then\n"                                                    \
	"\texec " PREFIX "/sbin/vfio-passfix hand-over \"$1\" \"$to\" >&2\n"                         \
	"elif [ \"$to\" = end ]; then\n"                                                             \
	"\tsystemctl stop \"$unit\"\n"                                                               \
	"\t# A unit that had failed before has nothing to stop.\n"                                  \
	"\t[ -e \"/run/vfio-passfix/hand-over/$1.json\" ] || exit 0\n"                              \
	"\texec systemd-run -q --wait --collect " PREFIX "/sbin/vfio-passfix hand-over \"$1\" end\n" \
	"fi\n"                                                                                       \
	"rm -f \"/run/vfio-passfix/hand-over/$1.refused\"\n"                                         \
	"# Not \"start\": if a unit was left behind, its guest no longer has anything.\n"            \
	"if systemctl restart \"$unit\" 2>/dev/null; then\n"                                         \
	"%s"                                                                                          \
	"\texit\n"                                                                                   \
	"fi\n"                                                                                       \
	"{ cat \"/run/vfio-passfix/hand-over/$1.refused\" 2>/dev/null ||\n"                          \
	"\techo \"vfio-passfix: $unit failed; see: journalctl -u $unit\"; } >&2\n"                   \
	"exit 1\n"

/* @started: what else is done once the guest's cards are there, "" or lines with a tab before them */
static char *script(const char *comment, const char *usage, const GPtrArray *guests, const char *start, const char *end,
		    const char *started)
{
	GString *text = g_string_new("#!/bin/sh\n");

	g_string_append_printf(text, "%s# %s\ncase $1/$2%s in\n", comment, usage, strchr(start, '/') ? "/$3" : "");
	for (guint i = 0; i < guests->len; i++) {
		const char *guest = guests->pdata[i];

		g_string_append_printf(text, "%s/%s) to=start ;;\n%s/%s) to=end ;;\n", guest, start, guest, end);
	}
	g_string_append_printf(text, "*) exit 0 ;;\nesac\n\n" START_AND_END, started);
	return g_string_free(text, FALSE);
}

char *hooks_libvirt(const char *comment, const GPtrArray *guests)
{
	return script(comment, "libvirt runs this as: vfio-passfix GUEST OPERATION SUB-OPERATION ...", guests, "prepare/begin",
		      "release/end", "");
}

/* qm holds that lock while it starts a guest; if the start fails after this, no other phase follows. */
static const char watch[] =
	"\t# If the start fails after this, Proxmox VE says nothing more.\n"
	"\tsystemd-run -q --no-block --collect sh -c 'flock \"/var/lock/qemu-server/lock-$0.conf\" true\n"
	"\t\tkill -0 \"$(cat \"/run/qemu-server/$0.pid\")\" || systemctl stop \"vfio-passfix-guest@$0.service\"' \"$1\"\n";

char *hooks_qm(const char *comment, const GPtrArray *guests)
{
	return script(comment, "Proxmox VE runs this as: vfio-passfix.sh VMID PHASE", guests, "pre-start", "post-stop",
		      watch);
}

char *hooks_in_the_way(const char *guest)
{
	static const char *const words[] = { "vfio", "nodedev", "driver_override", "/unbind", "HOOKPATH", "qemu.d/$" };
	g_autofree char *text = root_read(OWN_HOOK);
	g_autoptr(GPtrArray) folder = root_list("/etc/libvirt/hooks/qemu.d/%s", guest);

	if (!hooks_libvirt_is_there())
		return NULL;
	if (libvirt_version() && libvirt_version() < LIBVIRT_HOOK_FOLDERS)
		return g_strdup("this libvirt does not run hooks in /etc/libvirt/hooks/qemu.d: that takes 6.5.0 or later");
	for (size_t i = 0; text && i < G_N_ELEMENTS(words); i++)
		if (strstr(text, words[i]) && (folder->len || !strstr("HOOKPATHqemu.d/$", words[i])))
			return g_strdup_printf("a hook of yours, " OWN_HOOK ", binds devices as well (it has \"%s\"), and libvirt would run both. Take that out of it, then run this again",
					       words[i]);
	return NULL;
}
