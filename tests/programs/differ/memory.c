// SPDX-License-Identifier: GPL-2.0-only
/* The player's memory, at fixed addresses. */
#include <err.h>
#include <string.h>
#include <sys/mman.h>

#include "memory.h"

enum { UNTOUCHED = 0x5a };

bool memory_place(uint64_t address, size_t size, int flags, int fd, uint64_t offset)
{
	const void *memory = mmap(memory_at(address), size, PROT_READ | PROT_WRITE,
				  MAP_FIXED | flags, fd, (off_t)offset);

	return memory != MAP_FAILED;
}

static void place(uint64_t address, size_t size, int flags)
{
	if (!memory_place(address, size, MAP_ANONYMOUS | flags, -1, 0))
		err(2, "memory at 0x%llx", (unsigned long long)address);
}

static void protect(uint64_t address, size_t size)
{
	if (mprotect(memory_at(address), size, PROT_READ))
		err(2, "mprotect");
}

void memory_share(void)
{
	void *again;

	place(MEMORY_ARENA, ARENA_PAGES * PAGE, MAP_SHARED | MAP_POPULATE);
	again = mremap((void *)MEMORY_ARENA, 0, ARENA_PAGES * PAGE,
		       MREMAP_MAYMOVE | MREMAP_FIXED, (void *)MEMORY_READONLY);
	if (again == MAP_FAILED)
		err(2, "mremap");
	protect(MEMORY_READONLY, ARENA_PAGES * PAGE);
	place(MEMORY_BITMAP, BITMAP_PAGES * PAGE, MAP_PRIVATE);
	place(MEMORY_REQUEST, PAGE, MAP_PRIVATE);
	place(MEMORY_LOCKED, PAGE, MAP_PRIVATE);
	protect(MEMORY_LOCKED, PAGE);
}

void memory_renew(void)
{
	place(MEMORY_PRIVATE, PRIVATE_PAGES * PAGE, MAP_PRIVATE);
}

void *memory_request(const void *bytes, size_t size)
{
	uint8_t *at = (uint8_t *)MEMORY_REQUEST;

	memset(at, UNTOUCHED, REQUEST_SIZE);
	return memcpy(at, bytes, size);
}

void *memory_request_cut(const void *bytes, size_t size)
{
	uint8_t *at = (uint8_t *)MEMORY_REQUEST + PAGE - size / 2;

	memcpy(at, bytes, size / 2);
	return at;
}

void *memory_request_locked(const void *bytes, size_t size)
{
	uint8_t *at = (uint8_t *)MEMORY_LOCKED;

	if (mprotect(at, PAGE, PROT_READ | PROT_WRITE))
		err(2, "mprotect");
	memcpy(at, bytes, size);
	protect(MEMORY_LOCKED, PAGE);
	return at;
}

static bool within(uint64_t address, uint64_t size, uint64_t start, uint64_t pages)
{
	return address >= start && address + size <= start + pages * PAGE;
}

bool memory_is_ram(uint64_t address, uint64_t size)
{
	return within(address, size, MEMORY_ARENA, ARENA_PAGES) ||
	       within(address, size, MEMORY_READONLY, ARENA_PAGES) ||
	       within(address, size, MEMORY_PRIVATE, PRIVATE_PAGES);
}
