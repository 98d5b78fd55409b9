# SPDX-License-Identifier: GPL-2.0-only
# A kernel update without available source: apt still installs it; after a reboot a card that
# was set up can be assigned, with stock type1; and doctor says what is missing. (apt ran when the
# image was made, which is not emulated; in update.sh it runs in the guest.)
# kernels: default
# image: update
# update: what the image has of it
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2154

phase_1() {
	new=$(cat /bench/apt/release)
	is "the new kernel runs" "$(uname -r)" "$new"
	diag "$(cat /root/update.log)"
	like "apt was told that the source cannot be had" "$(cat /root/update.log)" \
		"without its source, kernel $(literal "$new") gets vfio_passfix alone"
	like "vfio_passfix is there for it" "$(file_of vfio_passfix)" '/updates/dkms/'
	nok "the fork is not" modinfo vfio_iommu_type1_passfix
	told "a card is set up for guests" vfio-passfix setup 03:00.0 --apply
}

phase_2() {
	new=$(cat /bench/apt/release)
	is "the new kernel runs" "$(uname -r)" "$new"
	card_is_bound
	ok "a guest can have the card" claim_card
	ok "with stock type1" test -e /sys/module/vfio_iommu_type1
	nok "and no other" test -e /sys/module/vfio_iommu_type1_passfix

	tool "doctor ends with a warning" 1 doctor --all 03:00.0
	diag "$tap_output"
	like "the card can be assigned to a guest" "$tap_output" '^[0-9]+ passed, [0-9]+ warnings?: can be assigned to a guest'
	said=$(echo "$tap_output" | tr -s ' \n' ' ')
	like "what is missing" "$said" "Modules vfio_passfix is installed, the fork .* because the source of $(literal "$new")"
	like "what that means" "$said" 'devices can still be assigned, but memory limits stay in force'
	like "and what to do" "$said" '/usr/libexec/vfio-passfix/dkms-setup install-all'
	like "and which type1 is used" "$said" "VFIO's type1 stock"
}
