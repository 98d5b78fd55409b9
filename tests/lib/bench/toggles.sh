# SPDX-License-Identifier: GPL-2.0-only
# The benchmark's part in guests with many devices: how long turning on and off take. tests/bench puts
# a header before it with the board and $as, the name of the rows. Prints lines like guest.sh.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2154

rounds=9

modprobe vfio_passfix
# Under emulation the first use of code is slow.
client time-toggle "$PARAMETERS/pass_fix" 2 >/dev/null
for round in $(seq $rounds); do
	if times=$(client time-toggle "$PARAMETERS/pass_fix" 5); then
		echo "$times" | sed "s/^\([a-z]*\) /# bench $round on \1-$as /"
	else
		fail "round $round: $times"
	fi
done
echo "# note $as $(find /sys/bus/pci/devices -type l | wc -l) PCI devices in $(find \
	/sys/kernel/iommu_groups -mindepth 1 -maxdepth 1 | wc -l) groups, the largest of $(for group in /sys/kernel/iommu_groups/*; do
	find "$group/devices" -type l | wc -l
done | sort -n | tail -n 1)"
pass "measured"
