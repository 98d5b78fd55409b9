# SPDX-License-Identifier: GPL-2.0-only
# Each allocation fails in turn: every operation of the modules then succeeds or fails as a whole,
# and leaves nothing half done.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: few
# ivmd: 21:8:40:0:0:2000 21:8:40:0:7e000000:1000 22:8:50:51:7e000000:1000

device=0000:00:08.0

# If the kernel gets no memory to remove a probe, it warns, and keeps the probe. It does so for any
# probe (shown at the end), so these allocations are left out until then.
disarm=__disarm_kprobe_ftrace
# The part of loading that all modules share is tested once, then the own part of each module.
init=do_one_initcall
arguments=parse_args

# each NAME OPTION... OPERATION: runs `faults`, which does the operation and checks the host.
each() {
	each_name=$1
	shift
	told "$each_name" faults "$@" $device
}

load_test_module
VFIO_PASSFIX_LOADING=1 modprobe vfio-pci
is "neither module is loaded" "$(lsmod | grep -c '^vfio.*passfix')" 0
each "load: all or nothing" load
each "load with devices: all or nothing" -o $arguments load-devices
each "load with pass_fix=1: all or nothing" -l $disarm -o $init load-on
each "unload: all or nothing" unload
modprobe vfio_passfix "devices=8086:*"
each "devices, written: all or nothing" write-devices
set_parameter devices '1b36:*,1234:*'	# but for one, all of them are covered
each "the fork, load: all or nothing" -o $init load-fork
each "the fork, load with pass_fix=1: all or nothing" -l $disarm -o $init load-fork-on

each "turn on: all or nothing" -l $disarm turn-on
each "turn on, a fifth fails at random: all or nothing" -l $disarm -r 20:50 turn-on
set_parameter pass_fix 1
is "on: one probe is on each callback" "$(probes | grep -c amd_iommu)" 2
each "turn off: all or nothing" -l $disarm turn-off
each "relaxed, read: all or nothing" read-relaxed
# An allocation that is retried after one failure fails permanently after two.
each "turn off, a fifth fails at random: all or nothing" -l $disarm -r 20:100 turn-off
each "relaxed, a fifth fails at random: all or nothing" -r 20:100 read-relaxed
bind $device
each "turn off, bound: it stays on" turn-off-bound
turn_off "off" $device
rmmod vfio_passfix
unlike "the leak detector has not run out of memory itself" "$(dmesg_all)" 'leak detector disabled'
kernel_is_well

# Now what was left out. From here on the kernel must complain. Its messages do not go to the
# console, where they would count as failures.
quiet_console
complaint="WARNING: .*$disarm"
complaints() {
	dmesg | grep -E 'WARNING:|BUG:|KASAN|Oops' | grep -cvE "$complaint"
}
dmesg -c >/dev/null
each "without our modules, a probe: placed and taken away, or not" -l $disarm probe
like "without our modules: a probe cannot be taken away" \
	"$(faults -o $disarm -n 1 probe $device)" 'failed: success'
like "the kernel warns" "$(dmesg)" "$complaint"
echo 1 >/sys/kernel/debug/clear_warn_once
modprobe vfio_passfix pass_fix=1
dmesg -c >/dev/null
like "ours cannot, either: the fix goes off" "$(faults -o $disarm -n 1 turn-off $device)" 'failed: success'
like "the kernel warns alike" "$(dmesg)" "$complaint"
like "ours say what is left" "$(dmesg)" 'cannot take away the probe on amd_iommu_.*stays, without effect'
is "the fix is off" "$(parameter pass_fix)" N
like "the regions are stock's" "$(reserved_regions $device)" '7e000fff direct$'
is "require_direct is set" "$(direct $device)" 1
nok "the module stays, as the probe's code must" rmmod vfio_passfix
errors "it does not go on again" 'could not take away a probe.*restart' set_parameter pass_fix 1
is "the kernel says no more than that" "$(complaints)" 0
