# SPDX-License-Identifier: GPL-2.0-only
# DMA outside of what is mapped arrives nowhere, and each access is an IO_PAGE_FAULT in the AMD
# IOMMU's log. The events are matched one by one, on a newer QEMU (boards/amd.args). They have no
# address (QEMU leaves it 0), so each is identified by its device, by read or write, and because it
# is the only one since the previous DMA.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: amd
# ivmd: 22:8:0:fff:0:2000 22:8:0:fff:1e000000:1000 22:8:0:fff:1e010000:1000
# append: memmap=4K$0x1e000000 memmap=4K$0x1e010000

isolation_begin
echo 1 >/sys/module/iommufd/parameters/allow_unsafe_interrupts
strays_blocked container 7500 1 events
strays_blocked iommufd 2500 2 events
regions_come_back
leak_is_found 3 events
