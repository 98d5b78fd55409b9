# SPDX-License-Identifier: GPL-2.0-only
# A card is set up for guests, with a reboot, and given back, with another.
# shellcheck shell=sh source=tests/full/guest/guest.sh disable=SC2154

phase_1() {
	listing /etc >/bench/etc
	initramfs_listing >/bench/initramfs
	is "before: the host's drivers have the card" "$(card driver_of)" "$HOST_DRIVERS"

	told "setup" vfio-passfix setup 03:00.0 --apply
	ok "modprobe has its file" test -s /etc/modprobe.d/vfio-passfix-on.conf
	ok "the initramfs has its hook" test -x /etc/initramfs-tools/hooks/vfio-passfix
	is "the unit is enabled" "$(systemctl is-enabled vfio-passfix.service)" enabled
	like "the initramfs brings vfio-pci" "$(initramfs_listing)" '/vfio-pci\.ko'
	like "the initramfs brings the fix" "$(initramfs_listing)" '/vfio_passfix\.ko'
	kernel_is_well
}

phase_2() {
	is "vfio-pci has all of the card" "$(card driver_of)" "vfio-pci vfio-pci vfio-pci vfio-pci"
	is "no driver of the host had it before" "$(dmesg | grep -E '(snd_hda_intel|xhci_hcd) 0000:03:00')" ""
	is "no unit has failed" "$(failed_units)" ""
	told "the unit was done before the login prompt" before_login vfio-passfix.service
	for bdf in $CARD; do
		like "$bdf is relaxed" "$(cat /sys/module/vfio_passfix/parameters/relaxed)" "^$bdf\$"
	done
	unlike "nothing is demanded any more" "$(reserved_regions 0000:03:00.0)" ' direct$'

	told "doctor says that all is fine" vfio-passfix doctor 03:00.0
	like "and has looked at the card" "$tap_output" '^[0-9]+ passed: 0000:03:00\.0 can be given to a guest$'
	ok "a guest can have the card: VFIO claims it, and maps memory for it" \
		/bench/client claim "$(echo "$CARD" | tr ' ' ',')" map 0 0x100000 release
	kernel_is_well

	told "remove" vfio-passfix remove --apply
}

phase_3() {
	is "after: the host's drivers have the card again" "$(card driver_of)" "$HOST_DRIVERS"
	is "no unit has failed" "$(failed_units)" ""
	nok "the fix is not loaded" test -e /sys/module/vfio_passfix
	like "the firmware's demand is back" "$(reserved_regions 0000:03:00.0)" ' direct$'
	listing /etc >/bench/etc.after
	is "/etc is what it was, byte for byte" "$(diff /bench/etc /bench/etc.after)" ""
	initramfs_listing >/bench/initramfs.after
	is "the initramfs brings what it brought" "$(diff /bench/initramfs /bench/initramfs.after)" ""
	kernel_is_well
}
