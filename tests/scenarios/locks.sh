# SPDX-License-Identifier: GPL-2.0-only
# I4: require_direct changes only under the group's mutex.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0

load_modules

# Something holds the mutex nearly all the time while the fix goes on and off.
toggle() {
	for _ in $(seq 15); do
		set_parameter pass_fix 1 && set_parameter pass_fix 0 || return
	done
}
ask hold $device 150 >/dev/null
ok "on and off 15 times" toggle
is "require_direct never changed while the mutex was held" "$(ask held $device)" 0
is "it is off at the end" "$(parameter pass_fix) $(direct $device)" "N 1"

# A write is lost to a write of a neighbouring bit, which the kernel does without the mutex.
lost_write() {
	ask lost-write $device >/dev/null
	set_parameter pass_fix "$1"
	is "pass_fix=$1: a write was lost" "$(ask lost-write -)" 1
	is "pass_fix=$1: and made again" "$(direct $device)" $((1 - $1))
}
lost_write 1
lost_write 0

# To show that the check can fail, the test module writes without the mutex.
ask hold $device 40 >/dev/null
for value in 0 1 0 1 0 1; do
	sleep 0.04
	ask set-direct $device $value >/dev/null
done
unlike "a change under the mutex would be seen" "$(ask held $device)" '^0$'
