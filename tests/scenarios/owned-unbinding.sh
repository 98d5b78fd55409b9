# SPDX-License-Identifier: GPL-2.0-only
# I3: a device is being unbound from vfio-pci, which waits for the guest that owns it. The only sign
# that VFIO still has it is that its group is owned.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

first=0000:00:08.0
second=0000:00:09.0

load_modules
ok "on" set_parameter pass_fix 1
bind $second
background owner claim $second map 0 0x10000 dma 0
is "the second is owned" $? 0
is "the first's group comes before it" "$(test "$(group_of "$first")" -lt "$(group_of "$second")" && echo yes)" yes
echo $second >/sys/bus/pci/drivers/vfio-pci/unbind &
unbinding=$!
ok "it is being unbound" wait_for eval "[ ! -e /sys/bus/pci/devices/$second/vfio-dev ] ||
	[ -z \"\$(ls /sys/bus/pci/devices/$second/vfio-dev)\" ]"
ok "and the guest still has it" kill -0 $unbinding

errors "off is refused" "$second: a guest still owns its group; try again when the guest has ended" \
	set_parameter pass_fix 0
is "the fix is on" "$(parameter pass_fix)" Y
is "no bit is set, not in the groups before either" "$(direct $first $second)" "0 0"
like "all are listed" "$(parameter relaxed | xargs)" "$first.*$second"
go owner
is "the guest ends well" $? 0
wait $unbinding
is "so does unbinding" $? 0
ok "off" set_parameter pass_fix 0
is "all bits are set" "$(direct $first $second)" "1 1"
