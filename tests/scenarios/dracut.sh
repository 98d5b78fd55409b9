# SPDX-License-Identifier: GPL-2.0-only
# A card is set up for guests on a host whose initramfs is made by dracut. (setup.sh tests
# initramfs-tools, and the removal.)
#
# Only on one kernel: the kernel makes no difference to dracut, which takes a minute here.
# kernels: default
# image: dracut
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2154

phase_1() {
	is "before: the host's drivers have the card" "$(card driver_of)" "$HOST_DRIVERS"
	is "in the initramfs: USB's has" "$(initramfs_end 0000:03:00.2)" xhci_hcd
	is "in the initramfs: nothing of the fix" "$(initramfs_end fix)" absent

	told "setup" vfio-passfix setup 03:00.0 --apply
	like "has run dracut" "$tap_output" 'dracut --force --regenerate-all$'
}

phase_2() {
	card_is_set_up
}
