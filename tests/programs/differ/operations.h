/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations: each draws its arguments from the world's random numbers, well-formed
 * ones mostly, asks the kernel, records question and answer, and keeps the world's
 * belief. Returns whether the kernel did what was asked.
 */
#ifndef PASSFIX_DIFFER_OPERATIONS_H
#define PASSFIX_DIFFER_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>

struct world;

struct kind {
	const char *name;
	bool (*play)(struct world *world);
	int weight;		/* how often it is drawn, against the others */
};

enum { CLAIM_KINDS = 14, DMA_KINDS = 12, KINDS = CLAIM_KINDS + DMA_KINDS };

/* Of containers, groups and devices; of mappings, dirty pages, and the devices' accesses. */
extern const struct kind claim_kinds[CLAIM_KINDS], dma_kinds[DMA_KINDS];

/* Closes all that is open, in an order of chance. */
void close_all(struct world *world);

/* ask.c: an ioctl, recorded; @bytes and @size are its argument, @out where that was. */
bool ask(struct world *world, int fd, unsigned long command, const void *bytes, size_t size,
	 const void **out);
bool ask_plain(struct world *world, int fd, unsigned long command, unsigned long argument,
	       int *answer);

#endif
