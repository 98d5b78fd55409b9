# SPDX-License-Identifier: GPL-2.0-only
# Programs to which people assign devices: libvirt, with the XML that the tool prints; QEMU; DPDK's
# testpmd. A nested guest (tests/programs/inner.c) has the card and does DMA with it, on this guest's KVM.
# board: full-clients
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2034,SC2154

CARD="0000:00:07.0 0000:00:07.1 0000:00:07.2 0000:00:07.3"
DISK=/var/lib/libvirt/images/win.img

define() {
	vfio-passfix xml 00:07.0 --domain win --memory 1 --cpus 2 --disk "$DISK" >/tmp/win.xml &&
		virsh define /tmp/win.xml
}

# of_qemu NAME: a line of the status of the nested guest's process.
of_qemu() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(cat /run/libvirt/qemu/win.pid)/status"
}

by_libvirt() {
	truncate -s 64M "$DISK"
	ok "libvirt: its network for guests starts" virsh net-start default
	is "libvirt: before: the host's drivers have the card" "$(card driver_of)" "$HOST_DRIVERS"
	ok "libvirt: takes the tool's XML as it is" define

	refused "libvirt: off: cannot start the guest" virsh start win
	like "libvirt: off: its words" "$tap_output" \
		'vfio 0000:00:07\.0: failed to setup container for group [0-9]+: .*Invalid argument'
	is "libvirt: off: the host's drivers have the card again" "$(card driver_of)" "$HOST_DRIVERS"

	ok "libvirt: the fix goes on" fix 1
	# Only up to its first instruction: QEMU 7.2, which emulates the host, aborts after OVMF has
	# run on its SVM for some seconds.
	ok "libvirt: on: starts the guest as the tool has it" virsh start --paused win
	is "libvirt: on: the guest is there" "$(virsh domstate win)" paused
	is "libvirt: on: the guest has all of the card" "$(given_away win)" "$CARD"
	is "libvirt: on: its memory is in huge pages" "$(of_qemu HugetlbPages)" "1048576 kB"
	nok "libvirt: on: the fix stays on while the guest has the card" fix 0
	ok "libvirt: the guest is ended" virsh destroy win

	ok "libvirt: the guest gets another program" edit win
	ok "libvirt: on: starts the guest" virsh start win
	told "libvirt: on: the guest ends by itself" ended win
	diag "$(cat /tmp/serial)"
	is "libvirt: on: the guest has seen the card's four functions" "$(seen 0a </tmp/serial)" "$(seen_card 0a)"
	is "libvirt: on: its memory was read and written by those that do DMA" \
		"$(grep '^dma' /tmp/serial)" "$(dma_done 0a)"

	is "libvirt: the host's drivers have the card again" "$(card driver_of)" "$HOST_DRIVERS"
	ok "libvirt: the fix goes off" fix 0
}

guest_with_card() {
	timeout 60 qemu-system-x86_64 -M q35 -accel kvm -cpu host -m 64 \
		-nodefaults -display none -serial stdio -kernel /bench/inner \
		-device pcie-root-port,id=root \
		-device vfio-pci,host=00:07.0,bus=root,addr=0.0,multifunction=on \
		-device vfio-pci,host=00:07.1,bus=root,addr=0.1 \
		-device vfio-pci,host=00:07.2,bus=root,addr=0.2 \
		-device vfio-pci,host=00:07.3,bus=root,addr=0.3
}

# If the nested guest prints nothing, its firmware hangs (see `ended` in domain.sh). (QEMU itself
# reports that it was killed.)
has_run() {
	for try in 1 2 3; do
		[ "$try" -eq 1 ] || echo "its firmware hangs: start $try"
		said=$(guest_with_card 2>/tmp/qemu-says)
		status=$?
		[ "$status:$said" = 124: ] || break
	done
	cat /tmp/qemu-says
	echo "$said"
	return "$status"
}

