# SPDX-License-Identifier: GPL-2.0-only
# Hot-plug and hot-unplug while the fix is toggled continuously: a plugged device always matches the
# fix, and nothing uses an unplugged one.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: intel
# rmrr: 0:f0000:f0fff:1:0.0 0:f1000:f1fff:0:8.0
# Not on a board with AMD's IOMMU: there the stock kernel warns when a device with a 1:1 mapping is
# unplugged.

rounds=200
stock_rounds=20
! planted || rounds=40 stock_rounds=1

plugged=0000:01:00.0
bound=0000:00:08.0
page=0xf1000
first="/machine/peripheral-anon/device[1]"	# what the board has in the port

groups() {
	set -- /sys/kernel/iommu_groups/*
	echo $#
}

# With a planted bug, the guest may end with its message.
planted || quiet_console
modprobe vfio-pci
modprobe -r vfio_iommu_type1_passfix vfio_passfix
load_test_module
is "no module of ours is loaded" "$(lsmod | grep -c '^vfio_[a-z0-9_]*passfix ')" 0
stock=$(state $page $bound)
stock_probes=$(probes)
play "stock: plugged in and out, and the demand holds each time" plugs $stock_rounds \
	plug port1 $plugged "$first"
no_complaint
stock_groups=$(groups)

load_vfio
echo vfio-pci >/sys/bus/pci/devices/$bound/driver_override
play "plugged in and out while the fix is toggled: each time it is as the fix is" plugs $rounds \
	plug port1 $plugged "$first" toggle "$PARAMETERS/pass_fix" 0 bind $bound
is "each time" "$(came "what was plugged in is as the fix is") $(came unplugged)" "$rounds $rounds"
often 100 "off was refused with EBUSY"
often $((rounds / 8)) "log: on" "log: off"

set_parameter pass_fix 1
is "on: nothing is in the way of it" "$(parameter pass_fix) $(direct $bound)" "Y 0"
ok "off" set_parameter pass_fix 0
is "off: no probe is left" "$(probes)" "$stock_probes"
is "off: all is as on stock, and the host's 1:1 mapping is there" "$(state $page $bound)" "$stock"
is "off: as many groups as before" "$(groups)" "$stock_groups"
