# SPDX-License-Identifier: GPL-2.0-only
# Intel's VT-d: the fix relaxes an RMRR like an IVMD block. It does not touch what Linux itself
# relaxes there, USB and graphics.
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: intel
# rmrr: 0:f0000:f0fff:0:8.0 0:0:1fff:0:8.0 0:f1000:f1fff:0:b.0 0:0:1fff:0:b.0 0:f2000:f2fff:0:c.0

covered=0000:00:08.0
free=0000:00:09.0
behind_port=0000:01:00.0
vga=0000:00:0b.0
usb=0000:00:0c.0
page=0xf0000

modprobe --ignore-install vfio_iommu_type1 "$UNSAFE"
modprobe vfio-pci
bind $covered $free $behind_port $vga $usb
is "no module of ours is loaded" "$(lsmod | grep -c passfix)" 0
refused "stock refuses the RMRR's device" $covered
assigned "stock assigns one without" $free
modprobe -r vfio_iommu_type1

load_modules
is "the RMRR's device wants its 1:1 mapping, what Linux relaxes does not" \
	"$(direct $covered $free $vga $usb)" "1 0 0 0"
has_region "off: its region is direct" $covered 0xf0000 0xf0fff direct
has_region "off: Linux itself relaxes that of graphics" $vga 0xf1000 0xf1fff direct-relaxable
has_region "off: and that of USB" $usb 0xf2000 0xf2fff direct-relaxable
refused "off: VFIO refuses the RMRR's device" $covered
assigned "off: and assigns one without" $free
assigned "off: also behind a root port" $behind_port
ok "off: and what Linux relaxes" client claim $vga,$usb map 0 0x1000 release
is "the host maps the region 1:1" "$(ask iova $covered $page)" $page
stock=$(state $page $covered $free $vga $usb)
others=$(state $page $free $vga $usb)
stock_probes=$(probes)

ok "on" set_parameter pass_fix 1
regions=$(reserved_regions $covered)
unlike "on: no region is direct" "$regions" ' direct$'
has_region "on: the region is relaxable" $covered 0xf0000 0xf0fff direct-relaxable
has_region "on: page 0 is cut off" $covered 0x1000 0x1fff direct-relaxable
is "on: require_direct is clear" "$(direct $covered)" 0
is "on: only the RMRR's device is listed" "$(parameter relaxed)" $covered
is "on: all is as it was for one without, graphics and USB" "$(state $page $free $vga $usb)" "$others"
assigned "on: assigned" $covered
ranges=$(client claim $covered ranges release)
like "on: a guest may have all from 0 to the MSI window" "$ranges" '^0x0-0xfedfffff$'
ok "on: the firmware's page can be mapped for it, and moves data" client claim $covered \
	map 0 0x4000 dma 0 map $page 0x1000 dma $page unmap $page 0x1000 \
	map $page 0x1000 dma $page release
ok "on: DMA where nothing is mapped is blocked" client claim $covered scratch 0x10000 blocked release
ok "on: what is free, and what Linux relaxes, as before" \
	client claim $free,$behind_port,$vga,$usb map 0 0x1000 release

background owner claim $covered map 0 0x4000
is "a claim is held" $? 0
is "in the guest's hands, the region leads elsewhere" "$(ask iova $covered $page)" 0x0
errors "meanwhile the fix stays on" "$covered: bound to vfio-pci" set_parameter pass_fix 0
go owner
is "the claim ended well" $? 0
is "after release the host maps the region 1:1 again" "$(ask iova $covered $page)" $page

unbind $covered
is "unbound, the host maps it still" "$(ask iova $covered $page)" $page
ok "on: a new default domain" new_domain $covered DMA-FQ
is "a new default domain maps the region 1:1" "$(ask iova $covered $page)" $page
is "and the rest of page 0's region, but not page 0" \
	"$(ask iova $covered 0x1800) $(ask iova $covered 0x800)" "0x1800 0x0"
ok "off, with devices that no demand covers, or that Linux relaxes, bound to vfio-pci" \
	set_parameter pass_fix 0
ok "off: a new default domain" new_domain $covered DMA-FQ
is "off: a new default domain has page 0 too" "$(ask iova $covered 0x800)" 0x800
is "off: no probe is left" "$(probes)" "$stock_probes"
is "off: all is as it was" "$(state $page $covered $free $vga $usb)" "$stock"
bind $covered
refused "off: refused again" $covered
is "off: and mapped 1:1" "$(ask iova $covered $page)" $page
