# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Functions for the kernels of configs/, for the programs beside this file. Sourced after env.sh.

CONFIGS=$TESTS/vm/configs
# The suite of this kernel has the source, its root has the compilers.
CONFIG_ROOT=$(kernel_with debug)
# shellcheck disable=SC2034
CONFIG_CACHE=$PASSFIX_TEST_CACHE/configs

# config_names: the names of all of them.
config_names() {
	find "$CONFIGS" -name '*.config' ! -name base.config -exec basename {} .config \; | sort
}

# is_config NAME: whether it is one of them.
is_config() {
	[[ $1 != base && -e $CONFIGS/$1.config ]]
}

# is_debug NAME: whether it is one of the debug kernels.
is_debug() {
	[[ $1 == debug || $1 == debug-* ]]
}

# config_says NAME KEY: the value of a comment "# KEY: value" in its file.
config_says() {
	said_in "$CONFIGS/$1.config" "$2"
}

# plays NAME SCENARIO: whether `make test-kernels` runs it on that kernel.
plays() {
	local list
	list=$(config_says "$1" plays)
	[[ " ${list:-$(config_says base plays)} $(config_says "$1" also) " == *" $2 "* ]]
}

# settings NAME: the lines of the configuration. If an option occurs twice, the later line wins.
settings() {
	local name=$1 over files=("$CONFIGS/$1.config")
	while [[ $name != base ]]; do
		over=$(config_says "$name" over)
		name=${over:-base}
		files=("$CONFIGS/$name.config" "${files[@]}")
	done
	awk -F= '/^CONFIG_/ { if (!($1 in line)) order[++n] = $1; line[$1] = $0 }
		END { for (i = 1; i <= n; i++) print line[order[i]] }' "${files[@]}" - <<<"CONFIG_LOCALVERSION=\"-$1\""
}

# has_setting NAME LINE
has_setting() {
	settings "$1" | grep -x -- "$2" >/dev/null
}

# config_layer NAME: the layer with the packages to build it, for PASSFIX_UNDER of tests/vm/in.
config_layer() {
	local layer=toolchain
	! has_setting "$1" CONFIG_CC_IS_CLANG=y || layer=clang
	layer=$("$TESTS/vm/layer" "$CONFIG_ROOT" "$layer") || return
	echo "${layer%:*}"
}

# in_config_root NAME LAYER COMMAND...: runs tests/vm/in with the source at /kernel/source and the
# kernel NAME at /kernel/built. Every kernel is at the same place, because its path gets into what is
# built, and make would compile a copy at another path again.
in_config_root() {
	local name=$1 layer=$2 under
	shift 2
	under=${PASSFIX_UNDER-$(config_layer "$name")} || return
	# shellcheck disable=SC2016
	PASSFIX_UNDER=$under "$TESTS/vm/in" "$CONFIG_ROOT" "$layer" --outside sh -euc '
		mkdir -p "$ROOT/kernel/source" "$ROOT/kernel/built"
		mount --bind "$1/source" "$ROOT/kernel/source"
		mount --bind "$1/$2" "$ROOT/kernel/built"
		shift 2
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
			INITRD=No DEBIAN_FRONTEND=noninteractive chroot "$ROOT" "$@"' in "$CONFIG_CACHE" "$name" "$@"
}
