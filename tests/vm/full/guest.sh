# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154
# Common parts of scenarios for full guests. Sourced in the guest, after common.sh.

HOST_DRIVERS="- snd_hda_intel xhci_hcd -"
LOGIN=serial-getty@ttyS0.service

# when UNIT EVENT: microseconds from the start of the kernel to the event; 0 if it never happened.
# EVENT is a name of "systemctl show": ActiveEnter, ExecMainStart.
when() {
	systemctl show --value -p "$2TimestampMonotonic" "$1"
}

# before_login UNIT: it was active before anybody could log in.
before_login() {
	up=$(when "$1" ActiveEnter)
	users=$(when systemd-user-sessions.service ExecMainStart)
	prompt=$(when "$LOGIN" ExecMainStart)
	echo "$1: $up us, systemd-user-sessions: $users us, $LOGIN: $prompt us"
	[ "$up" -gt 0 ] && [ "$up" -lt "$users" ] && [ "$up" -lt "$prompt" ]
}

failed_units() {
	systemctl --failed --plain --no-legend
}

# Every path below a folder, one per line, with its mode, owner and content.
listing() {
	(
		cd "$1" || exit
		find . -type f -exec sha256sum {} +
		find . -type l -printf '%p -> %l\n'
		find . -printf '%p %y %m %U:%G\n'
	) | sort
}

# What the guest's own initramfs contains.
initramfs_listing() {
	lsinitramfs "/boot/initrd.img-$(uname -r)" | sort
}

# initramfs_end fix|FUNCTION: whether the fix was on, or which driver a function had, when the
# initramfs ended (see initramfs-end).
initramfs_end() {
	dmesg | grep 'bench: the initramfs ends: ' | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# line_of TEXT: the number of the first line of the log that contains it; 0: none.
line_of() {
	dmesg | grep -n -m 1 -F -- "$1" | cut -d: -f1 | grep . || echo 0
}

card_is_bound() {
	is "no unit has failed" "$(failed_units)" ""
	is "vfio-pci has all of the card" "$(card driver_of)" "vfio-pci vfio-pci vfio-pci vfio-pci"
}

# A host on which nothing is set up.
as_installed() {
	is "systemd has reached multi-user" "$(systemctl is-active multi-user.target)" active
	is "no unit has failed" "$(failed_units)" ""
	is "the host's drivers have sound and USB" "$(card driver_of)" "$HOST_DRIVERS"
}

# remember_host: records what remove must restore, for card_is_given_back.
remember_host() {
	listing /etc >/bench/etc
	initramfs_listing >/bench/initramfs
}

# After `remove` and a reboot.
card_is_given_back() {
	as_installed
	is "in the initramfs: USB's has" "$(initramfs_end 0000:03:00.2)" xhci_hcd
	is "in the initramfs: nothing of the fix" "$(initramfs_end fix)" absent
	nok "the fix is not loaded" test -e /sys/module/vfio_passfix
	like "the firmware's mapping is back" "$(reserved_regions 0000:03:00.0)" ' direct$'
	listing /etc >/bench/etc.after
	is "/etc is what it was, byte for byte" "$(diff /bench/etc /bench/etc.after)" ""
	initramfs_listing >/bench/initramfs.after
	is "the initramfs brings what it brought" "$(diff /bench/initramfs /bench/initramfs.after)" ""
}

card_is_fine() {
	card_is_bound
	unlike "nothing is demanded any more" "$(reserved_regions 0000:03:00.0)" ' direct$'
	told "doctor says that all is fine" vfio-passfix doctor 03:00.0
	like "and has looked at the card" "$tap_output" '^0000:03:00\.0-3  '
	like "which can be assigned to a guest" "$tap_output" '^[0-9]+ passed \(see --all\): can be assigned to a guest$'
}

claim_card() {
	/bench/client claim "$(echo "$CARD" | tr ' ' ',')" map 0 0x100000 release
}

# What setup must achieve at each boot.
card_is_set_up() {
	diag "$(dmesg | grep -E 'vfio|bench: |running in system mode')"
	is "in the initramfs: the fix is on" "$(initramfs_end fix)" Y
	is "in the initramfs: vfio-pci has all of the card" "$(card initramfs_end)" \
		"vfio-pci vfio-pci vfio-pci vfio-pci"
	ok "the fix was on before vfio-pci looked for the card" \
		test "$(line_of 'vfio_passfix: on')" -lt "$(line_of 'vfio_pci: add [')"
	is "no driver of the host ever had it" \
		"$(dmesg | grep -E '(snd_hda_intel|xhci_hcd) 0000:03:00')" ""
	for bdf in $CARD; do
		like "$bdf is relaxed" "$(cat /sys/module/vfio_passfix/parameters/relaxed)" "^$bdf\$"
	done
	is "the fork of type1 is what VFIO has" "$(vfio_type1)" vfio_iommu_type1_passfix
	card_is_fine
	ok "a guest can have the card: VFIO claims it, and maps memory for it" claim_card
}

# Which of the two type1 modules is loaded.
vfio_type1() {
	lsmod | grep -oE '^vfio_iommu_type1(_passfix)?\b'
}

# fix 1|0: turns the fix on or off.
fix() {
	echo "$1" >/sys/module/vfio_passfix/parameters/pass_fix
}

refusals() {
	dmesg | grep -c "$KERNEL_SAYS"
}

# refused NAME COMMAND...: it fails, and the kernel's log says that the reason is a
# firmware-mandated 1:1 mapping.
refused() {
	refusals_before=$(refusals)
	nok "$@"
	if [ "$(refusals)" -gt "$refusals_before" ]; then
		pass "$1: the kernel's log says why"
	else
		fail "$1: the kernel's log says why"
	fi
}

# The output of inner.c about the card of boards/full-clients.args on a bus of its machine: what it
# has seen, what it should have seen, and what it should have done.
seen() {
	grep "^pci $1:"
}

seen_card() {
	echo "pci $1:00.0 1234:11e8
pci $1:00.1 8086:293e
pci $1:00.2 1b36:000d
pci $1:00.3 1234:11e8"
}

dma_done() {
	echo "dma $1:00.0 read and write ok
dma $1:00.3 read and write ok"
}

# repositories NAME...: makes apt use these repositories, from the folder that `# update:` provides.
repositories() {
	rm -f /etc/apt/sources.list.d/*
	for repository; do
		echo "deb [trusted=yes] file:/bench/apt $repository/"
	done >/etc/apt/sources.list
	apt-get -qq update
}

# The file that modprobe would load for a module, for a kernel or this one.
file_of() {
	modinfo -k "${2:-$(uname -r)}" -F filename "$1"
}
