/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of calls and answers: a digest of everything, and a line for each operation if
 * lines are wanted.
 */
#ifndef PASSFIX_DIFFER_RECORD_H
#define PASSFIX_DIFFER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record {
	uint64_t digest;
	bool lines;		/* print this operation */
};

/* Begins operation @number; record_end() ends it. */
void record_begin(struct record *record, uint64_t number, const char *kind, bool lines);
void record_end(struct record *record);

/* An argument for the kernel, or a number from it; printed in hexadecimal. */
void record_argument(struct record *record, const char *name, uint64_t value);

/* An index of one of several objects; negative: none of them. */
void record_index(struct record *record, const char *name, int index);

/* An explanation that is not part of the operation. */
void record_remark(struct record *record, const char *remark);

/* An answer: a return value with its errno, or bytes as their digest. */
void record_answer(struct record *record, long answer, int error);
void record_bytes(struct record *record, const char *name, const void *bytes, size_t size);

#endif
