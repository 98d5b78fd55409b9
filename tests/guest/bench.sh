# SPDX-License-Identifier: GPL-2.0-only
# The benchmark's part in the guest: rounds of stock, the fork off, the fork on,
# with a device that all three may have. Lines "# bench ROUND KIND WHAT ns".
# shellcheck shell=sh source=tests/guest/guest.sh
# ivmd: 21:8:40:0:7e000000:1000

device=0000:00:09.0
rounds=15

play() {
	client claim $device time-map 0x1000 100 time-map 0x200000 10 time-map 0x4000000 2 release \
		time-claim $device 6
}

# measure ROUND KIND: the second time, since emulation makes the first use of a
# module's code slow.
measure() {
	play >/dev/null
	play | sed "s/^/# bench $1 $2 /"
}

modprobe vfio-pci
bind $device
modprobe -r vfio_iommu_type1_passfix vfio_passfix
# into KIND: from no type1 at all.
into() {
	case $1 in
	stock) modprobe --ignore-install vfio_iommu_type1 "$UNSAFE" ;;
	off) modprobe vfio_iommu_type1_passfix "$UNSAFE" ;;
	on) modprobe vfio_iommu_type1_passfix "$UNSAFE" pass_fix=1 ;;
	esac
}

out_of() {
	case $1 in
	stock) modprobe -r vfio_iommu_type1 ;;
	*) set_parameter pass_fix 0 && modprobe -r vfio_iommu_type1_passfix vfio_passfix ;;
	esac
}

# Each kind is first, second and last as often as the others.
for round in $(seq $rounds); do
	case $((round % 3)) in
	0) order="stock off on" ;;
	1) order="off on stock" ;;
	2) order="on stock off" ;;
	esac
	for kind in $order; do
		into "$kind"
		measure "$round" "$kind"
		out_of "$kind"
	done
done
pass "measured"
kernel_is_well
done_testing
