# SPDX-License-Identifier: GPL-2.0-only
# Host drivers that manage DMA themselves do not prevent turning off; only VFIO drivers do.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

collector=0000:00:0e.0
stubbed=0000:00:08.0

load_modules
ask rcec $collector >/dev/null
bind_to pcieport $collector
is "pcieport has a Root Complex Event Collector" "$(driver_of $collector)" pcieport
modprobe pci-stub
bind_to pci-stub $stubbed
is "pci-stub has a device" "$(driver_of $stubbed)" pci-stub
is "nothing is bound to vfio-pci" "$(find /sys/bus/pci/drivers/vfio-pci -name '0000*')" ""
ok "on" set_parameter pass_fix 1
like "both are relaxed" "$(parameter relaxed | xargs)" "$stubbed.*$collector"
ok "off" set_parameter pass_fix 0
is "both have require_direct again" "$(direct $stubbed $collector)" "1 1"
bind 0000:00:09.0
ok "on" set_parameter pass_fix 1
errors "a device that is bound to vfio-pci keeps it on" '0000:00:09\.0: bound to vfio-pci' set_parameter pass_fix 0
