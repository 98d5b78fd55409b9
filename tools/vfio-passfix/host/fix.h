/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fix in the running kernel: which kernels it is for, its modules, and its state, which the
 * modules' parameters show.
 */
#ifndef VFIO_PASSFIX_FIX_H
#define VFIO_PASSFIX_FIX_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"
#include "host/host.h"

/*
 * The first release whose IOMMU core rejects devices with a firmware-mandated 1:1 mapping
 * (a48ce36e2786 "iommu: Prevent RESV_DIRECT devices from blocking domains"), and so needs the fix.
 */
#define FIX_MAJOR 6
#define FIX_MINOR 6
#define FIX_SINCE G_STRINGIFY(FIX_MAJOR) "." G_STRINGIFY(FIX_MINOR)

/* Before that, Intel's driver rejected them itself, since this release. */
#define FIX_INTEL_SINCE "3.17"

/* What in the running kernel rejects such devices. */
enum refusal {
	REFUSAL_NONE,
	REFUSAL_CORE,		/* the IOMMU core, for which the fix is */
	REFUSAL_INTEL,		/* Intel's IOMMU driver, in a kernel for which the fix is not */
};

enum refusal fix_refusal(void);

/* Whether this kernel rejects a group's devices because of their regions, if it rejects any. */
bool fix_is_demanded(const struct host *host, const struct group *group);

/* Whether this kernel knows intel_iommu=relax_rmrr, which relaxes all RMRRs; and whether that is on its command line. */
bool fix_knows_relax_rmrr(void);
bool fix_has_relax_rmrr(void);

/* What relaxes the 1:1 mappings if it is not the fix, as words that follow "relaxed": "by Linux itself". */
const char *fix_exempt_by(void);

#define FIX_MODULE "vfio_passfix"
#define FIX_FORK "vfio_iommu_type1_passfix"
#define FIX_FOLDER "/sys/module/" FIX_MODULE "/parameters"

/* Turns the fix on at load, as arguments or options of modprobe; %s: the scope. */
#define FIX_OPTIONS FIX_MODULE " pass_fix=1 devices=%s"

/* The parameters of the module; fix_parameters describes them. */
enum fix_parameter {
	FIX_PASS_FIX,
	FIX_DEVICES,	/* the scope, for scope.h */
	FIX_MEMLOCK,
	FIX_RELAXED,	/* the devices that are relaxed, a line each; the parameters before it can be set */
	FIX_PARAMETERS,	/* the number of parameters */
};

extern const struct fix_parameter_kind {
	const char *name;
	bool is_switch;		/* Y or N */
	const char *empty;	/* what an empty value means, for people */
} fix_parameters[FIX_PARAMETERS];

enum fix_state {
	FIX_UNKNOWN,		/* loaded, but only root can read its parameters */
	FIX_OFF,		/* or not loaded */
	FIX_IN_FORCE,
	FIX_NOT_IN_FORCE,	/* on, but its kprobes do not act */
};

struct fix {
	bool loaded;			/* the module is loaded */
	bool fork_loaded;		/* and the fork of type1 */
	char *version;			/* of the module; NULL: not loaded */
	char *values[FIX_PARAMETERS];	/* each NULL if it cannot be read */
	enum fix_state state;
};

/* fix_clear() frees the members. */
void fix_read(struct fix *fix);
void fix_clear(struct fix *fix);

/* Whether a switch is on; false if it cannot be read. */
bool fix_is_set(const struct fix *fix, enum fix_parameter parameter);

/* Whether the fix may be why a group's regions are relaxable; true if its state or its scope is unknown. */
bool fix_may_relax(const struct fix *fix, const struct host *host, const struct group *group);

/* Whether guests with a card (NULL: with some device) may lock any amount of memory. */
bool fix_lifts_memlock(const struct fix *fix, const struct host *host, const struct card *card);

/* The devices that the module has relaxed, of struct pci_device *, in the order of the host's list. */
GPtrArray *fix_relaxed(const struct fix *fix, const struct host *host);

/* What to do if the fix is not in force: its kprobes need both. */
#define FIX_SWITCH_KPROBES_ON "echo 1 | sudo tee /sys/kernel/debug/kprobes/enabled"
#define FIX_SWITCH_FTRACE_ON "sudo sysctl kernel.ftrace_enabled=1"

/* If this file exists, the fork of type1 is disabled: not fetched, built or loaded. */
#define NO_FORK "/etc/vfio-passfix/no-fork"

#endif
