// SPDX-License-Identifier: GPL-2.0-only
/* QEMU's "edu" device and its DMA engine. */
#include <err.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "edu.h"

enum {
	POLL_US = 1000,
	POLLS = 10000,
};

struct edu edu_open(int fd)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info), .index = VFIO_PCI_BAR0_REGION_INDEX,
	};
	struct edu edu;

	if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &info))
		err(1, "edu: VFIO_DEVICE_GET_REGION_INFO");
	edu.size = info.size;
	edu.bar = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)info.offset);
	if (edu.bar == MAP_FAILED)
		err(1, "edu: BAR 0");
	if ((*(volatile uint32_t *)(edu.bar + EDU_IDENTIFICATION) & 0xffff) != 0x00ed)
		errx(1, "edu: the device is another one");

	return edu;
}

void edu_close(struct edu *edu)
{
	munmap((void *)edu->bar, edu->size);
}

static volatile uint64_t *reg(struct edu *edu, int offset)
{
	return (volatile uint64_t *)(edu->bar + offset);
}

static void transfer(struct edu *edu, uint64_t source, uint64_t destination, uint64_t command)
{
	int polls;

	*reg(edu, EDU_DMA_SOURCE) = source;
	*reg(edu, EDU_DMA_DESTINATION) = destination;
	*reg(edu, EDU_DMA_COUNT) = EDU_BUFFER;
	*reg(edu, EDU_DMA_COMMAND) = EDU_START | command;
	for (polls = 0; *reg(edu, EDU_DMA_COMMAND) & EDU_START; polls++) {
		if (polls == POLLS)
			errx(1, "edu: DMA does not end");
		usleep(POLL_US);
	}
}

void edu_read_memory(struct edu *edu, uint64_t iova)
{
	transfer(edu, iova, EDU_BUFFER_AT, 0);
}

void edu_write_memory(struct edu *edu, uint64_t iova)
{
	transfer(edu, EDU_BUFFER_AT, iova, EDU_TO_MEMORY);
}
