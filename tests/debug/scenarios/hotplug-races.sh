# SPDX-License-Identifier: GPL-2.0-only
# Hot-plug and hot-unplug while the fix is toggled without a pause: whatever is plugged
# in is as the fix is, and what is unplugged is missed by nobody.
# shellcheck shell=sh source=tests/guest/guest.sh
# board: intel
# rmrr: 0:f0000:f0fff:1:0.0 0:f1000:f1fff:0:8.0

# Not on AMD's board: unplugging a device that the demand covers makes the kernel warn
# there, without any module of ours.
rounds=200
stock_rounds=20

plugged=0000:01:00.0
bound=0000:00:08.0
page=0xf1000

# play NAME GOAL... TASK...: a race in which nothing comes about that must not.
play() {
	play_name=$1
	shift
	race "$@" >/tmp/race
	is "$play_name" $? 0
	diag "$(cat /tmp/race)"
}

# came WHAT: how often that came about in the last race.
came() {
	sed -n "s/^ *\([0-9]*\) $1\$/\1/p" /tmp/race
}

# What the board has in its port goes first.
empty_port() {
	for n in 0 1 2 3 4 5; do
		qmp "{\"execute\":\"device_del\",\"arguments\":{\"id\":\"/machine/peripheral-anon/device[$n]\"}}"
		sleep 1
		[ -e /sys/bus/pci/devices/$plugged ] || return 0
	done
	return 1
}

modprobe vfio-pci
load_test_module
ok "the port is emptied" empty_port
is "no module of ours is loaded" "$(lsmod | grep -c '^vfio_[a-z0-9_]*passfix')" 0
diag "$(tr -d '\r' </tmp/qmp)"
play "stock: plugged in and out" plugs $stock_rounds plug port1 $plugged
kernel_is_well
done_testing
