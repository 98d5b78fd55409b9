#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What initramfs-tools and dracut include on a host with a card that its owner has bound to vfio-pci
# by hand: the fix if it is configured to be on, otherwise nothing of it.
# needs: kernels
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

use_root
installed=$PASSFIX_BUILD/layers/$name/upper
below=$("$TESTS/vm/layer" "$name" dracut)
# All of them except the root itself.
below=${below%:*}

in_root() {
	PASSFIX_UNDER=$under "$TESTS/vm/in" "$name" "$layer" "$@"
}

# configure FILE LINE...
configure() {
	mkdir -p "$layer/upper$(dirname "$1")"
	printf '%s\n' "${@:2}" >"$layer/upper$1"
}

initramfs_tools() {
	under=$installed
	# Of the kernel's modules, only those that are requested.
	configure /etc/initramfs-tools/conf.d/bench MODULES=list FSTYPE=ext4
	configure /etc/initramfs-tools/modules vfio_pci
	make="update-initramfs -c -k $release" list="lsinitramfs /boot/initrd.img-$release"
	# busybox provides the rest, if it is installed.
	programs=modprobe
}

dracut() {
	under=$installed:$below
	# kernel-modules-extra includes all modules outside the kernel's own tree; with it the test
	# could not tell what is included for the fix.
	configure /etc/dracut.conf.d/bench.conf 'hostonly="no"' 'drivers="ext4"' 'filesystems="ext4"' \
		'compress="cat"' 'force_drivers+=" vfio_pci "' \
		'omit_dracutmodules+=" kernel-modules-extra "'
	make="dracut -q --force /boot/initrd.img-$release $release" list="lsinitrd /boot/initrd.img-$release"
	programs="modprobe sed tr grep"
}

# Makes an initramfs, and lists its contents.
made() {
	in_root sh -c "rm -f /boot/initrd.img-$release && $make && $list"
}

# remade: runs what dkms-setup does after building new modules; prints whether the image is new.
remade() {
	in_root sh -c "touch -d @0 /boot/initrd.img-$release &&
		/usr/libexec/vfio-passfix/dkms-setup initramfs $release >&2 &&
		find /boot -name initrd.img-$release -newermt @1"
}

# ours: the names of the fix's files in the last initramfs.
ours() {
	grep -oE '(vfio_passfix|vfio_iommu_type1_passfix)\.ko|load-type1' <<<"$tap_output" | sort -u | xargs
}

for generator in initramfs_tools dracut; do
	rm -rf "$layer"
	mkdir -p "$layer/upper"
	$generator

	ok "$generator: with the fix off" made
	like "the card's driver comes along" "$tap_output" '/vfio-pci\.ko'
	is "nothing of the fix does" "$(ours)" ""

	is "new modules are no reason to rebuild it" "$(remade)" ""

	configure /etc/modprobe.d/vfio.conf "options vfio-pci ids=1002:744c" \
		"options vfio_passfix devices=1002:744c pass_fix=1"
	ok "$generator: with the fix on" made
	is "the fix and the fork come along, and what modprobe's rule calls" "$(ours)" \
		"load-type1 vfio_iommu_type1_passfix.ko vfio_passfix.ko"
	for file in etc/modprobe.d/vfio.conf lib/modprobe.d/vfio-passfix.conf \
		vfio_iommu_type1.ko $programs; do
		like "and $file" "$tap_output" "$(literal "$file")"
	done

	is "it is rebuilt for new modules" "$(remade)" "/boot/initrd.img-$release"

	in_root rm /usr/libexec/vfio-passfix/load-type1
	ok "$generator: without what the rule calls" made
	is "the modules come along" "$(ours)" "vfio_iommu_type1_passfix.ko vfio_passfix.ko"

	in_root sh -c "find /lib/modules/$release -name '*passfix*' -delete; depmod $release"
	ok "$generator: for a kernel that they are not there for" made
	is "it is made without them" "$(ours)" ""
	like "and brings the card's driver" "$tap_output" '/vfio-pci\.ko'
done

done_testing
