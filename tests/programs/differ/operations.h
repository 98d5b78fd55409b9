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

/* claim.c: containers, groups and devices. */
bool play_open_container(struct world *world);
bool play_close_container(struct world *world);
bool play_open_group(struct world *world);
bool play_close_group(struct world *world);
bool play_status(struct world *world);
bool play_set_container(struct world *world);
bool play_unset_container(struct world *world);
bool play_set_iommu(struct world *world);
bool play_version(struct world *world);
bool play_extension(struct world *world);
bool play_open_device(struct world *world);
bool play_close_device(struct world *world);
bool play_unknown(struct world *world);
bool play_drop(struct world *world);

/* Closes all that is open, in an order of chance. */
void close_all(struct world *world);

/* dma.c: mappings, dirty pages, and the devices' own accesses. */
bool play_info(struct world *world);
bool play_map(struct world *world);
bool play_map_vaddr(struct world *world);
bool play_unmap(struct world *world);
bool play_unmap_all(struct world *world);
bool play_unmap_vaddr(struct world *world);
bool play_unmap_dirty(struct world *world);
bool play_dirty_start(struct world *world);
bool play_dirty_stop(struct world *world);
bool play_dirty_get(struct world *world);
bool play_adopt(struct world *world);
bool play_dma(struct world *world);

/* ask.c: an ioctl, recorded; @bytes and @size are its argument, @out where that was. */
bool ask(struct world *world, int fd, unsigned long command, const void *bytes, size_t size,
	 const void **out);
bool ask_plain(struct world *world, int fd, unsigned long command, unsigned long argument,
	       int *answer);

#endif
