/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of modprobe's configuration. Under --root these settings are used. On the running host
 * libkmod's are used, and these only show in which file each is. module_settings() in kernel.h
 * chooses between the two.
 */
#ifndef VFIO_PASSFIX_MODPROBE_CONFIG_H
#define VFIO_PASSFIX_MODPROBE_CONFIG_H

#include <glib.h>

/* A line "COMMAND MODULE VALUE". */
struct setting {
	char *path;	/* of its file */
	char *value;	/* as in libkmod */
};

/*
 * What the lines of @command ("options", "install") set for @module, in modprobe's order; of struct
 * setting *, freed with the array. @module has '_' instead of '-'.
 */
GPtrArray *modprobe_config(const char *command, const char *module);

#endif
