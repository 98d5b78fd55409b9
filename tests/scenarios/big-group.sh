# SPDX-License-Identifier: GPL-2.0-only
# On and off with a group of more devices than lockdep can track held locks.
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: big-group

first=0000:02:01.0
last=0000:02:08.7

load_modules
devices=$(find "/sys/kernel/iommu_groups/$(group_of $first)/devices" -type l | wc -l)
ok "the group has more than 64 devices ($devices)" test "$devices" -gt 64
for _ in 1 2 3; do
	ok "on" set_parameter pass_fix 1
	is "all are relaxed" "$(direct $first $last)" "0 0"
	ok "the list has them" test "$(parameter relaxed | wc -l)" -ge "$devices"
	ok "off" set_parameter pass_fix 0
	is "all have require_direct again" "$(direct $first $last)" "1 1"
done
set_parameter devices $last
ok "on, one of them named" set_parameter pass_fix 1
is "all are relaxed" "$(direct $first $last)" "0 0"
bind $last
errors "one that is bound to vfio-pci keeps all on" "$last: bound to vfio-pci" set_parameter pass_fix 0
is "all are relaxed still" "$(direct $first $last)" "0 0"
unlike "lockdep goes on" "$(dmesg_all)" 'MAX_LOCK_DEPTH too low|turning off the locking correctness validator'
