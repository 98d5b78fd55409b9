/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads modprobe's configuration files. With --root, the settings come from here. On the running host
 * they come from libkmod, and this only tells which file has each of them. module_settings() in
 * kernel.h chooses between the two.
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
