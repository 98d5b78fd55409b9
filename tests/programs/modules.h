/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads and unloads the kernel's modules without modprobe, so a load takes milliseconds,
 * and an unload never waits.
 */
#ifndef PASSFIX_TEST_MODULES_H
#define PASSFIX_TEST_MODULES_H

/* 0, or -1 with errno set. */
int module_load(const char *path, const char *parameters);
int module_unload(const char *name);

#endif
