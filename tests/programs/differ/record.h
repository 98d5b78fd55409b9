/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of what was asked and answered: a digest of all of it, and a line an
 * operation where lines are wanted.
 */
#ifndef PASSFIX_DIFFER_RECORD_H
#define PASSFIX_DIFFER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record {
	uint64_t digest;
	bool lines;		/* of this operation */
};

/* Begins operation @number; record_end() ends it. */
void record_begin(struct record *record, uint64_t number, const char *kind, bool lines);
void record_end(struct record *record);

/* What goes into the kernel, or a number that comes out: printed in base 16. */
void record_argument(struct record *record, const char *name, uint64_t value);

/* The same: which of several, or a negative one for none of them. */
void record_index(struct record *record, const char *name, int index);

/* What explains an operation and is no part of it. */
void record_remark(struct record *record, const char *remark);

/* What comes out: a return value with its errno, or bytes as their digest. */
void record_answer(struct record *record, long answer, int error);
void record_bytes(struct record *record, const char *name, const void *bytes, size_t size);

#endif
