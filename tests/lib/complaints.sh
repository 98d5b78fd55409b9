# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a console holds of the kernel's checkers. (An advice on mitigations is none.)

reports() {
	tr -d '\r' | grep -v 'WARNING: See https' | grep -E \
		'BUG:|kernel BUG|WARNING:|KASAN|UBSAN|Oops|refcount_t|general protection|corruption|kmemleak: [0-9]+ new' || true
}
