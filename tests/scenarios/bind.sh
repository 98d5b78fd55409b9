# SPDX-License-Identifier: GPL-2.0-only
# vfio-passfix bind and unbind: a card's functions to vfio-pci and back to the
# drivers that they had, once and again, and with drivers that do not let go.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

card="0000:03:00.0 0000:03:00.1 0000:03:00.2 0000:03:00.3"

driver() {
	basename "$(readlink "/sys/bus/pci/devices/$1/driver")"
}

drivers() {
	for bdf in $card; do
		driver "$bdf"
	done | xargs
}

# Nobody reaps what was left behind here, so it may be there as a zombie.
tool_has_ended() {
	! cat /proc/[0-9]*/stat 2>/dev/null | grep -q '(vfio-passfix) [^Z]'
}

overrides() {
	for bdf in $card; do
		cat "/sys/bus/pci/devices/$bdf/driver_override"
	done | xargs
}

id_of() {
	sed 's/^0x//' "/sys/bus/pci/devices/$1/vendor" "/sys/bus/pci/devices/$1/device" | xargs | tr ' ' :
}

# The host's own drivers, on the first three functions.
to_host() {
	for bdf in 0000:03:00.0 0000:03:00.1 0000:03:00.2; do
		echo passfix_host >"/sys/bus/pci/devices/$bdf/driver_override"
		echo "$bdf" >/sys/bus/pci/drivers_probe
		echo >"/sys/bus/pci/devices/$bdf/driver_override"
	done
}

load_test_module
ask host - 0 >/dev/null
to_host
host_drivers=$(drivers)
is "the host has its drivers" "$host_drivers" "passfix_host passfix_host passfix_host"

# The card is the only display here.
if [ "$(cat /sys/bus/pci/devices/0000:03:00.0/boot_vga)" = 1 ]; then
	output=$(vfio-passfix bind 03:00.0 2>&1)
	is "the boot display is not taken" $? 3
	like "and it is said why" "$output" 'the host boots on this display'
	is "nothing is changed" "$(drivers)" "$host_drivers"
else
	fail "the card is the boot display"
fi

output=$(vfio-passfix bind --force --expect 8086:1234 03:00.0 2>&1)
is "another id than expected" $? 3
like "it is said" "$output" "it is $(id_of 0000:03:00.0) and not 8086:1234"
is "nothing is changed" "$(drivers)" "$host_drivers"

output=$(vfio-passfix bind --force --expect "$(id_of 0000:03:00.0)" 03:00.0 2>&1)
is "bind, vfio-pci being loaded by it" $? 0
is "all functions are bound" "$(drivers)" "vfio-pci vfio-pci vfio-pci vfio-pci"
like "it says from what" "$output" '^0000:03:00\.2  passfix_host -> vfio-pci$'
like "and where there was none" "$output" '^0000:03:00\.3  no driver -> vfio-pci$'
output=$(vfio-passfix bind --force 03:00.0 2>&1)
is "bind again" $? 0
like "is done already" "$output" 'already'

modprobe vfio_iommu_type1 "$UNSAFE"
[ ! -d "$TYPE1_PARAMETERS" ] || echo 1 >"$TYPE1_PARAMETERS/allow_unsafe_interrupts"
ok "the fix on" set_parameter pass_fix 1
output=$(vfio-passfix status)
like "status: on" "$output" '^fix +on, by vfio_passfix'
like "status: the fork" "$output" '^type1 +the fork'
like "status: the card, with its driver" "$output" '0000:03:00\.3  group [0-9]+ +vfio-pci'
background guest claim 0000:03:00.1
output=$(vfio-passfix unbind 03:00.0 2>&1)
is "unbind while a guest has it" $? 3
like "names the reason" "$output" 'is in use, by a guest'
is "nothing is changed" "$(drivers)" "vfio-pci vfio-pci vfio-pci vfio-pci"
go guest

