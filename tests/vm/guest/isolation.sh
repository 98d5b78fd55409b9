# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2154
# Common parts of the isolation scenarios. They have "# append: memmap=...", which reserves pages of
# RAM at $REGIONS for the firmware.

NIC=0000:00:0d.0	# for DMA by the thousand
EDU=0000:00:08.0	# for the host's own
REGIONS="0x1e000000 0x1e010000"
ISOLATION=/sys/module/passfix_isolation/parameters

isolation_begin() {
	load_modules
	ok "on" set_parameter pass_fix 1
	ok "canaries" insmod /test/passfix_isolation.ko "regions=$(echo "$REGIONS" | tr ' ' ,)"
	bind $NIC $EDU
}

# strays_blocked WAY COUNT SEED EVENTS (see strays.c): does random DMA, which must be blocked.
strays_blocked() {
	ok "$1: $2 DMA of what is not mapped (seed $3): none arrives, no canary changes" \
		strays "$1" $NIC "$2" "$3" "$4"
	diag "$tap_output"
	if [ "$4" = silent ]; then
		like "$1: all were tried" "$tap_output" "^$2 strays, $2 blocked"
	else
		like "$1: each is an event of the IOMMU, and no other DMA is" \
			"$tap_output" "^$2 strays, $2 blocked, $2 events"
	fi
	is "$1: no canary has changed" "$(cat $ISOLATION/changed)" 0
}

# leak_is_found SEED EVENTS: must be the last, because it changes canaries.
leak_is_found() {
	nok "a page of the firmware's that is mapped behind the owner's back is found" \
		strays container $NIC 2000 "$1" "$2" leak "${REGIONS%% *}"
	like "as one that was reached" "$tap_output" \
		'^strays: (stray [0-9]+ \(the firmware|by stray [0-9]+: [0-9]+ bytes of the kernel.s or the firm)'
}

# While a guest owns the device, it cannot reach the firmware's regions. Afterwards, under the host's
# driver, it can again, but nothing that the host has not mapped.
regions_come_back() {
	for region in $REGIONS; do
		ok "a guest's device does not reach $region" \
			client claim $EDU scratch 0x10000 astray "$region" release
	done
	is "no byte of them has changed" "$(cat $ISOLATION/changed)" 0
	unbind $EDU
	ask host - 0 >/dev/null
	bind_to passfix_host $EDU
	for region in $REGIONS; do
		is "after release, DMA of a host's driver reaches $region" \
			"$(ask host-dma $EDU "$region")" arrived
	done
	is "it does not reach what the host has not mapped for it" \
		"$(ask host-dma $EDU "$(sed -n 's/^kernel //p' $ISOLATION/canaries | head -n 1)")" lost
	is "no canary has changed" "$(cat $ISOLATION/changed)" 0
}
