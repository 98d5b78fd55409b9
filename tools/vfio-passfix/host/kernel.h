/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel: its release, its command line, its modules (by libkmod). */
#ifndef VFIO_PASSFIX_KERNEL_H
#define VFIO_PASSFIX_KERNEL_H

#include <glib.h>
#include <stdbool.h>

/* "6.12.117+deb12-amd64"; "" where it cannot be read. */
const char *kernel_release(void);

/* Whether the release is @major.@minor or later. */
bool kernel_at_least(int major, int minor);

/* The kernel's name of this boot; "" where it does not say. Freed with g_free(). */
char *kernel_boot(void);

/* What the command line sets @name to, as option_value(); for g_free(). */
char *kernel_parameter(const char *name);

struct module {
	bool builtin;		/* part of the kernel */
	bool loaded;		/* in use now: loaded, or built in */
	char *path;		/* its file for this kernel, NULL: none */
	char *signer;		/* who signed that file, NULL: nobody */
	char *version;
};

/* Looks @name up for the running kernel; the members are freed by module_clear(). */
void module_look(const char *name, struct module *module);
void module_clear(struct module *module);

/* A parameter of a module that is loaded, NULL where it cannot be read; freed with g_free(). */
char *module_parameter(const char *module, const char *parameter);

/*
 * What modprobe's configuration sets by @command ("options", "install") for @name, of char *.
 * With '_' for '-' in @name, as libkmod has it.
 */
GPtrArray *module_settings(const char *command, const char *name);

/* The options for @name, joined by blanks, NULL: none. */
char *module_configured(const char *name);

/* Loads a module as modprobe does, by its configuration. Only on the running host. */
bool module_load(const char *name, GError **error);

/* The module that drives a device of this modalias, NULL: none known; freed with g_free(). */
GPtrArray *module_for(const char *modalias);

/* Whether the kernel loads signed modules only. */
bool kernel_wants_signatures(void);

enum trust { TRUST_UNKNOWN, TRUSTED, NOT_TRUSTED };

/* Whether the kernel has a key of @signer: only root sees its keys. */
enum trust kernel_trusts(const char *signer);

/* Whether the kernel loads a module as it is installed, as far as can be seen. */
bool module_loads(const struct module *module);

#endif
