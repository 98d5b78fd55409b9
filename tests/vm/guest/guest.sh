# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What scenarios say often. Sourced by init, like the files beside it.

PARAMETERS=/sys/module/vfio_passfix/parameters
TYPE1_PARAMETERS=/sys/module/vfio_iommu_type1_passfix/parameters
UNSAFE=allow_unsafe_interrupts=1	# for 7.3 and QEMU's boards with AMD's IOMMU
[ ! -e /sys/class/iommu/dmar0 ] || UNSAFE=allow_unsafe_interrupts=0	# Intel's remap interrupts
! grep -q intremap=off /proc/cmdline || UNSAFE=allow_unsafe_interrupts=1

PAGE=$(awk '/^KernelPageSize/ { print $2 * 1024; exit }' /proc/self/smaps)

# end_of FIRST LENGTH: the last byte of a region, which Linux takes for whole pages.
end_of() {
	echo $((($1 + $2 + PAGE - 1) / PAGE * PAGE - 1))
}

# bind_to DRIVER BDF...
bind_to() {
	bind_driver=$1
	shift
	for bdf in "$@"; do
		echo "$bind_driver" >"/sys/bus/pci/devices/$bdf/driver_override"
		echo "$bdf" >/sys/bus/pci/drivers_probe
	done
}

bind() {
	bind_to vfio-pci "$@"
}

unbind() {
	for bdf in "$@"; do
		echo "$bdf" >"/sys/bus/pci/devices/$bdf/driver/unbind"
		echo >"/sys/bus/pci/devices/$bdf/driver_override"
	done
}

# in_group BDF: whether the device is in a group. Up to Linux 6.14 arm64 puts a device into its
# group when a driver is bound to it first, so there it gets one for a moment.
in_group() {
	in_group_device=/sys/bus/pci/devices/$1
	[ ! -e "$in_group_device/iommu_group" ] || return 0
	[ -e /dev/ttyAMA0 ] && [ -e "$in_group_device" ] || return
	modprobe pci-stub
	bind_to pci-stub "$1"
	unbind "$1"
	modprobe -r pci-stub
	[ -e "$in_group_device/iommu_group" ]
}

# Loads VFIO as a host does: whatever type1 modprobe's rules say comes along. Where type1 is part of
# the kernel there is no rule for it, and vfio_passfix is named by itself.
load_vfio() {
	modprobe vfio_iommu_type1 "$UNSAFE"
	! grep -q '/vfio_iommu_type1\.ko$' "/lib/modules/$(uname -r)/modules.builtin" || modprobe vfio_passfix
	modprobe vfio-pci
}

set_parameter() {
	echo "$2" >"$PARAMETERS/$1"
}

parameter() {
	cat "$PARAMETERS/$1"
}

# The module's parameters that can be set, or "none": a loop of tests over them then fails, where
# it would test nothing.
settings() {
	find "$PARAMETERS" -type f -perm -200 -exec basename {} \; | sort | grep . || echo none
}

# turn_off NAME BDF...: once these are not bound to VFIO.
turn_off() {
	off_name=$1
	shift
	unbind "$@"
	ok "$off_name" set_parameter pass_fix 0
}

# ask COMMAND...: of passfix_test.ko, which must be loaded.
ask() {
	echo "$*" >/sys/module/passfix_test/parameters/run &&
		cat /sys/module/passfix_test/parameters/run
}

load_test_module() {
	insmod /test/passfix_test.ko
}

load_modules() {
	load_vfio
	load_test_module
}

group_type() {
	cat "/sys/kernel/iommu_groups/$(group_of "$1")/type"
}

# new_domain BDF TYPE: a default domain that is made now.
new_domain() {
	for domain in identity "$2"; do
		echo "$domain" >"/sys/kernel/iommu_groups/$(group_of "$1")/type" || return
	done
}

# has_region NAME BDF FIRST LAST TYPE: a reserved region.
has_region() {
	like "$1" "$(reserved_regions "$2")" "$(printf '^0x%016x 0x%016x %s$' "$3" "$4" "$5")"
}

# errors NAME PATTERN COMMAND...: the command fails, and the kernel's log says why.
errors() {
	errors_name=$1
	errors_pattern=$2
	shift 2
	dmesg -c >/dev/null
	nok "$errors_name" "$@"
	like "$errors_name: the log says why" "$(dmesg)" "$errors_pattern"
}

# refused NAME BDF[,BDF...]: VFIO's claim fails, and for the firmware's demand.
refused() {
	dmesg -c >/dev/null
	if claim_output=$(client claim "$2" 2>&1); then
		fail "$1" "$2 was claimed"
	elif ! dmesg | grep -q "$KERNEL_SAYS"; then
		fail "$1" "refused, but not for the firmware's demand: $claim_output"
	else
		pass "$1"
	fi
}

