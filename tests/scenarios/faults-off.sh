# SPDX-License-Identifier: GPL-2.0-only
# Turning off while atomic allocations (GFP_ATOMIC) fail. Intel's driver then reports fewer regions,
# but devices that it reported before must not be forgotten.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: intel
# rmrr: 0:f0000:f0fff:0:8.0

device=0000:00:08.0
slab=/sys/kernel/debug/failslab

# short COMMAND: runs it in a shell whose atomic allocations fail.
short() {
	for setting in task-filter=Y ignore-gfp-wait=Y interval=1 times=-1 verbose=0 probability=100; do
		echo "${setting#*=}" >$slab/${setting%=*}
	done
	sh -c "echo 1 >/proc/self/make-it-fail; $1"
	short_status=$?
	echo 0 >$slab/probability
	return $short_status
}

load_modules
is "stock: require_direct is set" "$(direct $device)" 1
for _ in 1 2 3; do
	ok "on" set_parameter pass_fix 1
	is "on: clear" "$(direct $device)" 0
	is "on, short of memory: it is listed" "$(short "cat $PARAMETERS/relaxed")" $device
	ok "off, short of memory" short "echo 0 >$PARAMETERS/pass_fix"
	is "off is off" "$(parameter pass_fix) $(direct $device)" "N 1"
done
bind $device
refused "and the device is refused" $device
unbind $device

ok "on" set_parameter pass_fix 1
bind $device
background owner claim $device map 0 0x4000
is "it is owned" $? 0
nok "off, owned: refused" set_parameter pass_fix 0
nok "off, owned and short of memory: refused" short "echo 0 >$PARAMETERS/pass_fix"
is "on is on" "$(parameter pass_fix) $(direct $device)" "Y 0"
nok "the module cannot be unloaded" rmmod vfio_passfix
go owner
is "the guest ends well" $? 0
