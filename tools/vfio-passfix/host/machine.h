/* SPDX-License-Identifier: GPL-2.0-only */
/* What the system runs on: a real machine, or something that keeps the IOMMU to itself. */
#ifndef VFIO_PASSFIX_MACHINE_H
#define VFIO_PASSFIX_MACHINE_H

enum machine {
	MACHINE_REAL,
	MACHINE_NO_SYSFS,	/* /sys is not mounted, as in a chroot: nothing can be seen */
	MACHINE_XEN,		/* Xen's dom0: it has the devices, and Xen the IOMMU */
	MACHINE_VIRTUAL,
	MACHINE_CONTAINER,
};

enum machine machine(void);

/* Why there are no IOMMU groups: "this is a virtual machine (QEMU) ..."; for g_free(). */
char *machine_no_groups(void);

/* What to do about that; NULL on a real machine, where the BIOS and the command line are the cause. */
const char *machine_no_groups_advice(void);

#endif
