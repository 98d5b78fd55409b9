# SPDX-License-Identifier: GPL-2.0-only
# A card is set up for guests, with a reboot, and given back, with another.
# seconds: 900
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2154

phase_1() {
	listing /etc >/bench/etc
	initramfs_listing >/bench/initramfs
	is "before: the host's drivers have the card" "$(card driver_of)" "$HOST_DRIVERS"

	told "setup" vfio-passfix setup 03:00.0 --apply
	ok "modprobe has its file" test -s /etc/modprobe.d/vfio-passfix-setup.conf
	ok "the initramfs has its hook" test -x /etc/initramfs-tools/hooks/vfio-passfix
	is "the unit is enabled" "$(systemctl is-enabled vfio-passfix.service)" enabled
	like "the initramfs brings vfio-pci" "$(initramfs_listing)" '/vfio-pci\.ko'
	like "the initramfs brings the fix" "$(initramfs_listing)" '/vfio_passfix\.ko'
}

phase_2() {
	card_is_set_up
	told "the unit was done before the login prompt" before_login vfio-passfix.service

	told "remove" vfio-passfix remove --apply
}

phase_3() {
	is "after: the host's drivers have the card again" "$(card driver_of)" "$HOST_DRIVERS"
	is "in the initramfs: USB's has" "$(initramfs_end 0000:03:00.2)" xhci_hcd
	is "in the initramfs: nothing of the fix" "$(initramfs_end fix)" absent
	is "no unit has failed" "$(failed_units)" ""
	nok "the fix is not loaded" test -e /sys/module/vfio_passfix
	like "the firmware's demand is back" "$(reserved_regions 0000:03:00.0)" ' direct$'
	listing /etc >/bench/etc.after
	is "/etc is what it was, byte for byte" "$(diff /bench/etc /bench/etc.after)" ""
	initramfs_listing >/bench/initramfs.after
	is "the initramfs brings what it brought" "$(diff /bench/initramfs /bench/initramfs.after)" ""
}