by_qemu() {
	is "QEMU: before: the host's drivers have the card" "$(card driver_of)" "$HOST_DRIVERS"
	ok "QEMU: vfio-pci gets all of the card" vfio-passfix bind 00:07.0

	refused "QEMU: off: cannot give the card to a guest" guest_with_card
	like "QEMU: off: its words" "$tap_output" \
		'vfio 0000:00:07\.0: failed to setup container for group [0-9]+: .*Invalid argument'

	ok "QEMU: the fix goes on" fix 1
	told "QEMU: on: gives the card to a guest" has_run
	is "QEMU: on: the guest sees its four functions" "$(echo "$tap_output" | seen 01)" "$(seen_card 01)"
	is "QEMU: on: the guest's memory is read and written by those that do DMA" \
		"$(echo "$tap_output" | grep '^dma')" "$(dma_done 01)"

	ok "QEMU: the host's drivers get the card back" vfio-passfix unbind 00:07.0
	is "QEMU: and have it" "$(card driver_of)" "$HOST_DRIVERS"
	ok "QEMU: the fix goes off" fix 0
}

# testpmd has two network cards on one cable, and forwards what one receives to the other. Waits
# until it does, and prints a message if it does not.
begun() {
	wait_for grep -q 'io packet forwarding' /tmp/testpmd ||
		echo "# testpmd does not begin" >>/tmp/testpmd
}

# Forwards a few packets in a loop for some seconds. With --no-lsc-interrupt testpmd waits until the link
# is up; packets that are sent earlier are lost. Its exit status proves nothing: it is 0 without any
# device, too.
forward() {
	: >/tmp/testpmd
	(
		echo start tx_first
		begun
		sleep 3
		printf '%s\n' stop 'show port stats all' quit
	) | timeout 120 stdbuf -oL dpdk-testpmd --in-memory --no-telemetry -m 64 \
		-a 00:09.0 -a 00:0a.0 -- -i --total-num-mbufs=2048 \
		--no-lsc-interrupt >>/tmp/testpmd 2>&1
	cat /tmp/testpmd
	! grep -q 'No probed ethernet devices' /tmp/testpmd
}

# counted PORT NAME: a counter of the card itself.
counted() {
	sed -n "/NIC statistics for port $1/,/Throughput/s/.*$2: *\([0-9]*\).*/\1/p" /tmp/testpmd
}

by_testpmd() {
	CARD="0000:00:09.0 0000:00:0a.0"
	is "testpmd: before: the host's driver has the cards" "$(card driver_of)" "e1000e e1000e"
	ok "testpmd: vfio-pci gets the one" vfio-passfix bind 00:09.0
	ok "testpmd: vfio-pci gets the other" vfio-passfix bind 00:0a.0

	refused "testpmd: off: has no device" forward
	for bdf in $CARD; do
		like "testpmd: off: its words for $bdf" "$(cat /tmp/testpmd)" \
			"$bdf cannot add VFIO group to container, error 22 \(Invalid argument\)"
	done

	ok "testpmd: the fix goes on" fix 1
	ok "testpmd: on: has both" forward
	diag "$(grep -E 'Probe PCI|Link up|NIC statistics|packets:' /tmp/testpmd)"
	for port in 0 1; do
		other=$((1 - port))
		ok "testpmd: on: port $port has received ten thousand packets" \
			[ "$(counted $port RX-packets)" -ge 10000 ]
		is "testpmd: on: all that port $other has sent" \
			"$(counted $port RX-packets)" "$(counted $other TX-packets)"
		is "testpmd: on: and none with errors" "$(counted $port RX-errors)" 0
	done

	ok "testpmd: the host's driver gets the one back" vfio-passfix unbind 00:09.0
	ok "testpmd: the host's driver gets the other back" vfio-passfix unbind 00:0a.0
	is "testpmd: and has them" "$(card driver_of)" "e1000e e1000e"
	ok "testpmd: the fix goes off" fix 0
}

phase_1() {
	# Do this while memory is not fragmented.
	echo 512 >/proc/sys/vm/nr_hugepages
	by_libvirt
	by_qemu
	by_testpmd
	is "no unit has failed" "$(failed_units)" ""
}
