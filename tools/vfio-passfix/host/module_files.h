/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The modules of a system that is not running, from depmod's text files. On the running host
 * libkmod is asked instead. But libkmod follows links and names in these files wherever they
 * lead, and under --root anybody may have written them.
 */
#ifndef VFIO_PASSFIX_MODULE_FILES_H
#define VFIO_PASSFIX_MODULE_FILES_H

#include <glib.h>
#include <stdbool.h>

/* The folder that contains the folder of @release: "/lib/modules". */
const char *module_files_folder(const char *release);

/* The path of @name, as on a running host; NULL if it is not found, or built in (see @builtin). */
char *module_files_path(const char *release, const char *name, bool *builtin);

/* The modules with an alias that matches; of char *. */
GPtrArray *module_files_for(const char *release, const char *modalias);

/*
 * Who signed the module at @path, and its version. Each is NULL if there is none, or if it
 * cannot be read within two seconds and 256 MiB.
 */
void module_files_info(const char *path, char **signer, char **version);

#endif
