/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parsing of a program's arguments. Each function ends the program if its argument is invalid.
 */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <stdint.h>

/* A number in C's notation, such as 0x10000. */
uint64_t argument_number(const char *text);

/* The number of the IOMMU group of a PCI device, by its address such as 0000:03:00.0. */
int argument_group(const char *device);

#endif
