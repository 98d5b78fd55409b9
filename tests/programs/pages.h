/* SPDX-License-Identifier: GPL-2.0-only */
/* What pages memory consists of, and where they are. Wants CAP_SYS_ADMIN; failures end the program. */
#ifndef PASSFIX_TEST_PAGES_H
#define PASSFIX_TEST_PAGES_H

#include <stdint.h>

enum { PAGE = 4096 };

/* The physical address of the page that an address is in. */
uint64_t pages_physical(const void *memory);

/*
 * Fills a file of a file system in memory, which keeps its pages for whoever maps it
 * later. Small ones do not get neighbours: VFIO would take those for a larger one.
 */
void pages_lay_out(const char *path, uint64_t size);

/* Maps the beginning of such a file, after a look whether its pages are of that size. */
void *pages_map(const char *path, uint64_t size, uint64_t page);

#endif
