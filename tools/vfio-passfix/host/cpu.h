/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's processor, as far as a guest's is made after it. */
#ifndef VFIO_PASSFIX_CPU_H
#define VFIO_PASSFIX_CPU_H

#include <glib.h>
#include <stdbool.h>

struct cpu {
	int cores;	/* that are online */
	int threads;	/* of each core; 1 where cores differ in that, as on Intel's hybrids */
	bool amd;	/* or Hygon's, which is AMD's */
};

/* Whether /proc/cpuinfo lists a feature of x86: "vmx", "hypervisor". */
bool cpu_has_flag(const char *flag);

/* Of its physical addresses; 0 where /proc/cpuinfo does not say, as on Arm. */
int cpu_address_bits(void);

/* Return: false with @error set where the host does not tell its cores. */
bool cpu_read(struct cpu *cpu, GError **error);

/* Whether it is Arm's, by the words in /proc/cpuinfo. */
bool cpu_is_arm(void);

#endif
