/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fix in the running kernel: which kernels it is for, its modules, their parameters, and
 * what these say of it.
 */
#ifndef VFIO_PASSFIX_FIX_H
#define VFIO_PASSFIX_FIX_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"
#include "host/host.h"

/*
 * The first release whose IOMMU core refuses devices with a firmware-mandated 1:1 mapping
 * (a48ce36e2786 "iommu: Prevent RESV_DIRECT devices from blocking domains"); the fix is for these.
 */
#define FIX_MAJOR 6
#define FIX_MINOR 6
#define FIX_SINCE G_STRINGIFY(FIX_MAJOR) "." G_STRINGIFY(FIX_MINOR)

/* Before that Intel's driver refused them by itself, since this release. */
#define FIX_INTEL_SINCE "3.17"

/* What in the running kernel refuses such devices. */
enum refusal {
	REFUSAL_NONE,
	REFUSAL_CORE,		/* the IOMMU core, which the fix answers */
	REFUSAL_INTEL,		/* Intel's IOMMU driver, in a kernel that the fix is not for */
};

enum refusal fix_refusal(void);

/* Whether a group's regions are such that this kernel refuses its devices, if it refuses any. */
bool fix_is_demanded(const struct host *host, const struct group *group);

#define FIX_MODULE "vfio_passfix"
#define FIX_FORK "vfio_iommu_type1_passfix"
#define FIX_FOLDER "/sys/module/" FIX_MODULE "/parameters"

/* What turns it on when it is loaded, for modprobe and its configuration; %s: the scope. */
#define FIX_OPTIONS FIX_MODULE " pass_fix=1 devices=%s"

/* Parameters of the module, and the table of them. */
enum fix_parameter {
	FIX_PASS_FIX,
	FIX_DEVICES,	/* the scope, for scope.h */
	FIX_MEMLOCK,
	FIX_RELAXED,	/* the devices that are relaxed, a line each; all before it can be set */
	FIX_PARAMETERS,	/* how many there are */
};

extern const struct fix_parameter_kind {
	const char *name;
	bool is_switch;		/* Y or N */
	const char *empty;	/* what it means if it is empty, for people */
} fix_parameters[FIX_PARAMETERS];

enum fix_state {
	FIX_UNKNOWN,		/* loaded, but its parameters are root's to read */
	FIX_OFF,		/* or not loaded */
	FIX_IN_FORCE,
	FIX_NOT_IN_FORCE,	/* on, but its kprobes do not act */
};

struct fix {
	bool loaded;			/* the module is */
	bool fork_loaded;		/* and the fork of type1 */
	char *version;			/* of the module; NULL: not loaded */
	char *values[FIX_PARAMETERS];	/* each NULL if it cannot be read */
	enum fix_state state;
};

/* The members are freed by fix_clear(). */
void fix_read(struct fix *fix);
void fix_clear(struct fix *fix);

/* Whether a switch is on; not if it cannot be read. */
bool fix_is_set(const struct fix *fix, enum fix_parameter parameter);

/* Whether regions that are relaxable may be so by the fix; also if it is unknown. */
bool fix_may_relax(const struct fix *fix);

/* Whether guests of a card (NULL: of some device) lock as much memory as they like. */
bool fix_lifts_memlock(const struct fix *fix, const struct host *host, const struct card *card);

/* The devices that the module has relaxed, of struct pci_device *, in the order of the host's. */
GPtrArray *fix_relaxed(const struct fix *fix, const struct host *host);

/* What to do where it is not in force: kprobes need both. */
#define FIX_SWITCH_KPROBES_ON "echo 1 | sudo tee /sys/kernel/debug/kprobes/enabled"
#define FIX_SWITCH_FTRACE_ON "sudo sysctl kernel.ftrace_enabled=1"

/* Where it is, its user wants no fork of type1: none is fetched, built or loaded. */
#define NO_FORK "/etc/vfio-passfix/no-fork"

#endif