output=$(vfio-passfix unbind 03:00.0 2>&1)
is "unbind" $? 0
is "the host has its drivers back" "$(drivers)" "$host_drivers"
is "no override is left" "$(overrides)" "(null) (null) (null) (null)"
is "no record is left" "$(find /run/vfio-passfix -type f ! -name '*.lock')" ""
output=$(vfio-passfix unbind 03:00.0 2>&1)
is "unbind again" $? 0

ok "one function alone" vfio-passfix bind --only 0000:03:00.1
is "is bound" "$(drivers)" "passfix_host vfio-pci passfix_host"
ok "and the rest" vfio-passfix bind --force 03:00.0
ok "and back" vfio-passfix unbind 03:00.0
is "the host has its drivers back" "$(drivers)" "$host_drivers"

# A default domain of type identity, for a card that waits.
ok "the fix off" set_parameter pass_fix 0
device=0000:00:08.0
group=/sys/kernel/iommu_groups/$(group_of $device)
echo identity >"$group/type"
is "the type is identity" "$(cat "$group/type")" identity
output=$(vfio-passfix bind 00:08.0 2>&1)
is "bind" $? 0
is "the type is DMA" "$(cat "$group/type")" DMA
ok "unbind" vfio-passfix unbind 00:08.0
is "the type is identity again" "$(cat "$group/type")" identity

# A driver that takes its time, 25 s: a slow machine is through long before.
ask host - 25000 >/dev/null
start=$(cut -d. -f1 /proc/uptime)
since() {
	echo $(($(cut -d. -f1 /proc/uptime) - start))
}
output=$(vfio-passfix bind --force --timeout 1 03:00.0 2>&1)
status=$?
took=$(since)
is "a driver that does not let go" $status 3
like "is named" "$output" 'passfix_host does not let go of 0000:03:00\.2 within 1 second'
ok "and not waited for (${took} s)" [ "$took" -lt 20 ]
vfio-passfix unbind 03:00.0 >/dev/null 2>&1
took=$(since)
ok "nor does the next command wait for it (${took} s)" [ "$took" -lt 24 ]
is "functions that were not reached keep their drivers" "$(driver 0000:03:00.0) $(driver 0000:03:00.1)" "passfix_host passfix_host"
is "and nothing is bound" "$(driver 0000:03:00.3)" ""
is "no override is left" "$(overrides)" "(null) (null) (null) (null)"
# Until the driver has let go. Its link in sysfs is gone at once, but what was left
# behind waits for it, and still writes then.
ok "what was left behind comes to its end" wait_for tool_has_ended
ask host - 0 >/dev/null
to_host
is "later the card can be bound" "$(vfio-passfix bind --force 03:00.0 >/dev/null; drivers)" "vfio-pci vfio-pci vfio-pci vfio-pci"
ok "and back" vfio-passfix unbind 03:00.0

# Stopped half way, as by a power cut of the tool: the record is there, the driver gone.
echo '{ "driver": "passfix_host", "driver_override": null }' >/run/vfio-passfix/0000:03:00.1
echo vfio-pci >/sys/bus/pci/devices/0000:03:00.1/driver_override
echo 0000:03:00.1 >/sys/bus/pci/devices/0000:03:00.1/driver/unbind
ok "bind finishes what was begun" vfio-passfix bind --force 03:00.0
is "it is bound" "$(drivers)" "vfio-pci vfio-pci vfio-pci vfio-pci"
ok "unbind" vfio-passfix unbind 03:00.0
is "and the driver from before is back" "$(drivers)" "$host_drivers"

output=$(vfio-passfix bind 00:02.0 2>&1)
is "a bridge is not bound" $? 66
like "and it is said why" "$output" 'is a bridge'
output=$(vfio-passfix bind 0000:1f:00.0 2>&1)
is "a device that is not there" $? 66
like "is named" "$output" 'no device 0000:1f:00\.0'
