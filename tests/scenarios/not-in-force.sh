# SPDX-License-Identifier: GPL-2.0-only
# I7: kprobes or ftrace are turned off as a whole while the fix is on, and the kernel notifies
# nobody. The module reports that, the fork compensates for it, and turning off leaves nothing.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0
second=0000:00:0a.1
shown="not in force: kprobes or ftrace are turned off"

load_modules
before=$(probes)
bind $device
ok "on" set_parameter pass_fix 1
listed=$(parameter relaxed)
unlike "in force: no word of it" "$listed" 'not in force'

# while_off WHAT SWITCH: checks what is seen while it is off; SWITCH is the file that switches it.
while_off() {
	is "$1 off: it is shown" "$(parameter relaxed | head -n 1)" "$shown"
	is "$1 off: the devices are listed still" "$(parameter relaxed | tail -n +2)" "$listed"
	like "$1 off: vfio-passfix status says so" "$(vfio-passfix status)" 'not in force'
	like "$1 off: the regions are stock's" "$(reserved_regions $device)" ' direct$'
	assigned "$1 off: through the fork, a device is assigned still" $device
	errors "$1 off: turning on what is on fails" 'on, but not in force; switch kprobes and ftrace on' \
		set_parameter pass_fix 1
	echo 1 >"$2"
	is "$1 on again: in force" "$(parameter relaxed)" "$listed"
	unlike "$1 on again: the regions are relaxed" "$(reserved_regions $device)" ' direct$'
}
echo 0 >/sys/kernel/debug/kprobes/enabled
while_off kprobes /sys/kernel/debug/kprobes/enabled
! ftrace_off || while_off ftrace /proc/sys/kernel/ftrace_enabled

# A device that appears meanwhile gets require_direct, and loses it later.
echo 1 >/sys/bus/pci/devices/$second/remove
wait_for is_gone "$second"
echo 0 >/sys/kernel/debug/kprobes/enabled
echo 1 >/sys/bus/pci/rescan
ok "kprobes off: a device comes" wait_for in_group $second
is "kprobes off: its require_direct is cleared" "$(direct $second)" 0

# A new default domain sets require_direct again; writing 1 to pass_fix again clears it.
unbind $device
new_domain $device DMA
is "kprobes off: a new default domain sets require_direct" "$(direct $device)" 1
echo 1 >/sys/kernel/debug/kprobes/enabled
ok "in force again: turning on what is on" set_parameter pass_fix 1
is "in force again: it is clear" "$(direct $device)" 0
echo 0 >/sys/kernel/debug/kprobes/enabled

ok "off, with kprobes off" set_parameter pass_fix 0
is "require_direct is set" "$(direct $device $second)" "1 1"
echo 1 >/sys/kernel/debug/kprobes/enabled
is "no probe is left" "$(probes)" "$before"
bind $device
refused "refused, as on stock" $device
