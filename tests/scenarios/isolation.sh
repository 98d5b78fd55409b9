# SPDX-License-Identifier: GPL-2.0-only
# DMA outside of what is mapped is blocked, and changes no memory of the host. (The AMD IOMMU of
# this host's QEMU may raise no event for a page that is not mapped, so events are counted in
# tests/scenarios/isolation-amd.sh.)
# arch: amd64
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# ivmd: 22:8:0:fff:0:2000 22:8:0:fff:1e000000:1000 22:8:0:fff:1e010000:1000
# append: memmap=4K$0x1e000000 memmap=4K$0x1e010000

isolation_begin
ok "DMA to and from the physical address of a page of ours arrives nowhere" \
	client claim "$EDU" scratch 0x10000 blocked release
ok "the same for all of a group" eval '
	bind 0000:00:0a.0 0000:00:0a.1
	client claim 0000:00:0a.0,0000:00:0a.1 scratch 0 blocked release'
ok "and after memory was unmapped" client claim "$EDU" \
	map 0x100000 0x1000 dma 0x100000 unmap 0x100000 0x1000 scratch 0 blocked release
strays_blocked container 1000 1 silent
regions_come_back
leak_is_found 2 silent
