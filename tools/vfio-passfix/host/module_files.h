/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The modules of a system that is not running, by the plain texts that depmod has in it. On the
 * running host libkmod is asked; but it goes where links and names in these files lead, and under
 * --root they may be anybody's.
 */
#ifndef VFIO_PASSFIX_MODULE_FILES_H
#define VFIO_PASSFIX_MODULE_FILES_H

#include <glib.h>
#include <stdbool.h>

/* What has the folder of @release: "/lib/modules". */
const char *module_files_folder(const char *release);

/* Where @name is, as on a running host; NULL: nowhere, or it is built in, which @builtin tells. */
char *module_files_path(const char *release, const char *name, bool *builtin);

/* The modules whose aliases fit; of char *. */
GPtrArray *module_files_for(const char *release, const char *modalias);

/*
 * Who signed the module at @path, and its version; each NULL where it has none, or where it
 * cannot be told in two seconds and 256 MiB.
 */
void module_files_info(const char *path, char **signer, char **version);

#endif
