# SPDX-License-Identifier: GPL-2.0-only
# vfio-passfix bind and unbind: a card's functions are bound to vfio-pci and back to the drivers
# that they had, once and twice, and with drivers that do not finish unbinding.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2154

HOST_DRIVERS="passfix_host passfix_host passfix_host -"
ALL_BOUND="vfio-pci vfio-pci vfio-pci vfio-pci"

# Nobody reaps a process that was left behind, so it may still exist as a zombie.
tool_has_ended() {
	! cat /proc/[0-9]*/stat 2>/dev/null | grep -q '(vfio-passfix) [^Z]'
}

override_of() {
	cat "/sys/bus/pci/devices/$1/driver_override"
}

# Host drivers, on the first three functions.
to_host() {
	bind_to passfix_host 0000:03:00.0 0000:03:00.1 0000:03:00.2
	for bdf in $CARD; do
		echo >"/sys/bus/pci/devices/$bdf/driver_override"
	done
}

load_test_module
ask host - 0 >/dev/null
to_host
is "the host has its drivers" "$(card driver_of)" "$HOST_DRIVERS"

# The card is the only display here. (On Arm newer kernels have no boot display.)
if [ "$(cat /sys/bus/pci/devices/0000:03:00.0/boot_vga)" = 1 ]; then
	tool "the boot display is not taken" 3 bind 03:00.0
	like "and it is said why" "$tap_output" 'the host boots on this display'
	is "nothing is changed" "$(card driver_of)" "$HOST_DRIVERS"
elif [ ! -e /dev/ttyAMA0 ]; then
	fail "the card is the boot display"
fi

tool "another id than expected" 3 bind --force --expect 8086:1234 03:00.0
like "it is said" "$tap_output" "it is $(id_of 0000:03:00.0) and not 8086:1234"
is "nothing is changed" "$(card driver_of)" "$HOST_DRIVERS"

tool "bind, vfio-pci being loaded by it" 0 bind --force --expect "$(id_of 0000:03:00.0)" 03:00.0
is "all functions are bound" "$(card driver_of)" "$ALL_BOUND"
like "it says from what" "$tap_output" '^0000:03:00\.2  passfix_host -> vfio-pci$'
like "and where there was none" "$tap_output" '^0000:03:00\.3  no driver -> vfio-pci$'
tool "bind again" 0 bind --force 03:00.0
like "is done already" "$tap_output" 'already'

modprobe vfio_iommu_type1 "$UNSAFE"
[ ! -d "$TYPE1_PARAMETERS" ] || echo 1 >"$TYPE1_PARAMETERS/allow_unsafe_interrupts"
ok "the fix on" set_parameter pass_fix 1
output=$(vfio-passfix status)
like "status: on" "$output" '^fix +on, by vfio_passfix'
like "status: the fork" "$output" '^type1 +the fork'
like "status: the card, with its driver" "$output" '0000:03:00\.3  group [0-9]+ +vfio-pci'
background guest claim 0000:03:00.1
tool "unbind while a guest has it" 3 unbind 03:00.0
like "names the reason" "$tap_output" 'is in use, by a guest'
is "nothing is changed" "$(card driver_of)" "$ALL_BOUND"
go guest

tool "unbind" 0 unbind 03:00.0
is "the host has its drivers back" "$(card driver_of)" "$HOST_DRIVERS"
is "no override is left" "$(card override_of)" "(null) (null) (null) (null)"
is "no record is left" "$(find /run/vfio-passfix -type f ! -name '*.lock')" ""
tool "unbind again" 0 unbind 03:00.0

ok "one function alone" vfio-passfix bind --only 0000:03:00.1
is "is bound" "$(card driver_of)" "passfix_host vfio-pci passfix_host -"
ok "and the rest" vfio-passfix bind --force 03:00.0
ok "and back" vfio-passfix unbind 03:00.0
is "the host has its drivers back" "$(card driver_of)" "$HOST_DRIVERS"

# A card that waits for its guest, with a default domain of type identity.
ok "the fix off" set_parameter pass_fix 0
device=0000:00:08.0
echo identity >"/sys/kernel/iommu_groups/$(group_of $device)/type"
is "the type is identity" "$(group_type $device)" identity
tool "bind" 0 bind 00:08.0
is "the type is DMA" "$(group_type $device)" DMA
ok "unbind" vfio-passfix unbind 00:08.0
is "the type is identity again" "$(group_type $device)" identity

# A slow driver, which takes 25 s: even a slow machine needs much less.
ask host - 25000 >/dev/null
start=$(cut -d. -f1 /proc/uptime)
since() {
	echo $(($(cut -d. -f1 /proc/uptime) - start))
}
tool "a driver that does not release the device" 3 bind --force --timeout 1 03:00.0
took=$(since)
like "is named" "$tap_output" 'passfix_host did not release 0000:03:00\.2 within 1 second'
ok "and not waited for (${took} s)" [ "$took" -lt 20 ]
vfio-passfix unbind 03:00.0 >/dev/null 2>&1
took=$(since)
ok "nor does the next command wait for it (${took} s)" [ "$took" -lt 24 ]
is "functions that were not reached keep their drivers" "$(driver_of 0000:03:00.0) $(driver_of 0000:03:00.1)" "passfix_host passfix_host"
is "and nothing is bound" "$(driver_of 0000:03:00.3)" -
is "no override is left" "$(card override_of)" "(null) (null) (null) (null)"
# Wait until the driver has finished. Its link in sysfs is gone at once, but the process that was
# left behind waits for it, and then still writes.
ok "what was left behind comes to its end" wait_for tool_has_ended
ask host - 0 >/dev/null
to_host
is "later the card can be bound" "$(vfio-passfix bind --force 03:00.0 >/dev/null; card driver_of)" "$ALL_BOUND"
ok "and back" vfio-passfix unbind 03:00.0

# The tool was killed half way: the record exists, and the driver is unbound.
echo '{ "driver": "passfix_host", "driver_override": null }' >/run/vfio-passfix/0000:03:00.1
echo vfio-pci >/sys/bus/pci/devices/0000:03:00.1/driver_override
echo 0000:03:00.1 >/sys/bus/pci/devices/0000:03:00.1/driver/unbind
ok "bind finishes what was begun" vfio-passfix bind --force 03:00.0
is "it is bound" "$(card driver_of)" "$ALL_BOUND"
ok "unbind" vfio-passfix unbind 03:00.0
is "and the driver from before is back" "$(card driver_of)" "$HOST_DRIVERS"

tool "a bridge is not bound" 66 bind 00:02.0
like "and it is said why" "$tap_output" 'is a bridge'
tool "a device that is not there" 66 bind 0000:1f:00.0
like "is named" "$tap_output" 'no device 0000:1f:00\.0'
