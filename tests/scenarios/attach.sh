# SPDX-License-Identifier: GPL-2.0-only
# Hunk 8: a group is relaxed before it is attached, even if something set require_direct meanwhile.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0

load_modules
bind $device
set_parameter pass_fix 1
client join $device wait attach iommu wait attached open map 0 0x10000 dma 0 release >/tmp/attach.log 2>&1 &
pid=$!
wait_for test -e /tmp/attach.ready
ask set-direct $device 1 >/dev/null
touch /tmp/attach.go
ok "it is attached with the bit set" wait_for test -e /tmp/attached.ready
is "the bit is clear then" "$(direct $device)" 0
touch /tmp/attached.go
wait $pid
is "and it is used and released" $? 0
is "the host's domain is back" "$(ask iova $device 0x7e000000)" 0x7e000000
assigned "and it can be assigned again" $device
