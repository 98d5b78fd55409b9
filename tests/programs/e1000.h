/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Intel's 82540EM ("e1000") as a DMA engine, through a VFIO device's descriptor
 * (registers: Intel's 8254x software developer's manual). It sends packets to itself,
 * so it can read from any address what it sends, and write to any address what it receives.
 * Failures end the program.
 */
#ifndef PASSFIX_TEST_E1000_H
#define PASSFIX_TEST_E1000_H

#include <stdint.h>

/* The first part of a packet, which is always moved between the two buffers. */
enum { E1000_CARRIER = 256 };

/* The device's working memory, which is mapped for it while it is used. */
struct e1000_memory {
	struct e1000_descriptor {
		uint64_t address;
		uint32_t low;
		uint32_t high;
	} send[8], receive[8];
	uint8_t out[E1000_CARRIER];
	uint8_t in[E1000_CARRIER];
	uint32_t word;
};

struct e1000 {
	volatile uint8_t *bar;
	struct e1000_memory *memory;
	uint64_t iova;		/* of the memory */
};

struct e1000 e1000_open(int fd, struct e1000_memory *memory, uint64_t iova);

/*
 * DMA of four bytes in one bus access, which is complete when these return. There is other DMA
 * before and after it, to and from the working memory, which shows that the device works.
 */
uint32_t e1000_read_word(struct e1000 *nic, uint64_t iova);
void e1000_write_word(struct e1000 *nic, uint64_t iova, uint32_t word);

#endif
