# SPDX-License-Identifier: GPL-2.0-only
# I8: a failure while turning on leaves nothing behind, and the log says what failed. For each of
# the two probes: the first fails before any is placed, the second after the first is placed.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0

load_modules
before=$(probes)
direct_before=$(direct $device)
regions_before=$(reserved_regions $device)

# fails CALLBACK NUMBER FUNCTION: the fix cannot be turned on, nor loaded with pass_fix=1.
fails() {
	load_vfio
	ask unprobable $device "$2" >/dev/null
	says="no probe can be placed on $3.*$1"
	errors "$1: turning on fails" "$says" set_parameter pass_fix 1
	is "$1: the fix is off" "$(parameter pass_fix)" N
	is "$1: no probe is left" "$(probes)" "$before"
	is "$1: require_direct is as it was" "$(direct $device)" "$direct_before"
	is "$1: the regions are as they were" "$(reserved_regions $device)" "$regions_before"
	bind $device
	refused "$1: the device is refused" $device
	unbind $device
	rmmod vfio_iommu_type1_passfix
	ok "$1: the module does not hold itself" rmmod vfio_passfix
	errors "$1: loading with pass_fix=1 fails" "$says" modprobe vfio_passfix pass_fix=1
	is "$1: and leaves no module" "$(lsmod | grep -c '^vfio_passfix')" 0
	errors "$1: so does the fork with pass_fix=1" "$says" modprobe vfio_iommu_type1_passfix pass_fix=1
	ok "$1: modprobe's rule then loads stock type1" modprobe vfio_iommu_type1 pass_fix=1
	is "$1: which is there" "$(lsmod | grep -c '^vfio_iommu_type1 ')" 1
	is "$1: no probe is left by that" "$(probes)" "$before"
	modprobe -r vfio_iommu_type1
	modprobe -r vfio_passfix
	ask own - >/dev/null
}

is "the device wants its 1:1 mapping" "$direct_before" 1
fails get_resv_regions 0 unprobable_regions
fails def_domain_type 1 unprobable_domain_type

# If all kprobes are switched off, a probe can be placed, but is not hit.
load_vfio
echo 0 >/sys/kernel/debug/kprobes/enabled
errors "kprobes switched off: turning on fails" "is not hit.*kprobes/enabled" set_parameter pass_fix 1
is "kprobes switched off: the fix is off" "$(parameter pass_fix)" N
is "kprobes switched off: no probe is left" "$(probes)" "$before"
is "kprobes switched off: require_direct is as it was" "$(direct $device)" "$direct_before"
echo 1 >/sys/kernel/debug/kprobes/enabled
ok "switched on again: turning on succeeds" set_parameter pass_fix 1
ok "switched on again: and off" set_parameter pass_fix 0
if ftrace_off; then
	errors "ftrace switched off: turning on fails" "is not hit.*ftrace_enabled" set_parameter pass_fix 1
	is "ftrace switched off: nothing is left" "$(parameter pass_fix) $(probes)" "N $before"
	echo 1 >/proc/sys/kernel/ftrace_enabled
	ok "ftrace switched on again: turning on succeeds" set_parameter pass_fix 1
	ok "ftrace switched on again: and off" set_parameter pass_fix 0
fi
modprobe -r vfio_iommu_type1_passfix vfio_passfix

ok "without the obstacle it loads" modprobe vfio_iommu_type1_passfix pass_fix=1 "$UNSAFE"
is "with one probe on each callback" "$(probes | grep -vcxF "$before")" 2
bind $device
assigned "and works" $device
