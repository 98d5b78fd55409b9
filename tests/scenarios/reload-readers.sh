# SPDX-License-Identifier: GPL-2.0-only
# The module is repeatedly loaded, turned on and off, and unloaded, while something reads the regions
# continuously: no call enters freed code, and each answer is consistent.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2154
# board: few
# append: kmemleak=off
# Without kmemleak, which would double the time; reload.sh looks for leaks.

cycles=1000
! planted || cycles=60

device=0000:00:08.0

modprobe vfio-pci
modprobe -r vfio-pci vfio_iommu_type1_passfix vfio_passfix
load_test_module
stock_probes=$(probes)
stock=$(reserved_regions $device)

told "$cycles times loaded and on, off, and unloaded under a reader of the regions, without an error or a mixed answer" \
	race reloads $cycles reload - "$(modinfo -n vfio_passfix)" 1 regions $device
echo "$tap_output" >/tmp/race
is "each time" "$(came "of these with the fix on in between")" $cycles
of_stock=$(came "regions were read, and were stock's") relaxed=$(came "regions were read, and were the fix's")
ok "the reader has had stock's answer $of_stock times" test "$of_stock" -gt $((cycles / 10))
ok "and the fix's $relaxed times" test "$relaxed" -gt $((cycles / 10))
is "the regions are stock's" "$(reserved_regions $device)" "$stock"
is "no probe is left" "$(probes)" "$stock_probes"
is "no module is left" "$(lsmod | grep -c "^vfio_passfix")" 0
