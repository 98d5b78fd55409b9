# SPDX-License-Identifier: GPL-2.0-only
# What README tells a newcomer, from a Debian without this project to a guest with all of a
# card: its commands, in its order and no others. Then the card is given back to the host.
#
# For one kernel: what differs between kernels is in setup, and here a minute after the other
# goes by while dkms builds under emulation.
# kernels: default
# image: fresh
# board: full-newcomer
# seconds: 900
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2034,SC2154

STEPS=/bench/steps

# Commands stand in blocks that follow a line like this. Root needs no sudo.
readme_commands() {
	sed -n '/^<!-- replayed -->$/,/^[^ <]/s/^    //p' /bench/README.md |
		sed 's/ *#.*//; s/\bsudo //g'
}

# step ok|nok NAME COMMAND: a command of README, and whether it succeeds.
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
	like "the firmware demands 1:1 mappings for it" "$(reserved_regions 0000:03:00.0)" ' direct$'

	step ok "the packages are installed" 'apt install ./build/packages/*.deb'
	like "dkms has built the fix for this kernel" "$(modinfo -n vfio_passfix)" "/$(literal "$(uname -r)")/updates/dkms/"
	like "and the fork of type1" "$(modinfo -n vfio_iommu_type1_passfix)" '/updates/dkms/'

	step nok "doctor finds that the card cannot be given away" 'vfio-passfix doctor gpu'
	like "and what the firmware has to do with it" "$tap_output" '1:1'
	step ok "setup shows what it would write" 'vfio-passfix setup gpu'
	nok "and writes nothing" ls /etc/modprobe.d/vfio-passfix-setup.conf
	# Not only the tool changes /etc.
	ok "libvirt has started once, and written its own files" virsh -q list --all
	remember_host
	step ok "setup does it" 'vfio-passfix setup gpu --apply'
}

phase_2() {
	cd /root/vfio-passfix || return
	card_is_set_up
	told "the unit was done before the login prompt" before_login vfio-passfix.service
	step ok "doctor finds nothing wrong" 'vfio-passfix doctor gpu'
	like "and ends as README says" "$(echo "$tap_output" | tail -n 1)" 'can be given to a guest$'

	step ok "the guest gets a disk" \
		'qemu-img create -f qcow2 /var/lib/libvirt/images/win11.qcow2 100G'
	step ok "libvirt's network for guests starts" 'virsh net-start default'
	step ok "the tool prints a guest with the card" 'vfio-passfix xml gpu --domain win11 >win11.xml'
	step ok "libvirt takes it" 'virsh define win11.xml'

	# What would run next is its firmware, and at that QEMU aborts which emulates the host's
	# virtualization: the guest is held before its first instruction.
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
