# SPDX-License-Identifier: GPL-2.0-only
# I7: a probe that misses a call is counted, shown, and leaves stock's answer,
# wherever the kernel asks.
# shellcheck shell=sh source=tests/guest/guest.sh

device=0000:00:08.0
plugged=0000:01:00.0
type=/sys/kernel/iommu_groups/$(group_of $device)/type

load_vfio
load_test_module
# The test module first: its probe then comes after the module's own.
ask stall $device 0 >/dev/null
ok "on" set_parameter pass_fix 1
is "nothing was missed" "$(parameter missed)" 0
is "70 calls are in flight, 6 more than there are instances" "$(ask stall $device 70)" 70
missed=$(parameter missed)
ok "misses are counted ($missed)" test "$missed" -ge 6
like "a missed call gives stock's answer" "$(reserved_regions $device)" '7e000fff direct$'
ok "and is counted" test "$(parameter missed)" -gt "$missed"
echo identity >"$type"
echo DMA >"$type"
is "require_direct is set, as by stock" "$(direct $device)" 1
bind $device
refused "so the device is refused, as by stock" $device
unbind $device

missed=$(parameter missed)
qmp '{"execute":"device_add","arguments":{"driver":"edu","id":"plugged","bus":"port1","addr":"0","dma_mask":18446744073709551615}}'
ok "a device is plugged in" wait_for test -e /sys/bus/pci/devices/$plugged/iommu_group
is "its require_direct is set, as by stock" "$(direct $plugged)" 1
ok "and that is counted" test "$(parameter missed)" -gt "$missed"
is "the host maps its regions 1:1" "$(ask iova $plugged 0x7e000000)" 0x7e000000
unlike "it is not listed" "$(parameter relaxed)" "^$plugged\$"
bind $plugged
refused "it is refused, as by stock" $plugged
unbind $plugged
ask stall - >/dev/null

like "with instances to spare, the answers are relaxed" "$(reserved_regions $device)" '7e000fff direct-relaxable$'
dmesg -c >/dev/null
ok "off" set_parameter pass_fix 0
like "turning off tells of the misses" "$(dmesg)" 'missed'
is "they are still shown" "$(test "$(parameter missed)" -ge 7 && echo yes)" yes
ok "on again" set_parameter pass_fix 1
bind $device $plugged
assigned "makes it good" $device,$plugged

# A fork that sees what the probe missed makes it good itself.
is "calls are in flight again" "$(ask stall $device 70)" 70
ok "a claim gets all of the range all the same" client claim $device map 0 0x4000 dma 0 release
unbind $device $plugged

ok "off, with calls in flight" set_parameter pass_fix 0
is "require_direct is set" "$(direct $device $plugged)" "1 1"
like "the regions are stock's" "$(reserved_regions $device)" '7e000fff direct$'
bind $device
refused "the device is refused" $device
unbind $device
ok "the modules can be unloaded, with calls in flight" modprobe -r vfio_iommu_type1_passfix vfio_passfix
ask stall - >/dev/null
ok "which come back all the same: the regions can be asked for" reserved_regions $device
kernel_is_well
done_testing
