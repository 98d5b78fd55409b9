# SPDX-License-Identifier: GPL-2.0-only
# DPDK's testpmd has two network cards on one cable, and sends what either receives back
# out of the other.
# board: full-clients
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2034

CARD="0000:00:09.0 0000:00:0a.0"

# It has begun, or does not come to that.
begun() {
	wait_for grep -q 'io packet forwarding' /tmp/testpmd ||
		echo "# testpmd does not begin" >>/tmp/testpmd
}

# A few packets begin, and go round for some seconds. Without the interrupt testpmd waits
# for the cable, into which packets go for nothing before. It ends well without any
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

# counted PORT NAME: by the card itself.
counted() {
	sed -n "/NIC statistics for port $1/,/Throughput/s/.*$2: *\([0-9]*\).*/\1/p" /tmp/testpmd
}

phase_1() {
	echo 64 >/proc/sys/vm/nr_hugepages
	is "before: the host's driver has the cards" "$(card driver_of)" "e1000e e1000e"
	ok "vfio-pci gets the one" vfio-passfix bind 00:09.0
	ok "vfio-pci gets the other" vfio-passfix bind 00:0a.0

	refused "off: testpmd has no device" forward
	for bdf in $CARD; do
		like "off: testpmd's words for $bdf" "$(cat /tmp/testpmd)" \
			"$bdf cannot add VFIO group to container, error 22 \(Invalid argument\)"
	done

	ok "the fix goes on" fix 1
	ok "on: testpmd has both" forward
	diag "$(grep -E 'Probe PCI|Link up|NIC statistics|packets:' /tmp/testpmd)"
	for port in 0 1; do
		other=$((1 - port))
		ok "on: port $port has received ten thousand packets" [ "$(counted $port RX-packets)" -ge 10000 ]
		is "on: all that port $other has sent" \
			"$(counted $port RX-packets)" "$(counted $other TX-packets)"
		is "on: and none with errors" "$(counted $port RX-errors)" 0
	done

	ok "the host's driver gets the one back" vfio-passfix unbind 00:09.0
	ok "the host's driver gets the other back" vfio-passfix unbind 00:0a.0
	is "and has them" "$(card driver_of)" "e1000e e1000e"
	ok "the fix goes off" fix 0
}
