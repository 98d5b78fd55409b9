/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that depend only on a seed: a Weyl sequence whose steps are scrambled by
 * multiplications and shifts.
 */
#ifndef PASSFIX_TEST_RANDOM_H
#define PASSFIX_TEST_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_scramble(uint64_t value)
{
	value = (value ^ value >> 32) * 0xd6e8feb86659fd93;
	value = (value ^ value >> 32) * 0xd6e8feb86659fd93;

	return value ^ value >> 32;
}

static inline uint64_t random_number(struct random *random)
{
	random->state += 0x9e3779b97f4a7c15;
	return random_scramble(random->state);
}

#endif
