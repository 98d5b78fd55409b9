/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's "edu" device and its DMA engine, through a VFIO device's descriptor
 * (registers: QEMU, docs/specs/edu). Failures end the program.
 */
#ifndef PASSFIX_TEST_EDU_H
#define PASSFIX_TEST_EDU_H

#include <stdint.h>

enum {
	EDU_IDENTIFICATION = 0x00,	/* 0xRRrr00ed */
	EDU_DMA_SOURCE = 0x80,
	EDU_DMA_DESTINATION = 0x88,
	EDU_DMA_COUNT = 0x90,
	EDU_DMA_COMMAND = 0x98,
	EDU_START = 1,
	EDU_TO_MEMORY = 2,
	EDU_BUFFER_AT = 0x40000,	/* in the device's own address space */
	EDU_BUFFER = 2048,	/* bytes moved at a time, half of the device's buffer */
};

struct edu {
	volatile uint8_t *bar;
	uint64_t size;
};

struct edu edu_open(int fd);
void edu_close(struct edu *edu);

/* DMA between the device's buffer and an IOVA; returns when it is done. */
void edu_read_memory(struct edu *edu, uint64_t iova);
void edu_write_memory(struct edu *edu, uint64_t iova);

#endif
