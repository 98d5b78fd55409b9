# SPDX-License-Identifier: GPL-2.0-only
# Hunk 3: a group's type can be changed where the IOMMU driver wants identity.
# QEMU has no device for which AMD's driver does; the test module stands in
# below the probe.
# shellcheck shell=sh source=tests/guest/guest.sh

device=0000:00:08.0
type=/sys/kernel/iommu_groups/$(group_of $device)/type

set_type() {
	echo "$1" >"$type"
}

load_vfio
load_test_module
ask identity $device >/dev/null
nok "off: DMA is refused" set_type DMA
ok "off: auto is what the driver wants" set_type auto
is "off: so it is identity" "$(group_type $device)" identity
nok "off: and stays so" set_type DMA
nok "off: DMA-FQ is refused" set_type DMA-FQ

ok "on" set_parameter pass_fix 1
ok "on: DMA" set_type DMA
is "on: is set" "$(group_type $device)" DMA
bind $device
assigned "on: assigned from DMA" $device
unbind $device
set_type identity
ok "on: DMA-FQ, from identity" set_type DMA-FQ
is "on: is set" "$(group_type $device)" DMA-FQ
ok "on: auto" set_type auto
like "on: gives translation" "$(group_type $device)" '^DMA'
bind $device
assigned "on: assigned from auto" $device
unbind $device
set_type identity
bind $device
assigned "on: assigned from identity" $device
unbind $device

ok "off" set_parameter pass_fix 0
nok "off: DMA is refused again" set_type DMA
ask identity - >/dev/null
ok "without the stand-in DMA is possible" set_type DMA
is "off: require_direct is set" "$(direct $device)" 1
kernel_is_well
done_testing
