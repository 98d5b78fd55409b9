# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The debug kernels, for the programs beside it. Sourced after env.sh.

# Its suite has the source, its root the compiler.
DEBUG_ROOT=$(kernel_with debug)
DEBUG_CACHE=$PASSFIX_TEST_CACHE/debug
# The second begins as a copy of what was built for the first.
# shellcheck disable=SC2034
DEBUG_KERNELS=(debug debug-builtin)

# in_debug_root NAME LAYER COMMAND...: tests/vm/in, with the source at /kernel/source
# and the debug kernel NAME at /kernel/debug. All are at that one place: a path gets
# into what is built, and make would compile a copy at another one again.
in_debug_root() {
	local name=$1 layer=$2
	shift 2
	# shellcheck disable=SC2016
	"$TESTS/vm/in" "$DEBUG_ROOT" "$layer" --outside sh -euc '
		mkdir -p "$ROOT/kernel/source" "$ROOT/kernel/debug"
		mount --bind "$1/source" "$ROOT/kernel/source"
		mount --bind "$1/$2" "$ROOT/kernel/debug"
		shift 2
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
			INITRD=No DEBIAN_FRONTEND=noninteractive chroot "$ROOT" "$@"' in "$DEBUG_CACHE" "$name" "$@"
}

# is_debug NAME: whether it is one of them.
is_debug() {
	[[ " ${DEBUG_KERNELS[*]} " == *" $1 "* ]]
}
