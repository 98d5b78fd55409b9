# SPDX-License-Identifier: GPL-2.0-only
# Both modules are loaded and unloaded again and again, with the fix on in between for
# a share of it, and nothing of them stays behind.
# shellcheck shell=sh source=tests/guest/guest.sh

reloads=1000
on_every=20
warm_up=40
# A planted bug is to be found sooner.
! grep -q passfix.planted /proc/cmdline || reloads=60 warm_up=2 on_every=5

# play COUNT: so many reloads.
play() {
	race reloads "$1" reload "$(modinfo -n vfio_iommu_type1_passfix)" \
		"$(modinfo -n vfio_passfix)" $on_every >/tmp/race
}

# came WHAT: how often that came about in the last race.
came() {
	sed -n "s/^ *\([0-9]*\) $1\$/\1/p" /tmp/race
}

# All objects of all slabs, when what is kept for nothing is given back.
objects() {
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*; do
		[ ! -L "$cache" ] || continue
		echo 1 >"$cache/shrink"
		sed "s|^\([0-9]*\).*|\1 ${cache##*/}|" "$cache/objects"
	done
}

# The slabs that have so many more objects than before that each time the fix was on
# may have leaked one.
grown() {
	objects >/tmp/objects
	awk -v least=$((reloads * 4 / on_every / 5)) 'NR == FNR { before[$2] = $1; next }
		$1 - before[$2] > least { print $2, before[$2], $1 }' /tmp/objects.before /tmp/objects
}

mappings() {
	wc -l </proc/vmallocinfo
}

available() {
	sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

load_vfio
modprobe -r vfio_iommu_type1_passfix vfio_passfix
stock_probes=$(probes)
ok "the first time" play $warm_up
lsmod | sort >/tmp/modules.before
mappings_before=$(mappings)
objects >/dev/null	# which has nodes of its own made
objects >/tmp/objects.before
available_before=$(available)

ok "both modules are loaded and unloaded $reloads times" play $reloads
diag "$(cat /tmp/race)"
is "each time" "$(came "both modules were loaded and unloaded")" $reloads
is "on in between, by either's parameter, for a share" \
	"$(came "of these with the fix on in between")" $((reloads / on_every))
is "no slab has kept objects" "$(grown)" ""
more=$(($(mappings) - mappings_before))
test $more -lt $((reloads / 20))
is "no mappings are left" $? 0
less=$((available_before - $(available)))
test $less -lt $((reloads * 4))
is "a page a time at most is missing" $? 0
diag "$more more mappings, $less kB less memory"
is "the modules are those of before" "$(lsmod | sort)" "$(cat /tmp/modules.before)"
is "no probe is left" "$(probes)" "$stock_probes"
kernel_is_well
done_testing
