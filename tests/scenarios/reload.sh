# SPDX-License-Identifier: GPL-2.0-only
# Both modules are loaded and unloaded repeatedly, sometimes with the fix on in between, and nothing
# of them is left behind.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh

reloads=1000
on_every=10
warm_up=40
! planted || reloads=60 warm_up=2 on_every=5

# reload COUNT: loads and unloads both COUNT times.
reload() {
	race reloads "$1" reload "$(modinfo -n vfio_iommu_type1_passfix)" \
		"$(modinfo -n vfio_passfix)" $on_every >/tmp/race
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
ok "the first time" reload $warm_up
lsmod | sort >/tmp/modules.before
mappings_before=$(mappings)
remember_objects
available_before=$(available)

ok "both modules are loaded and unloaded $reloads times" reload $reloads
diag "$(cat /tmp/race)"
is "each time" "$(came "loaded and unloaded")" $reloads
is "on in between, by either's parameter, for a share" \
	"$(came "of these with the fix on in between")" $((reloads / on_every))
# If each time with the fix on left an object, there would be more than this.
is "no slab has kept objects" "$(grown $((reloads * 9 / 10 / on_every)))" ""
more=$(($(mappings) - mappings_before))
ok "no mappings are left" test $more -lt $((reloads / 20))
less=$((available_before - $(available)))
ok "a page a time at most is missing" test $less -lt $((reloads * 4))
diag "$more more mappings, $less kB less memory"
is "the modules are those of before" "$(lsmod | sort)" "$(cat /tmp/modules.before)"
is "no probe is left" "$(probes)" "$stock_probes"
