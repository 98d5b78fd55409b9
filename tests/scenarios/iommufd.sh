# SPDX-License-Identifier: GPL-2.0-only
# iommufd, which does not use type1, so the probes are enough. By a device's own node, and by the
# group, for programs that only know the container.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0
outside=0000:00:09.0
page=0x7e000000

# refused_by CLAIM NAME BDF: like refused(), with another kind of claim.
refused_by() {
	errors "$2" "$3: $KERNEL_SAYS" client "$1" "$3"
	like "$2: the client's word" "$(client "$1" "$3" 2>&1)" \
		"^client: claim $3: VFIO_[A-Z_]*: Invalid argument$"
}

# Without the fork: only vfio_passfix and iommufd are loaded.
echo 1 >/sys/module/iommufd/parameters/allow_unsafe_interrupts
VFIO_PASSFIX_LOADING=1 modprobe vfio-pci
modprobe vfio_passfix devices=$device
load_test_module
is "no type1 is loaded" "$(lsmod | grep -c type1)" 0
bind $device $outside
is "the host maps the region 1:1" "$(ask iova $device $page)" $page

for claim in fd-claim compat-claim; do
	refused_by $claim "$claim, off: refused" $device
done

# Only require_direct is cleared, as by a patch that does nothing else.
ask set-direct $device 0 >/dev/null
for claim in fd-claim compat-claim; do
	ranges=$(client $claim $device ranges release)
	like "$claim, off: the firmware's pages are holes" "$(echo "$ranges" | xargs)" \
		'^0x2000-0x7dffffff 0x7e001000-0x7e00ffff 0x7e011000-0xfedfffff '
	nok "$claim, off: IOVA 0 cannot be mapped" client $claim $device map 0 0x1000
done
ask set-direct $device 1 >/dev/null

ok "on" set_parameter pass_fix 1
is "only the device in scope is relaxed" "$(parameter relaxed)" $device
for claim in fd-claim compat-claim; do
	ok "$claim, on: claimed, IOVA 0 mapped, DMA both ways" \
		client $claim $device map 0 0x10000 dma 0 dma 0x8000 release
	ranges=$(client $claim $device ranges release)
	like "$claim, on: a guest may have all from 0 to the MSI window" "$ranges" '^0x0-0xfedfffff$'
	ok "$claim, on: the firmware's page can be mapped for it, and moves data" \
		client $claim $device map $page 0x1000 dma $page unmap $page 0x1000 \
		map 0x7dfff000 0x3000 dma $page release
	ok "$claim, on: DMA where nothing is mapped is blocked" \
		client $claim $device scratch 0x10000 blocked release
	refused_by $claim "$claim, on: refused out of scope" $outside

	background owner $claim $device map 0 0x4000
	is "$claim: a claim is held" $? 0
	is "$claim: in the guest's hands, the region leads elsewhere" "$(ask iova $device $page)" 0x0
	is "$claim: the host keeps another device's meanwhile" "$(ask iova $outside $page)" $page
	errors "$claim: meanwhile the fix stays on" "$device: bound to vfio-pci" \
		set_parameter pass_fix 0
	go owner
	is "$claim: the claim ended well" $? 0
	is "$claim: after release the host maps the region 1:1 again" "$(ask iova $device $page)" $page
done

turn_off "off" $device
bind $device
for claim in fd-claim compat-claim; do
	refused_by $claim "$claim, off again: refused again" $device
done
is "and the host maps the region 1:1" "$(ask iova $device $page)" $page
