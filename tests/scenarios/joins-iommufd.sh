# SPDX-License-Identifier: GPL-2.0-only
# I3: a function joins a group that a user of iommufd owns, or has bound but not attached: by the
# device's own node, and by the group with iommufd as the container.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2034,SC2154

echo 1 >/sys/module/iommufd/parameters/allow_unsafe_interrupts
joins_begin
for scope in "" $owned; do
	join "fd-claim, scope \"$scope\"" "$scope" fd-claim "$owned" map 0 0x10000 dma 0
	join "compat-claim, scope \"$scope\"" "$scope" compat-claim "$owned" map 0 0x10000 dma 0
	join "fd-join, scope \"$scope\"" "$scope" fd-join "$owned"
done
joins_done 6
