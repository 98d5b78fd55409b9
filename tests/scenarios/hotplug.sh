# SPDX-License-Identifier: GPL-2.0-only
# Hot-plug: a device that is plugged in while the fix is on is relaxed from the start.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:01:00.0

plug() {
	qmp '{"execute":"device_add","arguments":{"driver":"edu","id":"plugged","bus":"port1","addr":"0","dma_mask":18446744073709551615}}'
	wait_for in_group $device || { cat /tmp/qmp; return 1; }
}

unplug() {
	qmp '{"execute":"device_del","arguments":{"id":"plugged"}}'
	wait_for is_gone "$device" &&
		wait_for grep -q '"DEVICE_DELETED".*"plugged"' /tmp/qmp
}

load_modules
# Nothing is unplugged while the fix is off: with AMD's driver the stock 7.3 kernel warns when a
# device with a 1:1 mapping is removed.
ok "on" set_parameter pass_fix 1
ok "plugged in while on" plug
is "on: require_direct was never set" "$(direct $device)" 0
like "on: it is listed" "$(parameter relaxed)" "^$device\$"
bind $device
assigned "on: assigned" $device
is "the host keeps its 1:1 mapping" "$(ask iova $device 0x7e000000)" 0x7e000000
errors "bound, it keeps the fix on" "$device: bound to vfio-pci" set_parameter pass_fix 0
ok "unplugged while on" unplug
not_listed() {
	! parameter relaxed | grep -qx "$1"
}
ok "it is listed no more" wait_for not_listed $device

# With the kernel's native hot-plug, a slot is off for a second after an unplug.
[ ! -e /dev/ttyAMA0 ] || sleep 2
ok "plugged in again" plug
ok "off" set_parameter pass_fix 0
is "off: what came while on is restored" "$(direct $device)" 1
bind $device
refused "off: and refused" $device
unbind $device

second=0000:02:00.0
qmp '{"execute":"device_add","arguments":{"driver":"edu","id":"second","bus":"port2","addr":"0"}}'
ok "another is plugged in while off" wait_for in_group $second
is "off: it is like the others" "$(direct $second)" 1
bind $second
refused "off: refused" $second
ok "on" set_parameter pass_fix 1
ok "on: claimed" client claim $second map 0 "$PAGE" release