# assigned NAME BDF[,BDF...]: claimed, IOVA 0 mapped, data moved both ways.
assigned() {
	ok "$1" client claim "$2" map 0 0x10000 dma 0 dma 0x8000 release
}

# busybox's own modprobe would be run by timeout if it were not for the path.
bounded_modprobe() {
	timeout 30 /usr/bin/modprobe "$@"
}

# small BDF[,BDF...], large BDF[,BDF...]: a user's guest, below RLIMIT_MEMLOCK and beyond it.
small() {
	client memlock 65536 uid 65534 claim "$1" map 0 0x8000 dma 0 release
}

large() {
	client memlock 65536 uid 65534 claim "$1" map 0 0x100000 dma 0 release
}

# The driver's callback that is redirected, and whether a kprobe on it is one of ftrace's, so that
# ftrace takes it along where it is switched off. On arm64 it is not.
# shellcheck disable=SC2034 # scenarios ask for it
if [ -e /dev/ttyAMA0 ]; then
	callback=arm_smmu_get_resv_regions
else
	callback=amd_iommu_get_resv_regions
fi
kprobes_by_ftrace() {
	[ ! -e /dev/ttyAMA0 ]
}

# The probes of all the kernel, a line each, without their addresses.
probes() {
	cut -d' ' -f2- /sys/kernel/debug/kprobes/list | sort
}

# ftrace as a whole; newer kernels refuse that.
ftrace_off() {
	kprobes_by_ftrace && { echo 0 >/proc/sys/kernel/ftrace_enabled; } 2>/dev/null
}

# require_direct of devices, in their order: "1 0 1".
direct() {
	for bdf in "$@"; do
		ask direct "$bdf"
	done | xargs
}

# state PAGE BDF...: what the kernel and its IOMMU driver say of them, and where they find the page.
state() {
	page_of_state=$1
	shift
	for bdf in "$@"; do
		reserved_regions "$bdf"
		direct "$bdf"
		ask iova "$bdf" "$page_of_state"
		group_type "$bdf"
	done
}

# A bug that is planted is to be found sooner than one that nobody knows of.
planted() {
	grep -q passfix.planted /proc/cmdline
}

# For what comes by the thousand: on the console each would take longer than the operation.
# It is in the log, where no_complaint looks.
quiet_console() {
	[ ! -e /sys/module/printk/parameters/ignore_loglevel ] ||
		echo N >/sys/module/printk/parameters/ignore_loglevel
	dmesg -n 1
}

# What the machine greets us with may have been echoed back to it, and a part of that is a
# command it takes for unfinished. A byte that is in no JSON makes it begin anew.
qmp_start() {
	stty -F "$QMP" raw -echo
	cat "$QMP" >/tmp/qmp 2>/dev/null &
	for _ in $(seq 20); do
		printf '\377\n{"execute":"qmp_capabilities"}\n' >"$QMP"
		sleep 0.3
		# Its answer is lost where cat was slower; the next one says that it had been given.
		! grep -qE '"return"|already complete' /tmp/qmp || return 0
	done
	return 1
}

# qmp COMMAND: to the machine that the guest runs on, over the third port.
qmp() {
	[ -e /tmp/qmp ] || qmp_start || return 1
	echo "$1" >"$QMP"
}

# background NAME STEP...: a client that does the steps and then waits; go NAME
# lets it end, with its status. One at a time, and not in a subshell, as ok is.
background() {
	background_name=$1
	shift
	rm -f "/tmp/$background_name.ready" "/tmp/$background_name.go"
	client "$@" wait "$background_name" >"/tmp/$background_name.log" 2>&1 &
	background_pid=$!
	wait_for test -e "/tmp/$background_name.ready" && return
	diag "$(cat "/tmp/$background_name.log")"
	return 1
}

go() {
	touch "/tmp/$1.go"
	wait "$background_pid"
}

# Called by init.
scenario_ends() {
	[ "$looked_at_kernel" ] || kernel_is_well
	done_testing
}

# The last test of each scenario, unless it has that earlier: the kernel had nothing to
# complain about. A debug kernel is asked for leaks, too: it reports what is older than 5 s,
# and has not changed since the scan before.
kernel_is_well() {
	looked_at_kernel=yes
	if [ -e /sys/kernel/debug/kmemleak ] && ! grep -q kmemleak=off /proc/cmdline; then
		sleep 6
		echo scan >/sys/kernel/debug/kmemleak
		echo scan >/sys/kernel/debug/kmemleak
		is "nothing has leaked" "$(cat /sys/kernel/debug/kmemleak)" ""
	fi
	no_complaint
}

no_complaint() {
	is "the kernel has no complaint" "$(dmesg_all | complaints)" ""
}

# All of the kernel's log, also what refused() has taken out of the ring.
dmesg_all() {
	cat /tmp/kmsg.log
}

cat /dev/kmsg >/tmp/kmsg.log &
