# SPDX-License-Identifier: GPL-2.0-only
# I8: a failure while turning on leaves nothing behind, and says what failed.
# shellcheck shell=sh source=tests/guest/guest.sh

device=0000:00:08.0

load_vfio
load_test_module
before=$(probes)
# get_resv_regions gets its probe first; then this one fails.
ask unprobable $device >/dev/null
errors "turning on fails" 'no probe can be placed on unprobable_domain_type.*def_domain_type' set_parameter pass_fix 1
is "the fix is off" "$(parameter pass_fix)" N
is "no probe is left, not the first either" "$(probes)" "$before"
is "require_direct is as it was" "$(direct $device)" 1
like "the regions are as they were" "$(reserved_regions $device)" ' direct$'
bind $device
refused "the device is refused" $device
rmmod vfio_iommu_type1_passfix
ok "the module does not hold itself" rmmod vfio_passfix
errors "loading with pass_fix=1 fails" 'no probe can be placed on unprobable_domain_type' \
	modprobe vfio_passfix pass_fix=1
is "and leaves no module" "$(lsmod | grep -c '^vfio_passfix')" 0
errors "so does the fork with pass_fix=1" 'no probe can be placed on' modprobe vfio_iommu_type1_passfix pass_fix=1
ok "modprobe's rule then loads the kernel's own" modprobe vfio_iommu_type1 pass_fix=1
is "which is there" "$(lsmod | grep -c '^vfio_iommu_type1 ')" 1
modprobe -r vfio_iommu_type1

ask unprobable - >/dev/null
ok "without the obstacle it loads" modprobe vfio_iommu_type1_passfix pass_fix=1 "$UNSAFE"
assigned "and works" $device
kernel_is_well
done_testing
