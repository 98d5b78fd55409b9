# SPDX-License-Identifier: GPL-2.0-only
# I7: no answer is missed, however many calls are in flight. A call that is in flight while the fix
# goes off or the modules are unloaded does not crash.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0
calls=1000

load_modules
ask stalling $device >/dev/null
ok "on" set_parameter pass_fix 1
flight=$(ask stall $device $calls)
like "$calls calls are in flight, as many as there are marks in the driver" "$flight" "^$calls 64\$"
# More calls wait for a free mark; other operations go on.
(reserved_regions $device >/tmp/regions) &
reader=$!
is "each answer is relaxed" "$(ask stall -)" "0 $calls"
wait $reader
unlike "that of one that came last, too" "$(cat /tmp/regions)" ' direct$'

# Calls that began while the fix was on get the stock answer after it is off.
flight=$(ask stall $device 60)
is "calls are in flight" "$flight" "60 60"
ok "off, with calls in flight" set_parameter pass_fix 0
is "require_direct is set" "$(direct $device)" 1
like "the regions are stock's" "$(reserved_regions $device)" '^0x000000007e000000 .* direct$'
rmmod vfio_iommu_type1_passfix
rmmod vfio_passfix &
remover=$!
sleep 2
ok "the module waits for them" test -e /sys/module/vfio_passfix
is "they get the stock answer" "$(ask stall -)" "60 0"
wait $remover
is "then it is unloaded" $? 0
ok "the driver's own callback answers" reserved_regions $device
ask own - >/dev/null
