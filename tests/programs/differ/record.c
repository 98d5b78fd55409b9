// SPDX-License-Identifier: GPL-2.0-only
/* The record of calls and answers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../random.h"
#include "record.h"

static void mix(struct record *record, uint64_t value)
{
	record->digest = random_scramble(record->digest ^ value) + value;
}

void record_begin(struct record *record, uint64_t number, const char *kind, bool lines)
{
	record->lines = lines;
	mix(record, number);
	if (lines)
		printf("# %" PRIu64 " %s", number, kind);
}

void record_end(struct record *record)
{
	if (record->lines)
		putchar('\n');
}

void record_argument(struct record *record, const char *name, uint64_t value)
{
	mix(record, value);
	if (record->lines)
		printf(" %s=%" PRIx64, name, value);
}

void record_index(struct record *record, const char *name, int index)
{
	record_argument(record, name, (uint64_t)index);
}

void record_remark(struct record *record, const char *remark)
{
	if (record->lines)
		printf(" (%s)", remark);
}

void record_answer(struct record *record, long answer, int error)
{
	mix(record, (uint64_t)answer);
	mix(record, answer < 0 ? (uint64_t)error : 0);
	if (!record->lines)
		return;
	if (answer < 0)
		printf(" -> %s", strerrorname_np(error));
	else
		printf(" -> %ld", answer);
}

void record_bytes(struct record *record, const char *name, const void *bytes, size_t size)
{
	struct record own = { 0 };
	uint64_t word;

	/* memcpy, because data from the kernel may be unaligned. */
	for (; size >= sizeof(word); size -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		mix(&own, word);
		bytes = (const uint8_t *)bytes + sizeof(word);
	}
	word = 0;
	memcpy(&word, bytes, size);
	mix(&own, word);
	mix(record, own.digest);
	if (record->lines)
		printf(" %s=#%08" PRIx64, name, own.digest >> 32);
}
