# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Functions for things that are made once and kept in $PASSFIX_TEST_CACHE. Sourced after env.sh.

digest() {
	sha256sum | cut -d' ' -f1
}

# kept PATH RECIPE COMMAND...: runs the command to make PATH, unless PATH exists and was made by
# the same recipe (any text). Only one process at a time makes it. PATH.recipe has the text, and is
# written last, so an unfinished PATH is made again.
kept() {
	local path=$1 recipe=$2
	shift 2
	mkdir -p "$(dirname "$path")"
	(
		flock 9
		[[ ! -e $path || $(cat "$path.recipe" 2>/dev/null) != "$recipe" ]] || exit 0
		rm -rf "$path" "$path.recipe"
		"$@"
		echo "$recipe" >"$path.recipe"
	) 9>"$path.lock"
}

# root_recipe KERNEL: prints a text that changes when the kernel's root is rebuilt. A layer fits
# only the root on which it was made.
root_recipe() {
	local root=$PASSFIX_TEST_CACHE/roots/$1
	cat "$root.recipe" "$root.release" <(stat -c '%i %W' "$root")
}

# logged LOG WHAT COMMAND...: runs the command with its output to LOG; shows the end of LOG on failure.
logged() {
	local log=$1 what=$2
	shift 2
	mkdir -p "$(dirname "$log")"
	"$@" >"$log" 2>&1 || {
		tail -n 60 "$log" >&2
		die "$what; all of it is in $log"
	}
}

# source_version KERNEL: the version of linux-source in the suite of the kernel.
source_version() {
	local from version
	from=$(kernel_field "$1" from)
	version=$(chroot "$PASSFIX_TEST_CACHE/roots/$1" apt-cache madison linux-source |
		awk -v from=" ${from%-security}" 'index($0, from "/") || index($0, from "-security/") { print $3; exit }')
	[[ $version ]] || die "there is no linux-source in $from"
	echo "$version"
}
