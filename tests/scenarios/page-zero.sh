# SPDX-License-Identifier: GPL-2.0-only
# Hunk 2, if nothing of a region remains: it is removed from the list, and freed.
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# ivmd: 21:8:40:0:0:1000 22:8:0:fff:7e000000:1000

device=0000:00:08.0

load_modules
has_region "off: page 0 alone is a region" $device 0 "$(end_of 0 0x1000)" direct
ok "on" set_parameter pass_fix 1
unlike "on: it is gone" "$(reserved_regions $device)" '^0x0000000000000000'
like "on: the other is there" "$(reserved_regions $device)" '^0x000000007e000000 .* direct-relaxable$'
bind $device
assigned "assigned" $device

# The number of objects of the size of a region, in all caches that may have one. The caches are
# shrunk first, because KASAN keeps freed objects for a while.
objects() {
	for cache in /sys/kernel/slab/kmalloc*-64; do
		echo 1 >"$cache/shrink"
	done
	awk '/^kmalloc.*-64 / { sum += $2 } END { print sum }' /proc/slabinfo
}
regions_file=/sys/kernel/iommu_groups/$(group_of $device)/reserved_regions
before=$(objects)
for _ in $(seq 3000); do
	while read -r _; do :; done <"$regions_file"
done
leaked=$(($(objects) - before))
ok "3000 of them were freed again ($leaked more objects of that size)" test "$leaked" -lt 1500
turn_off "off" $device
has_region "off: page 0 is back" $device 0 "$(end_of 0 0x1000)" direct
ok "unloaded, with no region on the way" modprobe -r vfio_iommu_type1_passfix vfio_passfix
