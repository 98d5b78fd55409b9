# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What a kernel under test must not log. POSIX sh, sourced on the host and in guests.

# complaints: reads a kernel's log from standard input, and prints the lines that report a fault,
# that a process crashed, or that one was killed because memory ran out. (Advice on mitigations and
# the scan for low memory corruption are not faults.)
complaints() {
	# A console that was cut off may contain any bytes, which grep would treat as binary.
	tr -d '\r\000' | LC_ALL=C grep -vE 'WARNING: See https|low memory corruption' | LC_ALL=C grep -E \
		'BUG:|WARNING:|Oops|KASAN|UBSAN|refcount_t|general protection|corruption|kmemleak: [0-9]+ new|segfault at|Killed process' || true
}
