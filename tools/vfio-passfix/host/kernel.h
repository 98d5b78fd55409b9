/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel: its release, its command line, its modules (by libkmod). */
#ifndef VFIO_PASSFIX_KERNEL_H
#define VFIO_PASSFIX_KERNEL_H

#include <glib.h>
#include <stdbool.h>

/* "6.12.117+deb12-amd64"; "" if it cannot be read. */
const char *kernel_release(void);

/* Whether the release is @major.@minor or later. */
bool kernel_at_least(int major, int minor);

/* The kernel's id of this boot; "" if it cannot be read. For g_free(). */
char *kernel_boot(void);

/* The value of @name on the command line, as option_value() returns it; for g_free(). */
char *kernel_parameter(const char *name);

struct module {
	bool builtin;		/* part of the kernel */
	bool loaded;		/* now present: loaded, or built in */
	char *path;		/* its file for this kernel; NULL: none */
	char *signer;		/* who signed that file; NULL: nobody */
	char *version;
};

/* Looks @name up for the running kernel; module_clear() frees the members. */
void module_look(const char *name, struct module *module);
void module_clear(struct module *module);

/* A parameter of a loaded module, for g_free(); NULL if it cannot be read. */
char *module_parameter(const char *module, const char *parameter);

/*
 * What the lines of @command ("options", "install") in modprobe's configuration set for @name,
 * of char *. @name has '_' instead of '-', as in libkmod.
 */
GPtrArray *module_settings(const char *command, const char *name);

/* The options for @name, joined by blanks; NULL: none. */
char *module_configured(const char *name);

/* Loads a module according to modprobe's configuration. Only on the running host. */
bool module_load(const char *name, GError **error);

/* The modules for a device with this modalias, of char *. */
GPtrArray *module_for(const char *modalias);

/* Whether the kernel loads signed modules only. */
bool kernel_wants_signatures(void);

enum trust { TRUST_UNKNOWN, TRUSTED, NOT_TRUSTED };

/* Whether the kernel has a key of @signer. Only root can see its keys. */
enum trust kernel_trusts(const char *signer);

/* Whether the kernel would load the module as it is signed, as far as this user can see. */
bool module_loads(const struct module *module);

#endif
