# SPDX-License-Identifier: GPL-2.0-only
# Load, turn on, use, turn off, unload, repeatedly: nothing is left behind.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0

modprobe vfio-pci
load_test_module
modprobe -r vfio_iommu_type1_passfix vfio_passfix
before=$(probes)
cycle() {
	modprobe vfio_iommu_type1_passfix pass_fix=1 "$UNSAFE" &&
		bind $device &&
		client claim $device map 0 "$PAGE" dma 0 release &&
		unbind $device &&
		set_parameter pass_fix 0 &&
		[ "$(direct $device)" = 1 ] &&
		modprobe -r vfio_iommu_type1_passfix vfio_passfix
}
for n in $(seq 10); do
	ok "cycle $n" cycle
done
is "no probe is left" "$(probes)" "$before"
is "no module is left" "$(lsmod | grep -c '^vfio.*passfix')" 0
