# SPDX-License-Identifier: GPL-2.0-only
# A host with our packages gets a new kernel from apt, and nothing else is done: after the reboot the
# card can be assigned as before.
# kernels: default
# image: deb
# seconds: 900
# update: with its source
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2154

phase_1() {
	new=$(cat /bench/apt/release)
	ok "a card is set up for guests" vfio-passfix setup 03:00.0 --apply
	ok "apt knows of a kernel update" repositories kernel source
	told "apt installs it" apt-get -q -y install "linux-image-$new" "linux-headers-$new"
	like "its source is fetched, and then DKMS builds" "$(echo "$tap_output" | tr '\n' ' ')" \
		"kernel-source: Linux .* for $(literal "$new") from apt .*dkms.*$(literal "$new")"
	for module in vfio_passfix vfio_iommu_type1_passfix; do
		like "$module is there for it" "$(file_of $module "$new")" '/updates/dkms/'
	done
	like "its initramfs brings the fix" "$(lsinitramfs "/boot/initrd.img-$new")" '/vfio_passfix\.ko'
	like "and vfio-pci" "$(lsinitramfs "/boot/initrd.img-$new")" '/vfio-pci\.ko'
	uname -r >/bench/before
	echo "$new" >/bench/kernel
}

phase_2() {
	is "the new kernel runs" "$(uname -r)" "$(cat /bench/apt/release)"
	unlike "which the modules were not built for before" "$(uname -r)" "$(literal "$(cat /bench/before)")"
	card_is_fine
	ok "a guest can have the card" claim_card
	ok "with the fork of type1" test -e /sys/module/vfio_iommu_type1_passfix
}
