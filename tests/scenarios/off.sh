# SPDX-License-Identifier: GPL-2.0-only
# I1: while off, everything is as on stock, also for a device without a 1:1 mapping.
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# ivmd: 21:8:40:0:0:2000 21:8:40:0:7e000000:1000

covered=0000:00:08.0
free=0000:00:09.0

modprobe --ignore-install vfio_iommu_type1 "$UNSAFE"
VFIO_PASSFIX_LOADING=1 modprobe vfio-pci
load_test_module
modprobe -r vfio_passfix
bind $covered $free
stock_probes=$(probes)
stock_regions=$(reserved_regions $covered)
stock_direct=$(direct $covered $free)
stock_type=$(group_type $covered)
stock_ranges=$(client claim $free ranges release)
is "the demand covers one device" "$stock_direct" "1 0"
refused "stock refuses it" $covered
assigned "stock assigns the other" $free
modprobe -r vfio_iommu_type1

load_vfio
is "the fork is loaded" "$(lsmod | grep -c '^vfio_iommu_type1_passfix ')" 1
is "stock is not" "$(lsmod | grep -c '^vfio_iommu_type1 ')" 0
is "the fix is off" "$(parameter pass_fix)" N
is "nothing is relaxed" "$(parameter relaxed)" ""
is "no probe is registered" "$(probes)" "$stock_probes"
is "the reserved regions are stock's" "$(reserved_regions $covered)" "$stock_regions"
is "require_direct is stock's" "$(direct $covered $free)" "$stock_direct"
refused "the fork refuses the covered device" $covered
assigned "the fork assigns the other" $free
is "the other's IOVA ranges are stock's" "$(client claim $free ranges release)" "$stock_ranges"

ok "on" set_parameter pass_fix 1
unlike "the other is not listed: nothing was done to it" "$(parameter relaxed)" "$free"
is "the other's IOVA ranges stay stock's" "$(client claim $free ranges release)" "$stock_ranges"
turn_off "off again, with the other still bound to vfio-pci" $covered
is "no probe is left" "$(probes)" "$stock_probes"
is "the reserved regions are stock's again" "$(reserved_regions $covered)" "$stock_regions"
is "require_direct is stock's again" "$(direct $covered $free)" "$stock_direct"
is "the group's type is stock's" "$(group_type $covered)" "$stock_type"
is "the module can be unloaded" "$(modprobe -r vfio_iommu_type1_passfix vfio_passfix && echo yes)" yes
