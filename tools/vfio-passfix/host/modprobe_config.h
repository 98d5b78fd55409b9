/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of modprobe's configuration. What they say counts under --root; on the running host
 * libkmod says what counts (module_settings() in kernel.h asks either), and these tell in which
 * file it stands.
 */
#ifndef VFIO_PASSFIX_MODPROBE_CONFIG_H
#define VFIO_PASSFIX_MODPROBE_CONFIG_H

#include <glib.h>

/* A line "COMMAND MODULE VALUE". */
struct setting {
	char *path;	/* of its file */
	char *value;	/* as libkmod has it */
};

/*
 * What is set by @command ("options", "install") for @module, in modprobe's order; of struct
 * setting *, freed with the array. With '_' for '-' in @module.
 */
GPtrArray *modprobe_config(const char *command, const char *module);

#endif
