# SPDX-License-Identifier: GPL-2.0-only
# I3: while a user owns a device, require_direct is not set, and nothing is unloaded; all or nothing.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

first=0000:00:08.0
second=0000:00:09.0

load_modules
set_parameter pass_fix 1
bind $second
background owner claim $second map 0 0x10000 dma 0
is "the second is owned" $? 0
is "the first's group comes before it" "$(test "$(group_of "$first")" -lt "$(group_of "$second")" && echo yes)" yes

errors "off is refused, and names the device" "$second: bound to vfio-pci.*unbind" set_parameter pass_fix 0
is "the fix is on" "$(parameter pass_fix)" Y
is "no bit is set, not in the groups before either" "$(direct $first $second)" "0 0"
is "and the probes are there and act" "$(reserved_regions $first | grep -c ' direct$')" 0
bind $first
assigned "the first is assigned still" $first
unbind $first

nok "vfio_passfix cannot be unloaded" rmmod vfio_passfix
nok "nor the fork" rmmod vfio_iommu_type1_passfix
for _ in $(seq 20); do
	set_parameter pass_fix 0
	set_parameter pass_fix 1
done 2>/dev/null
is "toggled in vain, it is on" "$(parameter pass_fix)" Y
is "and no bit is set" "$(direct $first $second)" "0 0"
go owner
like "the owner noticed nothing" "$(cat /tmp/owner.log)" '2048 bytes at 0x0 to the device and back'

errors "bound but not owned: still refused" "$second: bound to vfio-pci" set_parameter pass_fix 0
assigned "and assigned again" $second
unbind $second
ok "on and free: the fork can go" rmmod vfio_iommu_type1_passfix
nok "but vfio_passfix holds itself" rmmod vfio_passfix
ok "off" set_parameter pass_fix 0
is "all bits are set" "$(direct $first $second)" "1 1"
ok "off: it can go too" rmmod vfio_passfix

# Reload with the device bound: relaxing it is always possible.
bind $second
ok "reloaded with pass_fix=1" modprobe vfio_iommu_type1_passfix pass_fix=1 "$UNSAFE"
is "handed on" "$(parameter pass_fix)" Y
assigned "assigned" $second
modprobe pci-stub ids=1b36:0005
unbind $second
is "pci-stub has a device" "$(driver_of 0000:00:0b.0)" pci-stub
ok "off with pci-stub bound, which assigns nothing" set_parameter pass_fix 0
