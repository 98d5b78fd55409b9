/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What runs `vfio-passfix hand-over` when a guest starts and ends: a unit of systemd for each guest,
 * and the hooks of libvirt and Proxmox VE that start and stop it.
 */
#ifndef VFIO_PASSFIX_HOOKS_H
#define VFIO_PASSFIX_HOOKS_H

#include <glib.h>
#include <stdbool.h>

#define HOOKS_UNIT_PATH "/etc/systemd/system/vfio-passfix-guest@.service"
#define HOOKS_LIBVIRT_PATH "/etc/libvirt/hooks/qemu.d/vfio-passfix"
#define HOOKS_QM_PATH "/var/lib/vz/snippets/vfio-passfix.sh"

/* Whether libvirt, or Proxmox VE, is here to run one. */
bool hooks_libvirt_is_there(void);
bool hooks_qm_is_there(void);

/*
 * The texts; @comment comes first in each, @guests: of char *. Freed with g_free().
 * @sandbox: settings for the unit, as the boot units have them
 */
char *hooks_unit(const char *comment, const char *sandbox);
char *hooks_libvirt(const char *comment, const GPtrArray *guests);
char *hooks_qm(const char *comment, const GPtrArray *guests);

/*
 * hooks_in_the_way - a hook of the user's for libvirt that does what ours is for
 *
 * Return: words for a refusal, for g_free(); NULL: none is.
 */
char *hooks_in_the_way(const char *guest);

#endif
