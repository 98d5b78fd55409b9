# SPDX-License-Identifier: GPL-2.0-only
# A host with the release before this one, its fix on and a card set up, gets this release and then a new
# kernel from apt. Nothing else is done: after the reboot the card can be assigned as before.
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

phase_1() {
	new=$(cat /bench/apt/release)
	before=$(vfio-passfix --version)
	ok "the release before sets up a card for guests" vfio-passfix setup 03:00.0 --apply
	ok "its fix is on" modprobe vfio_passfix
	is "it is" "$(tr YN 10 </sys/module/vfio_passfix/parameters/pass_fix)" 1
	written >/bench/written

	ok "apt knows of a kernel update" repositories kernel source
	told "apt upgrades the packages" apt-get -q -y install /root/vfio-passfix/build/packages/*.deb
	unlike "to another version" "$(vfio-passfix --version)" "^$(literal "$before")\$"
	is "which is that of the module on disk" "$(modinfo -F version vfio_passfix)" "$(vfio-passfix --version | sed 's/.* //')"
	is "setup's files are as they were" "$(written | diff /bench/written -)" ""
	is "the fix is still on" "$(tr YN 10 </sys/module/vfio_passfix/parameters/pass_fix)" 1
	is "nothing of the version before is left" "$(find /usr/src /var/lib/dkms /usr/lib/vfio-passfix -maxdepth 3 \
		-name "*${before#vfio-passfix }" -o -path /usr/lib/vfio-passfix/load-type1 2>/dev/null)" ""

	told "apt installs the kernel" apt-get -q -y install "linux-image-$new" "linux-headers-$new"
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
	is "this version's fix is on" "$(cat /sys/module/vfio_passfix/version)" "$(vfio-passfix --version | sed 's/.* //')"
	card_is_bound
	unlike "no 1:1 mapping is mandated any more" "$(reserved_regions 0000:03:00.0)" ' direct$'
	ok "a guest can have the card" claim_card
	ok "with the fork of type1" test -e /sys/module/vfio_iommu_type1_passfix
	tool "doctor only has a warning" 1 doctor 03:00.0
	like "to set the card up again" "$(echo "$tap_output" | tr -s ' \n' ' ')" \
		'warn Setup done for .* by vfio-passfix 0\.1\.0.* (sudo )?vfio-passfix remove --apply'
}
