# SPDX-License-Identifier: GPL-2.0-only
# Hunk 3: a group's type can be changed although the IOMMU driver requires identity. QEMU has no
# device for which AMD's driver does, so the test module replaces the driver's callback. Only for
# groups that are relaxed or named.
# ivmd: 21:8:40:0:7e000000:1000
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0
free=0000:00:09.0		# not demanded
type=/sys/kernel/iommu_groups/$(group_of $device)/type

set_type() {
	echo "$1" >"$type"
}

load_modules
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
ask own - >/dev/null
ok "without the stand-in DMA is possible" set_type DMA
is "off: require_direct is set" "$(direct $device)" 1

# A device without a 1:1 mapping keeps the type that the driver requires, unless it is named.
type=/sys/kernel/iommu_groups/$(group_of $free)/type
ask identity $free >/dev/null
ok "on, all in scope" set_parameter pass_fix 1
nok "on, all in scope: DMA is refused where nothing is relaxed" set_type DMA
set_parameter pass_fix 0
set_parameter devices $device
ok "on, another named" set_parameter pass_fix 1
nok "on, another named: DMA is refused" set_type DMA
set_parameter pass_fix 0
set_parameter devices $free
ok "on, it is named" set_parameter pass_fix 1
set_type identity
ok "on, it is named: DMA" set_type DMA
is "on, it is named: is set" "$(group_type $free)" DMA
ok "off" set_parameter pass_fix 0
ask own - >/dev/null
