// SPDX-License-Identifier: GPL-2.0-only
/* Intel's 82540EM as a DMA engine. */
#include <err.h>
#include <linux/vfio.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#include "e1000.h"

enum {
	CTRL = 0x0000,
	MDIC = 0x0020,
	RCTL = 0x0100,
	TCTL = 0x0400,
	RDBAL = 0x2800,
	RDBAH = 0x2804,
	RDLEN = 0x2808,
	RDH = 0x2810,
	RDT = 0x2818,
	TDBAL = 0x3800,
	TDBAH = 0x3804,
	TDLEN = 0x3808,
	TDH = 0x3810,
	TDT = 0x3818,

	CTRL_LINK_UP = 1 << 6,
	/* Write to the control register of the only PHY: loopback, full duplex, 1 Gb/s. */
	MDIC_LOOPBACK = 1 << 26 | 1 << 21 | 0x4140,
	/* All packets; buffers of 256 bytes; without the checksum at the end. */
	RCTL_SETTINGS = 1 << 26 | 3 << 16 | 1 << 15 | 1 << 4 | 1 << 3 | 1 << 1,
	TCTL_ENABLE = 1 << 1,
	END_OF_PACKET = 1 << 24,
	DONE = 1,		/* in the status of a received descriptor */
};

/* After receiving is switched on, QEMU's device delays packets by a second. */
static const struct timespec receiver_wait = { .tv_sec = 1, .tv_nsec = 200000000 };

/* Memory is written before the register, and what the device writes to memory is read after. */
static void set(struct e1000 *nic, int offset, uint32_t value)
{
	__asm__ volatile("" ::: "memory");
	*(volatile uint32_t *)(nic->bar + offset) = value;
	__asm__ volatile("" ::: "memory");
}

struct e1000 e1000_open(int fd, struct e1000_memory *memory, uint64_t iova)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info), .index = VFIO_PCI_BAR0_REGION_INDEX,
	};
	struct e1000 nic = { .memory = memory, .iova = iova };
	uint64_t send = iova + offsetof(struct e1000_memory, send);
	uint64_t receive = iova + offsetof(struct e1000_memory, receive);

	if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &info))
		err(1, "e1000: VFIO_DEVICE_GET_REGION_INFO");
	nic.bar = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)info.offset);
	if (nic.bar == MAP_FAILED)
		err(1, "e1000: BAR 0");

	set(&nic, CTRL, CTRL_LINK_UP);
	set(&nic, MDIC, MDIC_LOOPBACK);
	set(&nic, TDBAL, (uint32_t)send);
	set(&nic, TDBAH, send >> 32);
	set(&nic, TDLEN, sizeof(memory->send));
	set(&nic, RDBAL, (uint32_t)receive);
	set(&nic, RDBAH, receive >> 32);
	set(&nic, RDLEN, sizeof(memory->receive));
	set(&nic, TCTL, TCTL_ENABLE);
	set(&nic, RCTL, RCTL_SETTINGS);
	nanosleep(&receiver_wait, NULL);

	return nic;
}

static uint64_t own(struct e1000 *nic, size_t offset)
{
	return nic->iova + offset;
}

/* Sends the packets of the first @count descriptors, and receives them into the others. */
static void loop(struct e1000 *nic, unsigned int count, uint64_t last_received)
{
	struct e1000_memory *memory = nic->memory;

	memset(memory->receive, 0, sizeof(memory->receive));
	memory->receive[0].address = own(nic, offsetof(struct e1000_memory, in));
	memory->receive[1].address = last_received;
	memset(memory->in, 0xa5, sizeof(memory->in));

	set(nic, RDH, 0);
	set(nic, RDT, 2);
	set(nic, TDH, 0);
	set(nic, TDT, count);
	if (!(memory->receive[count - 1].high & DONE))
		errx(1, "e1000: no packet came back");
}

uint32_t e1000_read_word(struct e1000 *nic, uint64_t iova)
{
	uint32_t word;

	memset(nic->memory->send, 0, sizeof(nic->memory->send));
	nic->memory->send[0].address = iova;
	nic->memory->send[0].low = sizeof(word) | END_OF_PACKET;
	loop(nic, 1, 0);
	/* Short packets are padded with zeros, so more than the word has arrived. */
	memcpy(&word, nic->memory->in + sizeof(word), sizeof(word));
	if (word)
		errx(1, "e1000: a packet came back damaged");
	memcpy(&word, nic->memory->in, sizeof(word));

	return word;
}

void e1000_write_word(struct e1000 *nic, uint64_t iova, uint32_t word)
{
	struct e1000_memory *memory = nic->memory;

	memset(memory->out, (uint8_t)word, sizeof(memory->out));
	memory->word = word;
	memset(memory->send, 0, sizeof(memory->send));
	memory->send[0].address = own(nic, offsetof(struct e1000_memory, out));
	memory->send[0].low = sizeof(memory->out);
	memory->send[1].address = own(nic, offsetof(struct e1000_memory, word));
	memory->send[1].low = sizeof(word) | END_OF_PACKET;
	loop(nic, 2, iova);
	if (memcmp(memory->in, memory->out, sizeof(memory->in)))
		errx(1, "e1000: a packet came back damaged");
}
