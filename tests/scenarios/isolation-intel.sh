# SPDX-License-Identifier: GPL-2.0-only
# Like isolation-amd, with Intel's VT-d, whose faults have the address of the page.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: intel
# rmrr: 0:1e000000:1e000fff:0:8.0 0:1e010000:1e010fff:0:8.0 0:1e000000:1e000fff:0:d.0 0:1e010000:1e010fff:0:d.0
# append: memmap=4K$0x1e000000 memmap=4K$0x1e010000

isolation_begin
strays_blocked container 7500 1 addressed
strays_blocked iommufd 2500 2 addressed
regions_come_back
leak_is_found 3 addressed
