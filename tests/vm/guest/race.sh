# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Common parts of the race scenarios.

# play NAME GOAL... TASK...: runs a race, in which nothing forbidden may happen.
play() {
	play_name=$1
	shift
	race "$@" >/tmp/race
	is "$play_name" $? 0
	diag "$(cat /tmp/race)"
}

# came WHAT: how often that happened in the last race.
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

# The number of objects in each slab, after caches are dropped. (kmemleak's own slab is left out: it
# has an object for each allocation in the kernel, and those are in their own slabs, too.)
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

# grown LEAST: the slabs that have more than LEAST objects more than remembered.
grown() {
	objects >/tmp/objects
	awk -v least="$1" 'NR == FNR { before[$2] = $1; next }
		$1 - before[$2] > least { print $2, before[$2], $1 }' /tmp/objects.before /tmp/objects
}
