/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations. Each chooses its arguments, mostly valid ones, by the world's random
 * numbers, calls the kernel, records call and answer, and updates the player's belief.
 * Returns whether the kernel did what was asked.
 */
#ifndef PASSFIX_DIFFER_OPERATIONS_H
#define PASSFIX_DIFFER_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>

struct world;

struct kind {
	const char *name;
	bool (*play)(struct world *world);
	int weight;		/* how often it is chosen, compared with the others */
};

enum { CLAIM_KINDS = 14, DMA_KINDS = 12, KINDS = CLAIM_KINDS + DMA_KINDS };

/* Operations on containers, groups and devices; on mappings, dirty pages, and DMA. */
extern const struct kind claim_kinds[CLAIM_KINDS], dma_kinds[DMA_KINDS];

/* Closes everything that is open, in random order. */
void close_all(struct world *world);

/* ask.c: calls and records an ioctl; @bytes and @size are its argument, @out gets its address. */
bool ask(struct world *world, int fd, unsigned long command, const void *bytes, size_t size,
	 const void **out);
bool ask_plain(struct world *world, int fd, unsigned long command, unsigned long argument,
	       int *answer);

#endif
