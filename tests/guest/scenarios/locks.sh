# SPDX-License-Identifier: GPL-2.0-only
# I4: require_direct changes only under the group's mutex.
# shellcheck shell=sh source=tests/guest/guest.sh

device=0000:00:08.0

load_vfio
load_test_module

# turn N: while somebody holds the group's mutex for a second.
turn() {
	ask hold $device 1000 >/dev/null
	set_parameter pass_fix "$1" &
	held=$(ask held $device)
	wait $!
	echo "$held"
}

is "turning on waits for the mutex" "$(turn 1)" stable
is "then it is on" "$(parameter pass_fix) $(direct $device)" "Y 0"
is "turning off waits for the mutex" "$(turn 0)" stable
is "then it is off" "$(parameter pass_fix) $(direct $device)" "N 1"

kernel_is_well
done_testing
