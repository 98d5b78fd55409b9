/* SPDX-License-Identifier: GPL-2.0-only */
/* Cures that several checks share. A step that is added twice is shown once. */
#ifndef VFIO_PASSFIX_CURE_H
#define VFIO_PASSFIX_CURE_H

#include "check/check.h"

#define BIOS_OPTION "Kernel DMA Protection or Pre-boot DMA Protection (Gigabyte: Kernel DMA Protection Indicator)"
#define RMRR_OF_HP \
	"turn \"HP Shared Memory features\" off for the card (Gen9 and later: in System Utilities, at the card's own settings; Gen8: with HPE's tool conrep, conrep_rmrds.xml, for the card's slot: Endpoints_Excluded), which works for some cards"

/* Whether the BIOS's own protection is likely behind 1:1 mappings: AMD's table says so. */
bool is_by_protection(const struct firmware *firmware);

/* Whether only root can tell that: AMD's table cannot be read. */
bool is_cause_unseen(const struct firmware *firmware);

/* Whether they are RMRRs of a server of HP's, or HPE's, whose firmware can do without. */
bool rmrrs_are_of_hp(void);

/* Who may use the mapped memory otherwise: "a management controller, USB legacy support". */
const char *demand_users(void);

/* Run setup: vfio-pci gets the card at each boot, with the fix on if it is needed. Finishes a setup that was begun. */
void cure_by_setup(const struct subject *subject, struct finding *finding);

/*
 * How this host is told to give @devices ("gpu", "03:00.0 --force") to vfio-pci at each boot, for advice:
 * setup's command, or what setup would refer to. The caller frees it.
 */
char *advise_setup(const char *devices);

/* Stop the firmware from mandating 1:1 mappings. */
void cure_demand(const struct subject *subject, struct finding *finding);

/*
 * The kernel's command line has @words, parted by blanks, no longer; or has them from now on. @why is
 * what comes before the step, for one that is not for everybody; or NULL.
 */
void cure_command_line(struct finding *finding, const char *why, bool add, const char *words);

/* Where the command line is configured: "/etc/default/grub". */
const char *command_line_place(void);

/* Run doctor again as root, to see what this user cannot. */
void cure_by_root(const struct subject *subject, struct finding *finding);

#endif
