# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The host tool under valgrind; sourced by host tests.

# valgrind does not know openat2() (see tests/tool/openat2.c). The library is where other users can read it.
openat2=$(mktemp -d)
trap 'rm -rf "$openat2"' EXIT
chmod 755 "$openat2"

# valgrind_is_ready: the command in $valgrind can run; for PLAY_UNDER of tests/tool/play.
valgrind_is_ready() {
	gcc -D_GNU_SOURCE -shared -fPIC -o "$openat2/openat2.so" "$TESTS/tool/openat2.c" && "${valgrind[@]}" true
}

# valgrind cannot track GLib's slices, but GLib does not use them under valgrind.
# shellcheck disable=SC2034 # for the test
valgrind=(env "LD_PRELOAD=$openat2/openat2.so" valgrind --quiet --child-silent-after-fork=yes --error-exitcode=99
	--leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite)
