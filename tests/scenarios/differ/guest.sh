# SPDX-License-Identifier: GPL-2.0-only
# What each of the compared guests plays. differ puts a head before it that says:
# type1 (stock, fork), pass_fix, memlock, scope, and play, the player's last arguments.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2154,SC2086

# 0a.0 and 0a.1 are a group. 03 and 05 are here for their groups: they do no DMA (see
# scenarios/groups.sh), and to open one is to reset its bus, which takes a second.
# What is called demanded is so whether this guest's table has the demand or not.
# +scope is for those that a guest with a scope has in it, whether this one has or not.
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
	is "type1 is the kernel's own" "$(lsmod | grep -c -e '^vfio_iommu_type1 ' -e passfix)" 1
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
	# Enabled once for all, or each open() and close() has ACPI work out its interrupt's
	# way, which takes longer than a hundred operations.
	echo 1 >"/sys/bus/pci/devices/$bdf/enable"
	bind "$bdf"
	chmod 666 "/dev/vfio/$(group_of "$bdf")"
done
chmod 666 /dev/vfio/vfio
# One demanded group is refused where the demand is made. Of the other only its regions
# are left: without the refusal they are what type1 sees.
ask set-direct 0000:00:0a.0 0 >/dev/null
ask set-direct 0000:00:0a.1 0 >/dev/null

quiet_console	# of thousands of refusals
if player "$@" $play 2>/tmp/player; then
	pass "played, and each kind of operation succeeded at times"
else
	fail "played, and each kind of operation succeeded at times" "$(cat /tmp/player)"
fi
