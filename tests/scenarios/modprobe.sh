# SPDX-License-Identifier: GPL-2.0-only
# modprobe's rules: the fork instead of stock, and stock if there is no fork.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0
module=$(modinfo -F filename vfio_iommu_type1_passfix)

loaded() {
	lsmod | cut -d' ' -f1 | grep -E '^vfio_(iommu_type1|passfix|iommu_type1_passfix)$' | sort | xargs
}

echo "options vfio_iommu_type1 $UNSAFE dma_entry_limit=70000" >/etc/modprobe.d/user.conf
ok "modprobe vfio-pci" bounded_modprobe vfio-pci
is "loads the fork, not stock" "$(loaded)" "vfio_iommu_type1_passfix vfio_passfix"
is "the fix is off" "$(parameter pass_fix)" N
is "stock's options reach the fork" "$(cat "$TYPE1_PARAMETERS"/dma_entry_limit)" 70000
modprobe -r vfio-pci vfio_iommu_type1_passfix vfio_passfix vfio
is "all are gone" "$(loaded)" ""

echo "options vfio_passfix pass_fix=1 devices=0000:00:08.0" >/etc/modprobe.d/user-on.conf
ok "with pass_fix=1 in modprobe.d" bounded_modprobe vfio-pci
is "the fork again" "$(loaded)" "vfio_iommu_type1_passfix vfio_passfix"
is "and the fix is on" "$(parameter pass_fix)" Y
bind $device
assigned "so the device is assigned" $device
unbind $device
set_parameter pass_fix 0
modprobe -r vfio-pci vfio_iommu_type1_passfix vfio_passfix vfio

ok "an option on the command line" bounded_modprobe vfio_iommu_type1 dma_entry_limit=80000
is "goes the same way" "$(cat "$TYPE1_PARAMETERS"/dma_entry_limit)" 80000
set_parameter pass_fix 0
modprobe -r vfio_iommu_type1_passfix vfio_passfix vfio

# A kernel for which the fork could not be built.
mv "$module" /tmp/fork
depmod
ok "without the fork, modprobe vfio-pci" bounded_modprobe vfio-pci
is "loads stock, and vfio_passfix" "$(loaded)" "vfio_iommu_type1 vfio_passfix"
is "stock has its options" "$(cat /sys/module/vfio_iommu_type1/parameters/dma_entry_limit)" 70000
is "the fix is on" "$(parameter pass_fix)" Y
bind $device
assigned "and the device is assigned through stock type1" $device
chmod 666 "/dev/vfio/$(group_of $device)" /dev/vfio/vfio
nok "memory limits stay in force there" client memlock 65536 uid 1000 claim $device map 0 0x100000 release
unbind $device
set_parameter pass_fix 0
modprobe -r vfio-pci vfio_iommu_type1 vfio_passfix vfio

# An initramfs with modprobe's rule, but without its program.
mv /usr/libexec/vfio-passfix/load-type1 /tmp
ok "without the rule's program, modprobe vfio-pci" bounded_modprobe vfio-pci
is "loads stock, and vfio_passfix" "$(loaded)" "vfio_iommu_type1 vfio_passfix"
is "stock has its options" "$(cat /sys/module/vfio_iommu_type1/parameters/dma_entry_limit)" 70000
is "the fix is on" "$(parameter pass_fix)" Y
set_parameter pass_fix 0
modprobe -r vfio-pci vfio_iommu_type1 vfio_passfix vfio
mv /tmp/load-type1 /usr/libexec/vfio-passfix

# A fork that does not load.
mv /tmp/fork "$module"
depmod
echo "options vfio_iommu_type1_passfix pass_fix=maybe" >/etc/modprobe.d/user-bad.conf
dmesg -c >/dev/null
ok "with a fork that does not load, modprobe vfio-pci" bounded_modprobe vfio-pci
is "loads stock, and vfio_passfix" "$(loaded)" "vfio_iommu_type1 vfio_passfix"
like "and the log says so" "$(dmesg)" 'vfio_iommu_type1_passfix did not load.*loading stock'
