# SPDX-License-Identifier: GPL-2.0-only
# I10: VFIO's no-IOMMU mode gives a device a group, and takes it away without a notification.
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# append: amd_iommu=off
# arch: amd64

device=0000:00:08.0

groups() {
	find /sys/kernel/iommu_groups -mindepth 1 -maxdepth 1 | wc -l
}

modprobe vfio_passfix
insmod /test/passfix_lifetimes.ko
cp /usr/bin/dash /tmp/collector
is "there is no group" "$(groups)" 0
echo "no-iommu $device" >/sys/module/passfix_lifetimes/parameters/run
is "there is one, which is VFIO's own" "$(groups)" 1
errors "turning on fails: no device is behind an IOMMU" 'no PCI device is behind an IOMMU' set_parameter pass_fix 1
/tmp/collector -c "echo 1 >$PARAMETERS/pass_fix" 2>/dev/null &
echo no-iommu-slowly >/sys/module/passfix_lifetimes/parameters/run
is "the group is gone" "$(groups)" 0
wait $!
is "turning on fails still" $? 1
is "the group was not looked at" "$(cat /sys/module/passfix_lifetimes/parameters/looked)" 0
ok "it can be unloaded" rmmod vfio_passfix
