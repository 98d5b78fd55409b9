# SPDX-License-Identifier: GPL-2.0-only
# On Arm with ACPI, Linux up to 6.14: a device joins its group when its first driver is bound. It is
# relaxed then, like a hot-plugged one.
# arch: arm64
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0

# comes NAME: the device appears as after power-on; on newer kernels with its group.
comes() {
	echo 1 >/sys/bus/pci/devices/$device/remove
	wait_for is_gone "$device"
	echo 1 >/sys/bus/pci/rescan
	ok "$1: it comes" wait_for test -e /sys/bus/pci/devices/$device
	diag "$(ls -d /sys/bus/pci/devices/$device/iommu_group 2>/dev/null || echo "it is in no group yet")"
}

load_modules
comes "off"
bind $device
refused "off" $device
unbind $device

ok "on" set_parameter pass_fix 1
comes "on"
bind $device
is "on: require_direct is clear" "$(direct $device)" 0
like "on: it is listed" "$(parameter relaxed)" "^$device\$"
assigned "on" $device
turn_off "off" $device
is "off: require_direct is set" "$(direct $device)" 1

comes "on, after it has come"
ok "on" set_parameter pass_fix 1
bind $device
assigned "on, after it has come" $device
turn_off "off" $device

comes "by its address"
set_parameter devices $device
ok "on, it is named" set_parameter pass_fix 1
bind $device
assigned "by its address" $device
turn_off "off" $device

comes "by the tool"
tool "vfio-passfix bind" 0 bind $device --force
is "it is bound" "$(driver_of $device)" vfio-pci
