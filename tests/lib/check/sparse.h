/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 7.3's headers say and Debian's sparse (0.6.4) does not know: read before them. The
 * second is used on constants there, in a static_assert().
 */
#define __typeof_unqual__ __typeof__
#define __builtin_strlen(text) (sizeof(text) - 1)
