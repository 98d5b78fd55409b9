# SPDX-License-Identifier: GPL-2.0-only
# DMA outside what was mapped is blocked, and changes no memory of the host.
# (QEMU's AMD IOMMU raises no event for a page that is not there, so the faults
# themselves cannot be counted here.)
# shellcheck shell=sh source=tests/guest/guest.sh

device=0000:00:08.0

load_vfio
set_parameter pass_fix 1
bind $device
ok "DMA to and from the physical address of a page of ours arrives nowhere" \
	client claim $device scratch 0x10000 blocked release
ok "the same for all of a group" eval '
	bind 0000:00:0a.0 0000:00:0a.1
	client claim 0000:00:0a.0,0000:00:0a.1 scratch 0 blocked release'
ok "and after memory was unmapped" client claim $device \
	map 0x100000 0x1000 dma 0x100000 unmap 0x100000 0x1000 scratch 0 blocked release
kernel_is_well
done_testing
