# SPDX-License-Identifier: GPL-2.0-only
# Groups with several devices: two functions, a card with four, a conventional bridge.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

load_modules
# On Arm both devices behind the bridge have the same stream id, and Linux 6.12's SMMUv3 driver
# accepts only the first of these. There the bridge also has a driver for hot-plug.
behind="0000:05:01.0 0000:05:02.0"
[ ! -e /dev/ttyAMA0 ] || in_group 0000:05:02.0 || behind=0000:05:01.0
[ ! -e /sys/bus/pci/drivers/shpchp/0000:04:00.0 ] || unbind 0000:04:00.0
last=${behind#* }
# shellcheck disable=SC2086 # one or two
bind 0000:00:0a.0 0000:00:0a.1 0000:03:00.0 0000:03:00.1 0000:03:00.2 0000:03:00.3 $behind

is "two functions share a group" "$(group_of 0000:00:0a.0)" "$(group_of 0000:00:0a.1)"
is "the devices behind the bridge share one" "$(group_of 0000:05:01.0)" "$(group_of "$last")"
is "with the bridge" "$(group_of 0000:05:01.0)" "$(group_of 0000:04:00.0)"
refused "off: the functions" 0000:00:0a.0,0000:00:0a.1
refused "off: the card" 0000:03:00.0
refused "off: behind the bridge" 0000:05:01.0

ok "on" set_parameter pass_fix 1
assigned "on: both functions, with DMA" 0000:00:0a.0,0000:00:0a.1
# QEMU looks up devices that exist from the start and are not on bus 0 as if they were on bus 0 in
# the IOMMU's table, so these do no DMA; the hot-plugged card does.
ok "on: the card" client claim 0000:03:00.0,0000:03:00.1,0000:03:00.2,0000:03:00.3 map 0 0x100000 release
ok "on: both behind the bridge" client claim "$(echo "$behind" | tr " " ,)" map 0 0x100000 release
ok "on: several groups in one container" \
	client claim 0000:00:0a.0,0000:03:00.1,0000:05:01.0 map 0 0x100000 release

plug_card() {
	for function in 3 2 1 0; do
		qmp '{"execute":"device_add","arguments":{"driver":"edu","id":"f'$function'","bus":"port2","addr":"0.'$function'","multifunction":true,"dma_mask":18446744073709551615}}'
		sleep 0.2
	done
	wait_for in_group 0000:02:00.3 || { cat /tmp/qmp; return 1; }
}
ok "a card of four functions is plugged in" plug_card
bind 0000:02:00.0 0000:02:00.1 0000:02:00.2 0000:02:00.3
assigned "on: all of its functions, with DMA" 0000:02:00.0,0000:02:00.1,0000:02:00.2,0000:02:00.3
unbind 0000:02:00.0 0000:02:00.1 0000:02:00.2 0000:02:00.3
is "on: the bridge is relaxed with them" "$(direct 0000:04:00.0 0000:05:01.0 "$last")" "0 0 0"

errors "one bound function keeps the fix on" '0000:00:0a\.1: bound to vfio-pci' eval '
	unbind 0000:00:0a.0 0000:03:00.0 0000:03:00.1 0000:03:00.2 0000:03:00.3 '"$behind"'
	set_parameter pass_fix 0'
is "its group is untouched" "$(direct 0000:00:0a.0 0000:00:0a.1)" "0 0"
# It was not set for a moment either, between the holds of the mutex for the first function and the bound one.
ask watch 0000:00:0a.0 >/dev/null
set_parameter pass_fix 0 2>/dev/null
like "nor was it for a moment" "$(ask watch -)" '^[1-9][0-9]* 0$'
unbind 0000:00:0a.1
ask watch 0000:00:0a.0 >/dev/null
ok "off" set_parameter pass_fix 0
like "that it is set again would have been seen" "$(ask watch -)" '^[1-9][0-9]* [1-9]'
is "all are restored" "$(direct 0000:00:0a.0 0000:00:0a.1 0000:03:00.0 0000:05:01.0 "$last" 0000:04:00.0)" \
	"1 1 1 1 1 1"
