/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Intel's 82540EM ("e1000") as a DMA engine, through a VFIO device's descriptor
 * (registers: Intel's 8254x software developer's manual). It sends packets to itself,
 * so that what is sent is read from any address, what is received is written to any.
 * Failures end the program.
 */
#ifndef PASSFIX_TEST_E1000_H
#define PASSFIX_TEST_E1000_H

#include <stdint.h>

/* The packet's first part, which is moved between the two buffers in each case. */
enum { E1000_CARRIER = 256 };

/* Memory that the device works with; mapped for it for as long as it is used. */
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
 * DMA of four bytes, one access to the bus, which is over when these return. Around it
 * DMA to and from the memory, by which it is seen that the device is at work.
 */
uint32_t e1000_read_word(struct e1000 *nic, uint64_t iova);
void e1000_write_word(struct e1000 *nic, uint64_t iova, uint32_t word);

#endif
