/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages of memory, and their physical addresses. Needs CAP_SYS_ADMIN; failures end the program. */
#ifndef PASSFIX_TEST_PAGES_H
#define PASSFIX_TEST_PAGES_H

#include <stdint.h>

enum { PAGE = 4096 };

/* The physical address of the page that contains an address. */
uint64_t pages_physical(const void *memory);

/*
 * Fills a file of a file system in memory, which keeps its pages for those who map it
 * later. Small pages are not contiguous: VFIO would map those as a larger one.
 */
void pages_lay_out(const char *path, uint64_t size);

/* Maps the beginning of such a file; checks that its pages have that size. */
void *pages_map(const char *path, uint64_t size, uint64_t page);

#endif
