# SPDX-License-Identifier: GPL-2.0-only
# I10: adding a device to its group fails while somebody collects the groups.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:09.0

load_modules
insmod /test/passfix_lifetimes.ko
cp /usr/bin/dash /tmp/collector
ok "on" set_parameter pass_fix 1
echo 1 >/sys/bus/pci/devices/$device/remove
wait_for is_gone "$device"

# begins NAME COMMAND: starts a rescan in which adding the device fails, and the collector a moment later.
begins() {
	echo fail-addition >/sys/module/passfix_lifetimes/parameters/run
	echo 1 >/sys/bus/pci/rescan &
	rescan=$!
	sleep 1
	/tmp/collector -c "$2"
	is "$1: ends" $? 0
	wait $rescan
	ok "$1: the device is there, without a group" \
		eval "[ -e /sys/bus/pci/devices/$device ] && [ ! -e /sys/bus/pci/devices/$device/iommu_group ]"
	unlike "$1: it is not listed" "$(parameter relaxed)" "^$device\$"
	echo 1 >/sys/bus/pci/devices/$device/remove
	wait_for is_gone "$device"
}
begins "relaxed is read" "cat $PARAMETERS/relaxed >/tmp/listed"
begins "the fix goes off" "echo 0 >$PARAMETERS/pass_fix"
begins "the fix goes on" "echo 1 >$PARAMETERS/pass_fix"
echo 1 >/sys/bus/pci/rescan
ok "the next addition succeeds" wait_for in_group $device
is "and the device is relaxed" "$(direct $device)" 0
