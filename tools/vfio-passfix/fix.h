/* SPDX-License-Identifier: GPL-2.0-only */
/* The fix in the running kernel, as the parameters of vfio_passfix show it. */
#ifndef VFIO_PASSFIX_FIX_H
#define VFIO_PASSFIX_FIX_H

enum fix_state {
	FIX_UNKNOWN,		/* not loaded, or its parameters are root's to read */
	FIX_OFF,
	FIX_IN_FORCE,
	FIX_NOT_IN_FORCE,	/* on, but its kprobes do not act */
};

enum fix_state fix_state(void);

/* What to do where it is not in force: kprobes need both. */
#define FIX_SWITCH_KPROBES_ON "echo 1 | sudo tee /sys/kernel/debug/kprobes/enabled"
#define FIX_SWITCH_FTRACE_ON "sudo sysctl kernel.ftrace_enabled=1"

/* Where it is, its user wants no fork of type1: none is fetched, built or loaded. */
#define NO_FORK "/etc/vfio-passfix/no-fork"

#endif
