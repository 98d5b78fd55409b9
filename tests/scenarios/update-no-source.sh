# SPDX-License-Identifier: GPL-2.0-only
# A kernel update whose source cannot be had: apt installs it all the same, the card is a
# guest's after the reboot, with the kernel's own type1, and doctor says what is missing.
# kernels: default
# image: deb
# seconds: 900
# update: without its source, which repositories are told of below
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2154

phase_1() {
	new=$(cat /bench/apt/release)
	ok "a card is set up for guests" vfio-passfix setup 03:00.0 --apply
	ok "apt knows of a kernel update" repositories kernel
	told "apt installs it" apt-get -q -y install "linux-image-$new" "linux-headers-$new"
	like "it is said that the source cannot be had" "$tap_output" \
		"without its source, kernel $(literal "$new") gets vfio_passfix alone"
	like "vfio_passfix is there for it" "$(file_of vfio_passfix "$new")" '/updates/dkms/'
	nok "the fork is not" modinfo -k "$new" vfio_iommu_type1_passfix
	echo "$new" >/bench/kernel
	kernel_is_well
}

phase_2() {
	new=$(cat /bench/apt/release)
	is "the new kernel runs" "$(uname -r)" "$new"
	is "no unit has failed" "$(failed_units)" ""
	is "vfio-pci has all of the card" "$(card driver_of)" "vfio-pci vfio-pci vfio-pci vfio-pci"
	ok "a guest can have the card" /bench/client claim "$(echo "$CARD" | tr ' ' ',')" map 0 0x100000 release
	ok "with the kernel's own type1" test -e /sys/module/vfio_iommu_type1
	nok "and no other" test -e /sys/module/vfio_iommu_type1_passfix

	said=$(vfio-passfix doctor 03:00.0)
	is "doctor ends with a warning" $? 1
	diag "$said"
	like "the card can be given to a guest" "$said" '^[0-9]+ passed, [0-9]+ warnings?: 0000:03:00\.0 can be given to a guest'
	said=$(echo "$said" | tr -s ' \n' ' ')
	like "what is missing" "$said" "Modules vfio_passfix is installed, the fork .* for want of the source of $(literal "$new")"
	like "what that means" "$said" 'devices can be given away all the same, memory limits stay as they are'
	like "and what to do" "$said" '/usr/libexec/vfio-passfix/dkms-setup install-all'
	like "and which type1 is used" "$said" "VFIO's type1 the kernel's own"
	kernel_is_well
}
