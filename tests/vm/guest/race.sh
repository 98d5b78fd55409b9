# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What scenarios of races have in common.

# play NAME GOAL... TASK...: a race in which nothing comes about that must not.
play() {
	play_name=$1
	shift
	race "$@" >/tmp/race
	is "$play_name" $? 0
	diag "$(cat /tmp/race)"
}

# came WHAT: how often that came about in the last race.
came() {
	sed -n "s/^ *\([0-9]*\) $1\$/\1/p" /tmp/race
}

# often LEAST WHAT...
often() {
	least=$1
	shift
	for what in "$@"; do
		ok "at least $least times: $what" test "$(came "$what")" -ge "$least"
	done
}

# All objects of all slabs, once caches are dropped. (But not kmemleak's own slab, which has an
# object for each one that anybody allocates: ours are in their own slabs as well.)
objects() {
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*; do
		[ ! -L "$cache" ] || continue
		[ "${cache##*/}" != kmemleak_object ] || continue
		echo 1 >"$cache/shrink"
		sed "s|^\([0-9]*\).*|\1 ${cache##*/}|" "$cache/objects"
	done
}

remember_objects() {
	objects >/dev/null	# which has nodes of its own made
	objects >/tmp/objects.before
}

# grown LEAST: the slabs that have more objects than remembered, by more than so many.
grown() {
	objects >/tmp/objects
	awk -v least="$1" 'NR == FNR { before[$2] = $1; next }
		$1 - before[$2] > least { print $2, before[$2], $1 }' /tmp/objects.before /tmp/objects
}
