/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's "edu" device and its DMA engine, through a VFIO device's descriptor
 * (registers: QEMU, docs/specs/edu). Failures end the program.
 */
#ifndef PASSFIX_TEST_EDU_H
#define PASSFIX_TEST_EDU_H

#include <stdint.h>

/* Bytes moved at a time, half of the device's buffer. */
enum { EDU_BUFFER = 2048 };

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
