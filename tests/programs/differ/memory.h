/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The player's memory, at addresses of its own choosing: they are arguments, and two
 * guests must say the same. Failures end the program.
 */
#ifndef PASSFIX_DIFFER_MEMORY_H
#define PASSFIX_DIFFER_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096UL

enum {
	ARENA_PAGES = 128,
	PRIVATE_PAGES = 16,
	BITMAP_PAGES = 2,
	BAR_SPACING = 0x10000000,
	REQUEST_SIZE = 384,	/* of what lies at MEMORY_REQUEST */
};

#define MEMORY_ARENA	0x100000000000UL	/* shared by all processes */
#define MEMORY_READONLY	0x110000000000UL	/* the arena again, not to be written */
#define MEMORY_PRIVATE	0x120000000000UL	/* a process's own */
#define MEMORY_HOLE	0x130000000000UL	/* nothing */
#define MEMORY_BITMAP	0x140000000000UL	/* for dirty pages; nothing behind it */
#define MEMORY_REQUEST	0x150000000000UL	/* the ioctls' argument; nothing behind it */
#define MEMORY_LOCKED	0x160000000000UL	/* an argument that cannot be written back */
#define MEMORY_BAR	0x170000000000UL	/* devices' registers, where they are open */

static inline void *memory_at(uint64_t address)
{
	return (void *)address;
}

/* Of the device with that index. */
static inline uint64_t memory_bar(int device)
{
	return MEMORY_BAR + (uint64_t)device * BAR_SPACING;
}

/* What lies at @offset of @fd, to be read and written; false with errno set. */
bool memory_place(uint64_t address, size_t size, int flags, int fd, uint64_t offset);

/* Before any process but the first. */
void memory_share(void);

/* In each player of an episode: its private pages, as they were never touched. */
void memory_renew(void);

/* An argument of @size bytes in the middle of bytes of a known value. */
void *memory_request(const void *bytes, size_t size);

/* The same, so placed that the kernel cannot read all of it. */
void *memory_request_cut(const void *bytes, size_t size);

/* The same, so placed that the kernel cannot write to it. */
void *memory_request_locked(const void *bytes, size_t size);

/* What the device reads and writes if it may: whether DMA is not for another BAR. */
bool memory_is_ram(uint64_t address, uint64_t size);

#endif
