# SPDX-License-Identifier: GPL-2.0-only
# Runs in each of the compared guests. differ puts a header before it that sets: type1 (stock,
# fork), pass_fix, memlock, scope, and play, the player's last arguments.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2154,SC2086

# 0a.0 and 0a.1 are one group. Only the groups of 03 and 05 are used: they do no DMA (see
# scenarios/groups.sh), and opening one resets its bus, which takes a second.
# +demanded is the same in all guests, whether or not the guest's table has the mapping; and so is
# +scope, whether or not the guest has a scope.
devices="0000:00:08.0+dma+demanded+scope 0000:00:09.0+dma+scope 0000:00:0a.0+dma+demanded
	0000:00:0a.1+dma+demanded 0000:00:0b.0 0000:03:00.1+closed
	0000:05:01.0+closed"
others="0000:03:00.0 0000:03:00.2 0000:03:00.3 0000:05:02.0"
regions="0:2000 7e000000:1000 7e010000:1000"
limit=dma_entry_limit=16	# for mappings to meet it

case $type1 in
stock)
	modprobe --ignore-install vfio_iommu_type1 "$UNSAFE" $limit
	VFIO_PASSFIX_LOADING=1 modprobe vfio-pci
	is "type1 is stock" "$(lsmod | grep -c -e '^vfio_iommu_type1 ' -e passfix)" 1
	;;
fork)
	modprobe vfio_iommu_type1 "$UNSAFE" $limit
	modprobe vfio-pci
	set_parameter memlock "$memlock"
	[ "$scope" = all ] || set_parameter devices "$scope"
	set_parameter pass_fix "$pass_fix"
	is "type1 is the fork" "$(lsmod | grep -o '^vfio_iommu_type1[a-z_]*')" vfio_iommu_type1_passfix
	is "pass_fix and memlock" "$(cat $PARAMETERS/pass_fix $PARAMETERS/memlock)" \
		"$(printf '%s\n%s' "$pass_fix" "$memlock" | tr 01 NY)"
	;;
esac
load_test_module

set -- $devices
for device; do
	others="$others ${device%%+*}"
	set -- "$@" -d "$device"
	shift
done
for region in $regions; do
	set -- "$@" -r "$region"
done
for bdf in $others; do
	# Enable the device once. Otherwise ACPI evaluates its interrupt routing at each open() and
	# close(), which takes longer than a hundred operations.
	echo 1 >"/sys/bus/pci/devices/$bdf/enable"
	bind "$bdf"
	chmod 666 "/dev/vfio/$(group_of "$bdf")"
done
chmod 666 /dev/vfio/vfio
# If the firmware mandates mappings here, one group with a mapping is rejected. For the other,
# require_direct is cleared, so that type1 sees its regions.
ask set-direct 0000:00:0a.0 0 >/dev/null
ask set-direct 0000:00:0a.1 0 >/dev/null

quiet_console	# of thousands of refusals
if player "$@" $play 2>/tmp/player; then
	pass "played, and each kind of operation succeeded at times"
else
	fail "played, and each kind of operation succeeded at times" "$(cat /tmp/player)"
fi
