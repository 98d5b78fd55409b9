# SPDX-License-Identifier: GPL-2.0-only
# A newly installed host, whose stock kernel rejects the card. The card is set up for guests, with a
# reboot, and returned to the host, with another. (replay.sh does that on the default kernel.)
# kernels: newest
# seconds: 900
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2154

phase_1() {
	as_installed
	ok "there is a login prompt" systemctl is-active "$LOGIN"
	ok "what comes before it is seen to" before_login systemd-udevd.service
	nok "and what comes after it" before_login bench.service
	is "the card has its four functions" "$(card id_of)" "1002:5046 8086:293e 1b36:000d 1234:11e8"
	is "they are one group" "$(card group_of | tr ' ' '\n' | uniq | wc -l)" 1
	is "the host boots on another display" "$(cat /sys/bus/pci/devices/*/boot_vga | xargs)" "1 0"
	like "the firmware mandates 1:1 mappings for it" "$(reserved_regions 0000:03:00.0)" ' direct$'
	for module in vfio_passfix vfio_iommu_type1_passfix; do
		like "$module is installed" "$(modinfo -F filename "$module")" '/updates/'
		nok "$module is not loaded" test -e "/sys/module/$module"
	done
	ok "libvirt is there, and answers" virsh -q -c qemu:///system list --all

	cat /proc/sys/kernel/random/boot_id >/bench/boot
	remember_host
	told "setup" vfio-passfix setup 03:00.0 --apply
	ok "modprobe has its file" test -s /etc/modprobe.d/vfio-passfix-setup.conf
	ok "the initramfs has its hook" test -x /etc/initramfs-tools/hooks/vfio-passfix
	is "the unit is enabled" "$(systemctl is-enabled vfio-passfix.service)" enabled
	like "the initramfs brings vfio-pci" "$(initramfs_listing)" '/vfio-pci\.ko'
	like "the initramfs brings the fix" "$(initramfs_listing)" '/vfio_passfix\.ko'
}

phase_2() {
	unlike "it is another boot" "$(cat /proc/sys/kernel/random/boot_id)" "$(cat /bench/boot)"
	card_is_set_up
	told "the unit was done before the login prompt" before_login vfio-passfix.service

	told "remove" vfio-passfix remove --apply
}

phase_3() {
	card_is_given_back
}
