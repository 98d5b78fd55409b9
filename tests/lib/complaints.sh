# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What a kernel under test must not report. POSIX sh, sourced on the host and in guests.

# complaints: the lines of a kernel's log, on the standard input, in which it reports a
# fault. (Advice on mitigations and the scan for low memory corruption are not faults.)
complaints() {
	# A console that was cut off may hold anything, which grep would not show as text.
	tr -d '\r\000' | LC_ALL=C grep -vE 'WARNING: See https|low memory corruption' | LC_ALL=C grep -E \
		'BUG:|WARNING:|Oops|KASAN|UBSAN|refcount_t|general protection|corruption|kmemleak: [0-9]+ new' || true
}
