// SPDX-License-Identifier: GPL-2.0-only
/* The pages of memory, and their physical addresses. */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pages.h"

/* The physical addresses of @count pages from @memory on. */
static void locate(const void *memory, uint64_t *physical, size_t count)
{
	const char *path = "/proc/self/pagemap";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t i;

	if (fd < 0 || pread(fd, physical, count * sizeof(*physical),
			    (off_t)((uintptr_t)memory / PAGE * sizeof(*physical))) !=
		      (ssize_t)(count * sizeof(*physical)))
		err(1, "%s", path);
	close(fd);
	for (i = 0; i < count; i++) {
		if (!(physical[i] >> 63) || !(physical[i] << 9))
			errx(1, "%s does not tell the page's address", path);
		physical[i] = (physical[i] & ((1ULL << 55) - 1)) * PAGE;
	}
}

uint64_t pages_physical(const void *memory)
{
	uint64_t physical;

	locate(memory, &physical, 1);
	return physical;
}

void pages_lay_out(const char *path, uint64_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	uint8_t *memory, *between;
	uint64_t at;

	if (fd < 0 || ftruncate(fd, (off_t)size))
		err(1, "lay-out %s", path);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	between = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || between == MAP_FAILED || madvise(between, size, MADV_NOHUGEPAGE))
		err(1, "lay-out %s", path);
	for (at = 0; at < size; at += PAGE) {
		memory[at] = 1;
		between[at] = 1;
	}
	munmap(between, size);
	munmap(memory, size);
	close(fd);
}

void *pages_map(const char *path, uint64_t size, uint64_t page)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	size_t count = size / PAGE, i, neighbours = 0, inside = 0;
	uint64_t *physical = calloc(count, sizeof(*physical));
	uint8_t *memory;

	if (fd < 0 || !physical)
		err(1, "%s", path);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		err(1, "%s", path);
	/* A page that was not written to may be mapped read only, which the first pin would change. */
	for (i = 0; i < count; i++)
		memory[i * PAGE] = 1;
	locate(memory, physical, count);
	for (i = 1; i < count; i++)
		neighbours += physical[i] == physical[i - 1] + PAGE;
	for (i = 0; i < count; i++)
		inside += physical[i] % page == i * PAGE % page;
	if (page == PAGE ? neighbours > count / 20 : inside < count || neighbours < count - size / page)
		errx(1, "%s: of %zu pages %zu have a neighbour, not as with pages of %" PRIu64 " bytes",
		     path, count, neighbours, page);
	free(physical);
	close(fd);

	return memory;
}
