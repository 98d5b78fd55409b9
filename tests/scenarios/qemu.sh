# SPDX-License-Identifier: GPL-2.0-only
# QEMU gives all of a card to a guest of its own, on the guest's KVM; that guest
# (../inner.c) does DMA with it.
# board: full-clients
# needs: full
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2034,SC2154

CARD="0000:00:07.0 0000:00:07.1 0000:00:07.2 0000:00:07.3"

guest_with_card() {
	timeout 60 qemu-system-x86_64 -M q35 -accel kvm -cpu host -m 64 \
		-nodefaults -display none -serial stdio -kernel /bench/inner \
		-device pcie-root-port,id=root \
		-device vfio-pci,host=00:07.0,bus=root,addr=0.0,multifunction=on \
		-device vfio-pci,host=00:07.1,bus=root,addr=0.1 \
		-device vfio-pci,host=00:07.2,bus=root,addr=0.2 \
		-device vfio-pci,host=00:07.3,bus=root,addr=0.3
}

# Where the guest has said nothing, its firmware hangs, as domain.sh's `ended` has it. (QEMU
# itself says that it was ended.)
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

phase_1() {
	is "before: the host's drivers have the card" "$(card driver_of)" "$HOST_DRIVERS"
	ok "vfio-pci gets all of the card" vfio-passfix bind 00:07.0

	refused "off: QEMU cannot give the card to a guest" guest_with_card
	like "off: QEMU's words" "$tap_output" \
		'vfio 0000:00:07\.0: failed to setup container for group [0-9]+: .*Invalid argument'

	ok "the fix goes on" fix 1
	told "on: QEMU gives the card to a guest" has_run
	is "on: the guest sees its four functions" "$(echo "$tap_output" | seen 01)" "$(seen_card 01)"
	is "on: the guest's memory is read and written by those that do DMA" \
		"$(echo "$tap_output" | grep '^dma')" "$(dma_done 01)"

	ok "the host's drivers get the card back" vfio-passfix unbind 00:07.0
	is "and have it" "$(card driver_of)" "$HOST_DRIVERS"
	ok "the fix goes off" fix 0
}
