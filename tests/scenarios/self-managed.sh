# SPDX-License-Identifier: GPL-2.0-only
# Host drivers that manage DMA themselves do not keep the fix on: only VFIO's do.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

collector=0000:00:0e.0
stubbed=0000:00:08.0

load_modules
ask rcec $collector >/dev/null
echo pcieport >/sys/bus/pci/devices/$collector/driver_override
echo $collector >/sys/bus/pci/drivers_probe
like "pcieport has a Root Complex Event Collector" "$(readlink /sys/bus/pci/devices/$collector/driver)" 'pcieport$'
modprobe pci-stub
echo pci-stub >/sys/bus/pci/devices/$stubbed/driver_override
echo $stubbed >/sys/bus/pci/drivers_probe
like "pci-stub has a device" "$(readlink /sys/bus/pci/devices/$stubbed/driver)" 'pci-stub$'
is "nothing is bound to vfio-pci" "$(find /sys/bus/pci/drivers/vfio-pci -name '0000*')" ""
ok "on" set_parameter pass_fix 1
like "both are relaxed" "$(parameter relaxed | xargs)" "$stubbed.*$collector"
ok "off" set_parameter pass_fix 0
is "both have require_direct again" "$(direct $stubbed $collector)" "1 1"
bind 0000:00:09.0
ok "on" set_parameter pass_fix 1
errors "a device that is bound to vfio-pci keeps it on" '0000:00:09\.0: bound to vfio-pci' set_parameter pass_fix 0
