# SPDX-License-Identifier: GPL-2.0-only
# Follows README, from a Debian without this project to a guest with all functions of a card: only
# README's commands, in README's order. Then the card is returned to the host.
#
# Only on one kernel: setup.sh tests the differences between kernels, and here dkms takes minutes to
# build under emulation.
# kernels: default
# image: fresh
# board: full-newcomer
# seconds: 900
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2034,SC2154

STEPS=/bench/steps

# Commands are in blocks after a line like this. Root needs no sudo.
readme_commands() {
	sed -n '/^<!-- replayed -->$/,/^[^ <]/s/^    //p' /bench/README.md |
		sed 's/ *#.*//; s/\bsudo //g'
}

# step ok|nok NAME COMMAND: runs a command of README, which must succeed or fail.
step() {
	echo "$3" >>"$STEPS"
	"$1" "$2" sh -c "$3"
	diag "$tap_output"
}

phase_1() {
	cd /root/vfio-passfix || return
	is "a Debian that knows nothing of this project" \
		"$(dpkg -l 'vfio-passfix*' 2>/dev/null; find / -xdev -name '*passfix*' -not -path '/root/*' \
			-not -path '/var/cache/*' -not -path '/bench/*'; modinfo -n vfio_passfix 2>/dev/null)" ""
	is "the host's drivers have the card" "$(card driver_of)" "$HOST_DRIVERS"
	like "the firmware mandates 1:1 mappings for it" "$(reserved_regions 0000:03:00.0)" ' direct$'

	step ok "the packages are installed" 'apt install ./build/packages/*.deb'
	like "dkms has built the fix for this kernel" "$(modinfo -n vfio_passfix)" "/$(literal "$(uname -r)")/updates/dkms/"
	like "and the fork of type1" "$(modinfo -n vfio_iommu_type1_passfix)" '/updates/dkms/'

	step nok "doctor finds that the card cannot be assigned" 'vfio-passfix doctor gpu'
	like "and what the firmware has to do with it" "$tap_output" '1:1'
	step ok "setup shows what it would write" 'vfio-passfix setup gpu'
	nok "and writes nothing" ls /etc/modprobe.d/vfio-passfix-setup.conf
	# Leave out what other programs change in /etc.
	ok "libvirt has started once, and written its own files" virsh -q list --all
	remember_host
	step ok "setup does it" 'vfio-passfix setup gpu --apply'
}

phase_2() {
	cd /root/vfio-passfix || return
	card_is_set_up
	told "the unit was done before the login prompt" before_login vfio-passfix.service
	step ok "doctor finds nothing wrong" 'vfio-passfix doctor gpu'
	like "and ends as README says" "$(echo "$tap_output" | tail -n 1)" 'can be assigned to a guest$'

	step ok "the guest gets a disk" \
		'qemu-img create -f qcow2 /var/lib/libvirt/images/win11.qcow2 100G'
	step ok "libvirt's network for guests starts" 'virsh net-start default'
	step ok "the tool prints a guest with the card" 'vfio-passfix xml gpu --domain win11 >win11.xml'
	step ok "libvirt takes it" 'virsh define win11.xml'

	# The guest is stopped before its first instruction: the firmware would run next, and then the
	# QEMU that emulates the host's virtualisation aborts.
	ok "it can be started" virsh start win11 --paused
	is "and has all of the card" "$(given_away win11)" "$CARD"
	ok "it is ended" virsh destroy win11
	ok "in its firmware's place it gets a program of these tests" edit win11
	step ok "it starts" 'virsh start win11'
	told "and ends" ended win11
	diag "$(cat /tmp/serial)"
	is "it has seen the card's four functions" "$(seen 0a </tmp/serial)" "pci 0a:00.0 1002:5046
pci 0a:00.1 8086:293e
pci 0a:00.2 1b36:000d
pci 0a:00.3 1234:11e8"
	is "its memory was read and written by the one that does DMA as it is told" \
		"$(grep '^dma' /tmp/serial)" "dma 0a:00.3 read and write ok"

	is "these were all of README's commands, in its order" "$(cat "$STEPS")" "$(readme_commands)"
	is "no unit has failed" "$(failed_units)" ""
	ok "the guest is taken away" virsh undefine win11 --nvram
	told "and what setup did" vfio-passfix remove --apply
}

phase_3() {
	card_is_given_back
}
