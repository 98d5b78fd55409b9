# SPDX-License-Identifier: GPL-2.0-only
# On and off 100 times, with a claim every tenth time: each time has the same result.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0

load_modules
before="$(probes); $(state 0x7e000000 $device)"
device_is() {
	[ "$(direct $device)" = "$1" ] || { echo "round $n: require_direct is not $1"; return 1; }
}

in_use() {
	bind $device && client claim $device map 0 0x10000 dma 0 release && unbind $device
}

rounds() {
	for n in $(seq 100); do
		set_parameter pass_fix 1 && device_is 0 || return
		[ $((n % 10)) -ne 0 ] || in_use || return
		set_parameter pass_fix 0 && device_is 1 || return
	done
}

quiet_console
ok "on and off 100 times, in use 10 times" rounds
is "all is as before" "$(probes); $(state 0x7e000000 $device)" "$before"
bind $device
refused "and VFIO refuses the device" $device
