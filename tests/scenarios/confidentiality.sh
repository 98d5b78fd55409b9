# SPDX-License-Identifier: GPL-2.0-only
# lockdown=confidentiality disables tracing, including kprobe events from user space. Kprobes of a
# signed module are still allowed, so the fix works.
# needs: strict
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# append: lockdown=confidentiality

device=0000:00:08.0

mount -t securityfs securityfs /sys/kernel/security
like "it is locked down" "$(cat /sys/kernel/security/lockdown)" '\[confidentiality\]'
like "tracing is switched off" "$(dmesg)" 'Tracing disabled due to lockdown'
mount -t tracefs tracefs /sys/kernel/tracing
nok "users get no kprobe" test -e /sys/kernel/tracing/kprobe_events
load_modules
bind $device
before=$(probes)
refused "off: VFIO refuses the device" $device
dmesg -c >/dev/null
ok "on" set_parameter pass_fix 1
like "on: the log says so" "$(dmesg)" 'vfio_passfix: on: [0-9]+ devices relaxed'
unlike "on: nothing that lockdown restricts was needed" "$(dmesg)" 'Lockdown:'
ok "on: probes are there" test "$(probes)" != "$before"
assigned "on: claimed, IOVA 0 mapped, DMA both ways" $device
turn_off "off" $device
is "off leaves no probe behind" "$(probes)" "$before"
bind $device
refused "off again: refused again" $device
