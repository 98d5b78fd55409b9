/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The player's memory, at fixed addresses, because addresses are arguments, which must be
 * the same in two guests. Failures end the program.
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
	REQUEST_SIZE = 384,	/* of the memory at MEMORY_REQUEST */
};

#define MEMORY_ARENA	0x100000000000UL	/* shared by all processes */
#define MEMORY_READONLY	0x110000000000UL	/* the arena again, read only */
#define MEMORY_PRIVATE	0x120000000000UL	/* private to a process */
#define MEMORY_HOLE	0x130000000000UL	/* not mapped */
#define MEMORY_BITMAP	0x140000000000UL	/* for dirty pages; nothing is mapped after it */
#define MEMORY_REQUEST	0x150000000000UL	/* the argument of ioctls; nothing is mapped after it */
#define MEMORY_LOCKED	0x160000000000UL	/* an argument that the kernel cannot write to */
#define MEMORY_BAR	0x170000000000UL	/* the registers of open devices */

static inline void *memory_at(uint64_t address)
{
	return (void *)address;
}

/* The address for the device with that index. */
static inline uint64_t memory_bar(int device)
{
	return MEMORY_BAR + (uint64_t)device * BAR_SPACING;
}

/* Maps @fd at @offset, to be read and written; returns false with errno set. */
bool memory_place(uint64_t address, size_t size, int flags, int fd, uint64_t offset);

/* To be called before other processes are started. */
void memory_share(void);

/* To be called in each player of an episode: its private pages become untouched again. */
void memory_renew(void);

/* Places an argument of @size bytes among bytes of a known value. */
void *memory_request(const void *bytes, size_t size);

/* The same, at a place where the kernel cannot read all of it. */
void *memory_request_cut(const void *bytes, size_t size);

/* The same, at a place to which the kernel cannot write. */
void *memory_request_locked(const void *bytes, size_t size);

/* Whether the device can read and write there: it is memory, not another BAR. */
bool memory_is_ram(uint64_t address, uint64_t size);

#endif
