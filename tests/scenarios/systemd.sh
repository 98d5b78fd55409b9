# SPDX-License-Identifier: GPL-2.0-only
# The bench itself: a host with systemd, the card with its drivers, a stock kernel that
# refuses it, and a reboot that takes what the guest has written and packed.
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh

as_installed() {
	is "systemd has reached multi-user" "$(systemctl is-active multi-user.target)" active
	is "no unit has failed" "$(failed_units)" ""
	is "the host's drivers have sound and USB" "$(card driver_of)" "$HOST_DRIVERS"
}

phase_1() {
	as_installed
	ok "there is a login prompt" systemctl is-active "$LOGIN"
	ok "what comes before it is seen to" before_login systemd-udevd.service
	nok "and what comes after it" before_login bench.service
	is "the card has its four functions" "$(card id_of)" "1002:5046 8086:293e 1b36:000d 1234:11e8"
	is "they are one group" "$(card group_of | tr ' ' '\n' | uniq | wc -l)" 1
	is "the host boots on another display" "$(cat /sys/bus/pci/devices/*/boot_vga | xargs)" "1 0"
	like "the firmware demands 1:1 mappings for it" "$(reserved_regions 0000:03:00.0)" ' direct$'
	for module in vfio_passfix vfio_iommu_type1_passfix; do
		like "$module is installed" "$(modinfo -F filename "$module")" '/updates/'
		nok "$module is not loaded" test -e "/sys/module/$module"
	done
	ok "libvirt is there, and answers" virsh -q -c qemu:///system list --all

	# In the initramfs: scripts of conf.d are read early.
	mkdir -p /bench/initramfs/conf/conf.d
	echo 'echo "bench: an initramfs of the guest" >/dev/kmsg' >/bench/initramfs/conf/conf.d/left
	initrd=/boot/initrd.img-$(uname -r)
	(cd /bench/initramfs && find . | cpio --quiet -o -H newc && cat "$initrd") >/bench/initrd
	mv /bench/initrd "$initrd"
	cat /proc/sys/kernel/random/boot_id >/bench/boot
}

phase_2() {
	unlike "it is another boot" "$(cat /proc/sys/kernel/random/boot_id)" "$(cat /bench/boot)"
	is "with the initramfs that the guest left" "$(dmesg | grep -c 'bench: an initramfs of the guest')" 1
	as_installed
}
