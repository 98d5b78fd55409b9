# SPDX-License-Identifier: GPL-2.0-only
# libvirt starts a guest for Windows with a card, from the XML that the tool prints.
# board: full-clients
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2034,SC2154

CARD="0000:00:07.0 0000:00:07.1 0000:00:07.2 0000:00:07.3"
DISK=/var/lib/libvirt/images/win.img

define() {
	vfio-passfix xml 00:07.0 --domain win --memory 1 --cpus 2 --disk "$DISK" >/tmp/win.xml &&
		virsh define /tmp/win.xml
}

# of_qemu NAME: a line of the guest's process's status.
of_qemu() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(cat /run/libvirt/qemu/win.pid)/status"
}

phase_1() {
	# While memory is in one piece.
	echo 512 >/proc/sys/vm/nr_hugepages
	truncate -s 64M "$DISK"
	ok "libvirt's network for guests starts" virsh net-start default
	is "before: the host's drivers have the card" "$(card driver_of)" "$HOST_DRIVERS"
	ok "libvirt takes the tool's XML as it is" define

	refused "off: libvirt cannot start the guest" virsh start win
	like "off: libvirt's words" "$tap_output" \
		'vfio 0000:00:07\.0: failed to setup container for group [0-9]+: .*Invalid argument'
	is "off: the host's drivers have the card again" "$(card driver_of)" "$HOST_DRIVERS"

	ok "the fix goes on" fix 1
	# Up to its first instruction: QEMU 7.2, which plays the host, aborts when OVMF has
	# run on its SVM for some seconds.
	ok "on: libvirt starts the guest as the tool has it" virsh start --paused win
	is "on: it is there" "$(virsh domstate win)" paused
	is "on: it has all of the card" "$(given_away win)" "$CARD"
	is "on: its memory is in huge pages" "$(of_qemu HugetlbPages)" "1048576 kB"
	nok "on: the fix stays on while the guest has the card" fix 0
	ok "the guest is ended" virsh destroy win

	ok "the guest gets another program" edit win
	ok "on: libvirt starts the guest" virsh start win
	told "on: it ends by itself" ended win
	diag "$(cat /tmp/serial)"
	is "on: it has seen the card's four functions" "$(seen 0a </tmp/serial)" "$(seen_card 0a)"
	is "on: its memory was read and written by those that do DMA" \
		"$(grep '^dma' /tmp/serial)" "$(dma_done 0a)"

	is "the host's drivers have the card again" "$(card driver_of)" "$HOST_DRIVERS"
	ok "the fix goes off" fix 0
	is "no unit has failed" "$(failed_units)" ""
}
