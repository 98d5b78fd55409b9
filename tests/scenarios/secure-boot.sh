# SPDX-License-Identifier: GPL-2.0-only
# UEFI Secure Boot, with Debian's own boot loaders and kernel (../vm/uefi.sh): modules that DKMS has
# signed load after the key is enrolled, by mokutil and a person at MokManager. Before that, and
# without a signature, the kernel refuses them, and doctor says what to do.
# kernels: default
# image: deb
# seconds: 900
# board: full-secure-boot
# firmware: secure-boot
# append: module.sig_enforce=1
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2154

KEY=/var/lib/dkms/mok.pub
DKMS_KEY="DKMS module signing key"

secure_boot_is_on() {
	like "Secure Boot is on" "$(mokutil --sb-state)" '^SecureBoot enabled'
	like "so the kernel is locked down" "$(cat /sys/kernel/security/lockdown)" '\[integrity\]'
	is "and takes signed modules only" "$(cat /sys/module/module/parameters/sig_enforce)" Y
}

# doctor NAME STATUS: checks its exit code; sets $said to what it says about signatures, in one line.
doctor() {
	tool "$1" "$2" doctor --all 03:00.0
	diag "$tap_output"
	said=$(echo "$tap_output" | sed -n '/Module signature/,/^  [a-zA-Z]/p' | sed '$d' | tr -s ' \n' ' ')
}

# A copy without the signature, which is at the end of a module.
take_signature() {
	file=$(file_of vfio_passfix)
	cp "$file" /bench/signed
	xz -dc "$file" >/bench/signed.ko
	objcopy /bench/signed.ko /bench/unsigned.ko
	xz -c /bench/unsigned.ko >"$file"
}

phase_1() {
	secure_boot_is_on
	like "the firmware mandates 1:1 mappings for the card" "$(reserved_regions 0000:03:00.0)" ' direct$'
	is "DKMS has signed the module" "$(modinfo -F signer vfio_passfix)" "$DKMS_KEY"
	like "its key is not enrolled" "$(mokutil --test-key $KEY)" 'not enrolled'
	nok "the kernel refuses the module" modprobe vfio_passfix
	like "for its key" "$(dmesg)" 'Loading of module with unavailable key is rejected'
	doctor "doctor says that the card cannot be assigned" 2
	like "since the key is not trusted" "$said" "FAIL .*signed by $DKMS_KEY, but this kernel does not trust that key"
	like "and what to do" "$said" "mokutil --import $KEY .*reboot.*choose Enroll MOK"

	take_signature
	nok "without its signature it is refused as well" modprobe vfio_passfix
	like "for that" "$(dmesg)" 'Loading of unsigned module is rejected'
	doctor "doctor says that the card cannot be assigned" 2
	like "since there is no signature" "$said" 'FAIL .*not signed, and this kernel takes signed modules only'
	like "and what to do" "$said" "install openssl .*dkms-setup install-all, .* mokutil --import $KEY "

	ok "VFIO still works" vfio-passfix bind 03:00.0
	ok "with stock type1" test -e /sys/module/vfio_iommu_type1
	refused "the card is refused as by stock" claim_card

	cp /bench/signed "$(file_of vfio_passfix)"
	printf 'passfix\npassfix\n' >/bench/password
	ok "mokutil takes the key, with a password" sh -c "mokutil --import $KEY </bench/password"
}

phase_2() {
	secure_boot_is_on
	like "the key is enrolled" "$(mokutil --test-key $KEY)" 'already enrolled'
	doctor "doctor says that the card cannot be assigned yet" 2
	like "though the module would load" "$said" "pass .*signed by $DKMS_KEY, whose key this kernel trusts"
	nok "without a signature the kernel still refuses it" insmod /bench/unsigned.ko

	ok "with it the module loads, and is turned on" modprobe vfio_passfix pass_fix=1
	ok "vfio-pci gets the card" vfio-passfix bind 03:00.0
	ok "a guest can have it" claim_card
	ok "with the fork of type1" test -e /sys/module/vfio_iommu_type1_passfix
	doctor "doctor says that all is fine" 0
}
