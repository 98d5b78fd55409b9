# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
# boot-full sources this for a machine with UEFI and Secure Boot in its factory state: it trusts
# Microsoft's keys, and keeps its variables in flash to which only the firmware can write (SMM).
# Debian boots as usual: shim, GRUB, the kernel. The 1:1 mappings are in the firmware's own ACPI
# tables, because a kernel under Secure Boot ignores overrides.

ovmf=$PASSFIX_TEST_CACHE/layers/$kernel-full/upper/usr/share/OVMF
# The password that MokManager asks for, which scenarios give to "mokutil --import"; one key press each.
mok_password=(p a s s f i x)

# flash VARIABLES: QEMU's arguments for the firmware with this file of variables.
flash() {
	cp "$ovmf/$1" "$run/variables"
	firmware=(-drive "if=pflash,format=raw,unit=0,readonly=on,file=$ovmf/OVMF_CODE_4M.secboot.fd"
		-drive "if=pflash,format=raw,unit=1,file=$run/variables"
		-drive "if=none,id=esp,format=raw,readonly=on,file=fat:$run/esp")
}

# The ACPI data that this machine passes to its firmware; read once per board.
own_acpi() {
	local tables
	tables=$PASSFIX_BUILD/tables/uefi-$board_key-$(sha256sum <"$ovmf/OVMF_CODE_4M.secboot.fd" | cut -c1-16)
	mkdir -p "$PASSFIX_BUILD/tables"
	(
		flock 9
		[[ -d $tables ]] && exit
		# Without Secure Boot, so that this kernel needs no signed loader.
		flash OVMF_VARS_4M.fd
		(qemu "${firmware[@]}" -kernel "$run/vmlinuz" -initrd "$run/initrd.guest" \
			-append "$command_line init=/bench/dump-acpi" </dev/null) || true
		rm -rf "$tables.tmp"
		mkdir "$tables.tmp"
		tr -d '\r' <"$run/tap" | sed '1,/^acpi$/d' | base64 -d | tar -C "$tables.tmp" -x ||
			{ cat "$run/qemu" >&2; die "the machine's ACPI tables could not be read"; }
		mv "$tables.tmp" "$tables"
	) 9>"$tables.lock" || return
	echo "$tables"
}

# The firmware starts shim as from a removable medium; shim starts the loader beside it.
demand() {
	local loaders tables acpi=$run/acpi
	loaders=$("$here/loaders" "$kernel")
	mkdir -p "$run"/esp/EFI/{BOOT,debian}
	cp "$loaders/shimx64.efi.signed" "$run/esp/EFI/BOOT/BOOTX64.EFI"
	cp "$loaders/grubx64.efi.signed" "$run/esp/EFI/BOOT/grubx64.efi"
	cp "$loaders/mmx64.efi.signed" "$run/esp/EFI/BOOT/mmx64.efi"

	tables=$(own_acpi)
	cp -r "$tables" "$acpi"
	"$PASSFIX_BUILD/bin/table" "$acpi/ivrs" "$acpi/ivrs.new" "$@"
	"$PASSFIX_BUILD/bin/handed" "$acpi/tables" "$acpi/table-loader" "$acpi/ivrs.new"
	flash OVMF_VARS_4M.ms.fd
	firmware+=(-M acpi=off -fw_cfg "name=etc/acpi/rsdp,file=$acpi/rsdp"
		-fw_cfg "name=etc/acpi/tables,file=$acpi/tables"
		-fw_cfg "name=etc/table-loader,file=$acpi/table-loader")
	keys=$run/keys
	mkfifo "$keys"
	# Open for reading, too, so that QEMU never sees the end of the file.
	exec 8<>"$keys"
}

# Starts the guest's own kernel by GRUB.
start() {
	cat >"$run/esp/EFI/debian/grub.cfg" <<-END
		search --set=root --file /bench/run
		linux /boot/vmlinuz-$release $command_line
		initrd /boot/initrd.img-$release
		boot
	END
	qemu "${firmware[@]}" -monitor stdio <"$keys"
}

press() {
	local key
	for key; do
		echo "sendkey $key" >&8
		sleep 0.3
	done
}

# shows TEXT: waits until it appears on the console.
shows() {
	until_up "$guest" 90 "$run/console" "$1" && return
	echo "# the firmware did not come to \"$1\""
	return 1
}

# If a key is to be enrolled, shim asks before it starts GRUB, and a person must answer. This plays
# the person. The machine then restarts.
attend() {
	shows 'Welcome to GRUB\|perform MOK management' || return
	! grep -qa 'Welcome to GRUB' "$run/console" || return 0
	echo "# MokManager asks whether to enrol a key"
	press ret
	shows 'Enroll MOK' && press down ret &&
		shows 'View key 0' && press down ret &&
		shows 'Enroll the key' && press down ret &&
		shows 'Password' && press "${mok_password[@]}" ret &&
		shows 'Reboot' && press ret || return
	wait "$guest"
	cp "$run/console" "$run/console.mok"
	rm "$run/console"
	start &
	guest=$!
	shows 'Welcome to GRUB'
}
