# SPDX-License-Identifier: GPL-2.0-only
# A host with the release before this one, its fix on and a card set up, gets this release and then a new
# kernel from apt. Nothing else is done: after the reboot the card can be assigned as before. Then the
# same kernel is installed once more, where its source cannot be had: the card can still be assigned, with stock
# type1.
# kernels: default
# image: previous
# seconds: 900
# update: with its source
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2154

# What setup has written, and what it has recorded.
written() {
	for path in /etc/modprobe.d /etc/modules-load.d /etc/systemd/system /etc/initramfs-tools /var/lib/vfio-passfix; do
		echo "$path"
		listing "$path"
	done
}

install_kernel() {
	new=$(cat /bench/apt/release)
	apt-get -q -y install "linux-image-$new" "linux-headers-$new"
}

phase_1() {
	before=$(vfio-passfix --version)
	ok "the release before sets up a card for guests" vfio-passfix setup 03:00.0 --apply
	ok "its fix is on" modprobe vfio_passfix
	is "it is" "$(tr YN 10 </sys/module/vfio_passfix/parameters/pass_fix)" 1
	written >/bench/written

	told "apt upgrades the packages" apt-get -q -y install /root/vfio-passfix/build/packages/*.deb
	unlike "to another version" "$(vfio-passfix --version)" "^$(literal "$before")\$"
	is "which is that of the module on disk" "$(modinfo -F version vfio_passfix)" "$(vfio-passfix --version | sed 's/.* //')"
	is "setup's files are as they were" "$(written | diff /bench/written -)" ""
	is "the fix is still on" "$(tr YN 10 </sys/module/vfio_passfix/parameters/pass_fix)" 1
	is "nothing of the version before is left" "$(find /usr/src /var/lib/dkms /usr/lib/vfio-passfix -maxdepth 3 \
		-name "*${before#vfio-passfix }" -o -path /usr/lib/vfio-passfix/load-type1 2>/dev/null)" ""
	uname -r >/bench/before
	cp /bench/apt/release /bench/kernel
}

apart_1() {
	repositories kernel source
	install_kernel
}

# The new kernel runs, with the card at vfio-pci.
updated() {
	is "the new kernel runs" "$(uname -r)" "$(cat /bench/apt/release)"
	card_is_bound
	unlike "no 1:1 mapping is mandated any more" "$(reserved_regions 0000:03:00.0)" ' direct$'
	ok "a guest can have the card" claim_card
	like "the initramfs brings the fix" "$(initramfs_listing)" '/vfio_passfix\.ko'
	like "and vfio-pci" "$(initramfs_listing)" '/vfio-pci\.ko'
	like "vfio_passfix is there for it" "$(file_of vfio_passfix)" '/updates/dkms/'
}

phase_2() {
	new=$(cat /bench/apt/release)
	diag "$(cat /bench/apart_1)"
	like "apt has fetched its source, and then DKMS has built" "$(tr '\n' ' ' </bench/apart_1)" \
		"kernel-source: Linux .* for $(literal "$new") from apt .*dkms.*$(literal "$new")"
	unlike "it is one which the modules were not built for before" "$(uname -r)" "$(literal "$(cat /bench/before)")"
	updated
	is "this version's fix is on" "$(cat /sys/module/vfio_passfix/version)" "$(vfio-passfix --version | sed 's/.* //')"
	like "the fork is there for it" "$(file_of vfio_iommu_type1_passfix)" '/updates/dkms/'
	ok "and is used" test -e /sys/module/vfio_iommu_type1_passfix
	tool "doctor only has a warning" 1 doctor 03:00.0
	like "to set the card up again" "$(echo "$tap_output" | tr -s ' \n' ' ')" \
		'warn Setup done for .* by vfio-passfix 0\.1\.0.* (sudo )?vfio-passfix remove --apply'
}

apart_2() {
	new=$(cat /bench/apt/release)
	apt-get -q -y purge "linux-image-$new" "linux-headers-$new"
	rm -r "/var/cache/vfio-passfix/$new"
	echo "left: $(find /boot /lib/modules -name '*passfix*' -path "*$new*")"
	repositories kernel
	install_kernel
}

phase_3() {
	new=$(cat /bench/apt/release)
	diag "$(cat /bench/apart_2)"
	like "apt was told that the source cannot be had" "$(cat /bench/apart_2)" "without its source, kernel $(literal "$new") gets vfio_passfix alone"
	like "when the kernel was removed its modules went, too" "$(cat /bench/apart_2)" '^left: $'
	updated
	nok "the fork is not there" modinfo vfio_iommu_type1_passfix
	ok "stock type1 is used" test -e /sys/module/vfio_iommu_type1
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
