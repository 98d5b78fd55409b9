# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Common parts of scenarios for small guests. init sources this and the files beside it.

PARAMETERS=/sys/module/vfio_passfix/parameters
TYPE1_PARAMETERS=/sys/module/vfio_iommu_type1_passfix/parameters
UNSAFE=allow_unsafe_interrupts=1	# for 7.3 and QEMU's boards with AMD's IOMMU
[ ! -e /sys/class/iommu/dmar0 ] || UNSAFE=allow_unsafe_interrupts=0	# Intel's remap interrupts
! grep -q intremap=off /proc/cmdline || UNSAFE=allow_unsafe_interrupts=1

PAGE=$(awk '/^KernelPageSize/ { print $2 * 1024; exit }' /proc/self/smaps)

# end_of FIRST LENGTH: the last byte of a region, which Linux rounds up to whole pages.
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

# in_group BDF: whether the device is in a group. Up to Linux 6.14 a device on arm64 joins its group
# when its first driver is bound, so there a driver is bound for a moment.
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

# Loads VFIO as a host does, with whichever type1 modprobe's rule chooses. If type1 is built into the
# kernel, no rule applies, and vfio_passfix is loaded by its own name.
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

# The module's parameters that can be set; "none" if there are none, so that a loop of tests over them
# fails instead of testing nothing.
settings() {
	find "$PARAMETERS" -type f -perm -200 -exec basename {} \; | sort | grep . || echo none
}

# turn_off NAME BDF...: unbinds these from VFIO, then turns the fix off.
turn_off() {
	off_name=$1
	shift
	unbind "$@"
	ok "$off_name" set_parameter pass_fix 0
}

# ask COMMAND...: asks passfix_test.ko, which must be loaded.
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

# new_domain BDF TYPE: makes a new default domain.
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

# refused NAME BDF[,BDF...]: VFIO's claim fails because of a firmware-mandated 1:1 mapping.
refused() {
	dmesg -c >/dev/null
	if claim_output=$(client claim "$2" 2>&1); then
		fail "$1" "$2 was claimed"
	elif ! dmesg | grep -q "$KERNEL_SAYS"; then
		fail "$1" "refused, but not for the firmware's mapping: $claim_output"
	else
		pass "$1"
	fi
}

# assigned NAME BDF[,BDF...]: it can be claimed, IOVA 0 can be mapped, and DMA works in both directions.
assigned() {
	ok "$1" client claim "$2" map 0 0x10000 dma 0 dma 0x8000 release
}

# With the path, because timeout would otherwise run busybox's own modprobe.
bounded_modprobe() {
	timeout 30 /usr/bin/modprobe "$@"
}

# small BDF[,BDF...], large BDF[,BDF...]: a user's guest, below and above RLIMIT_MEMLOCK.
small() {
	client memlock 65536 uid 65534 claim "$1" map 0 0x8000 dma 0 release
}

large() {
	client memlock 65536 uid 65534 claim "$1" map 0 0x100000 dma 0 release
}

# The driver's callback that is redirected, and whether a kprobe on it uses ftrace, so that switching
# ftrace off also disables the kprobe. On arm64 it does not.
# shellcheck disable=SC2034 # scenarios use it
if [ -e /dev/ttyAMA0 ]; then
	callback=arm_smmu_get_resv_regions
else
	callback=amd_iommu_get_resv_regions
fi
kprobes_by_ftrace() {
	[ ! -e /dev/ttyAMA0 ]
}

# All probes of the kernel, one per line, without their addresses.
probes() {
	cut -d' ' -f2- /sys/kernel/debug/kprobes/list | sort
}

# Switches ftrace as a whole; newer kernels refuse that.
ftrace_off() {
	kprobes_by_ftrace && { echo 0 >/proc/sys/kernel/ftrace_enabled; } 2>/dev/null
}

# require_direct of devices, in the order of the arguments: "1 0 1".
direct() {
	for bdf in "$@"; do
		ask direct "$bdf"
	done | xargs
}

# state PAGE BDF...: the state of the devices in the kernel and the IOMMU driver, and where the page maps to.
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

# A planted bug must be found sooner than an unknown one.
planted() {
	grep -q passfix.planted /proc/cmdline
}

# For messages that come by the thousand: printing one to the console takes longer than the operation.
# They are in the log, where no_complaint looks.
quiet_console() {
	[ ! -e /sys/module/printk/parameters/ignore_loglevel ] ||
		echo N >/sys/module/printk/parameters/ignore_loglevel
	dmesg -n 1
}

# QEMU's greeting may have been echoed back to it, and QEMU may take a part of that for an unfinished
# command. A byte that is invalid in JSON resets its parser.
qmp_start() {
	stty -F "$QMP" raw -echo
	cat "$QMP" >/tmp/qmp 2>/dev/null &
	for _ in $(seq 20); do
		printf '\377\n{"execute":"qmp_capabilities"}\n' >"$QMP"
		sleep 0.3
		# If cat was too slow, the answer is lost; the next answer says that the command was complete.
		! grep -qE '"return"|already complete' /tmp/qmp || return 0
	done
	return 1
}

# qmp COMMAND: sends it to QEMU, over the third port.
qmp() {
	[ -e /tmp/qmp ] || qmp_start || return 1
	echo "$1" >"$QMP"
}

# background NAME STEP...: starts a client that does the steps and then waits; go NAME lets it
# end, and returns its status. One at a time. Not in a subshell, so not with ok.
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

# The last test of each scenario, unless it was called earlier: the kernel has logged no complaint.
# A debug kernel also scans for leaks: it reports objects that are older than 5 s and have not
# changed since the previous scan.
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

# The whole kernel log, including what refused() has cleared from the ring buffer.
dmesg_all() {
	cat /tmp/kmsg.log
}

cat /dev/kmsg >/tmp/kmsg.log &
