# SPDX-License-Identifier: GPL-2.0-only
# Hunks 1, 2 and 7, and I2: the reserved regions, for host and guest.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2153

device=0000:00:08.0
page=0x7e000000
length=0x2000		# of the region at 0
[ ! -e /dev/ttyAMA0 ] || length=0x10000
# before LAST: the last address before the MSI window, or LAST if that is lower.
before() {
	before_msi=$(reserved_regions $device | awk '/ msi$/ { print $1 }')
	[ $((before_msi)) -gt $(($1)) ] && printf '0x%x' "$1" || printf '0x%x' $((before_msi - 1))
}

load_modules
has_region "off: page 0's region is direct" $device 0 "$(end_of 0 $length)" direct
has_region "off: the others are direct" $device 0x7e000000 "$(end_of 0x7e000000 0x1000)" direct
is "the host maps the region 1:1" "$(ask iova $device $page)" $page

# Only require_direct is cleared, as by a patch that does nothing else.
bind $device
ask set-direct $device 0 >/dev/null
ranges=$(client claim $device ranges release)
unlike "off: a guest may not have page 0" "$ranges" '^0x0-'
like "off: its first range is behind page 0's region" "$ranges" "^$length-$(before 0x7dffffff)\$"
nok "off: IOVA 0 cannot be mapped" client claim $device map 0 "$PAGE"
unbind $device
ask set-direct $device 1 >/dev/null

ok "on" set_parameter pass_fix 1
regions=$(reserved_regions $device)
unlike "on: no region is direct" "$regions" ' direct$'
has_region "on: page 0 is cut off" $device "$PAGE" "$(end_of 0 $length)" direct-relaxable
has_region "on: the others are relaxable, whole" $device 0x7e010000 "$(end_of 0x7e010000 0x1000)" direct-relaxable
like "on: the MSI window is as it was" "$regions" ' msi$'

bind $device
ranges=$(client claim $device ranges release)
like "on: a guest may have all from 0 to the MSI window" "$ranges" "^0x0-$(before 0xffffffff)\$"
ok "on: the firmware's pages can be mapped for it" client claim $device \
	map 0 0x4000 dma 0 map 0x7e000000 "$PAGE" dma 0x7e000000 release
background owner claim $device map 0 0x4000
is "a claim is held" $? 0
is "in the guest's hands, the region leads elsewhere" "$(ask iova $device $page)" 0x0
is "another device of the host keeps its mapping meanwhile" "$(ask iova 0000:00:09.0 $page)" $page
go owner
is "after release the host maps the region 1:1 again" "$(ask iova $device $page)" $page
unbind $device

# A default domain that is created while the fix is on.
ok "on: a new default domain" new_domain $device DMA
is "a new default domain maps the region 1:1" "$(ask iova $device $page)" $page
is "and the rest of page 0's region" "$(ask iova $device $((PAGE + 0x800)))" "$(printf '0x%x' $((PAGE + 0x800)))"
is "but not page 0" "$(ask iova $device 0x800)" 0x0
is "require_direct stays clear with it" "$(direct $device)" 0
bind $device
assigned "and the device is assigned still" $device
unbind $device

ok "off" set_parameter pass_fix 0
ok "off: a new default domain" new_domain $device DMA
is "off: a new default domain has page 0 too" "$(ask iova $device 0x800)" 0x800
is "off: require_direct is set" "$(direct $device)" 1
