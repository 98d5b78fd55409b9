// SPDX-License-Identifier: GPL-2.0-only
/* Calls an ioctl, with an argument that the kernel can usually read and write. */
#include <errno.h>
#include <sys/ioctl.h>

#include "memory.h"
#include "operations.h"
#include "world.h"

static void *place(struct world *world, const void *bytes, size_t size)
{
	int way = world->careful ? 99 : world_index(world, 100);

	switch (way) {
	case 0:
		record_remark(&world->record, "null");
		return NULL;
	case 1:
		record_remark(&world->record, "cut");
		return memory_request_cut(bytes, size);
	case 2:
		record_remark(&world->record, "locked");
		return memory_request_locked(bytes, size);
	default:
		return memory_request(bytes, size);
	}
}

bool ask(struct world *world, int fd, unsigned long command, const void *bytes, size_t size,
	 const void **out)
{
	void *at = place(world, bytes, size);
	int answer = ioctl(fd, command, at);

	record_answer(&world->record, answer, errno);
	/* Record all of it: the kernel must not write anything besides the answer. */
	if (at == (void *)MEMORY_REQUEST)
		record_bytes(&world->record, "bytes", at, REQUEST_SIZE);
	if (out)
		*out = at == (void *)MEMORY_REQUEST ? at : bytes;

	return answer >= 0;
}

bool ask_plain(struct world *world, int fd, unsigned long command, unsigned long argument,
	       int *answer)
{
	int got = ioctl(fd, command, argument);

	record_answer(&world->record, got, errno);
	if (answer)
		*answer = got;

	return got >= 0;
}
