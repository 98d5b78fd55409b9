/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's processor: what a guest's processor is modelled on. */
#ifndef VFIO_PASSFIX_CPU_H
#define VFIO_PASSFIX_CPU_H

#include <glib.h>
#include <stdbool.h>

struct cpu {
	int cores;	/* those that are online */
	int threads;	/* of each core; 1 if cores differ in that, as on Intel's hybrid processors */
	bool amd;	/* or Hygon, a variant of AMD's */
};

/* Whether /proc/cpuinfo lists a feature of x86: "vmx", "hypervisor". */
bool cpu_has_flag(const char *flag);

/* The width of physical addresses; 0 if /proc/cpuinfo does not say, as on Arm. */
int cpu_address_bits(void);

/* Return: false with @error set if the host's topology cannot be read. */
bool cpu_read(struct cpu *cpu, GError **error);

/* Whether it is an Arm processor, according to /proc/cpuinfo. */
bool cpu_is_arm(void);

#endif
