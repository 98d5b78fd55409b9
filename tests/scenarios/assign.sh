# SPDX-License-Identifier: GPL-2.0-only
# The main job: stock rejects the device, the fix off rejects it, on assigns it, off rejects it again.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

load_modules
bind 0000:00:08.0
refused "off: VFIO refuses the device" 0000:00:08.0

before=$(probes)
ok "turned on at run time" set_parameter pass_fix 1
assigned "on: claimed, IOVA 0 mapped, DMA both ways" 0000:00:08.0
like "it is listed as relaxed" "$(parameter relaxed)" '^0000:00:08\.0$'

unbind 0000:00:08.0
ok "turned off" set_parameter pass_fix 0
is "off leaves no probe behind" "$(probes)" "$before"
bind 0000:00:08.0
refused "off again: refused again" 0000:00:08.0
