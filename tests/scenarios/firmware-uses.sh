# SPDX-License-Identifier: GPL-2.0-only
# DMA to pages with firmware-mandated 1:1 mappings while a guest owns the device: the IOMMU blocks
# it, and status and doctor name device, address and block. (Here the guest causes the DMA; for the
# IOMMU, DMA of the firmware looks the same. QEMU 7.2's AMD IOMMU reports no faults at all, so that
# is tested by the host of tests/tool/hosts/faults.)
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: intel
# rmrr: 0:1e000000:1e000fff:0:8.0 0:1e010000:1e010fff:0:8.0 0:1e010000:1e010fff:0:9.0
# append: memmap=4K$0x1e000000 memmap=4K$0x1e010000

device=0000:00:08.0
other=0000:00:09.0
unmandated=0000:01:00.0
first=0x1e000000
second=0x1e010000

# The driver logs two lines for each fault, and at most ten lines in five seconds.
may_log() {
	sleep 6
	dmesg -c >/dev/null
}

# reaches DEVICE ADDRESS: a guest makes the device do DMA there.
reaches() {
	may_log
	client claim "$1" scratch 0x10000 astray "$2" release
}

# logged DEVICE ADDRESS: the fault has been logged since then.
logged() {
	dmesg | grep -q "DMAR: .*Request device \\[.*${1#0000:}\\] fault addr $2 "
}

# What status lists.
listed() {
	vfio-passfix status | sed -n '/^faults /,/^setup /p' | sed '1d;$d' | tr -s ' \n' ' '
}

# What doctor's check says about a device.
checked() {
	vfio-passfix doctor "$1" --json | sed -n '/"id": *"faults"/,/"advice"/p' | tr -s ' \n' ' '
}

load_modules
bind $device $other $unmandated
ok "on" set_parameter pass_fix 1
is "nothing has happened yet" "$(vfio-passfix status | grep '^faults ')" "faults    none at relaxed addresses"

ok "DMA before the fix is turned on again" reaches $device $first
ok "it is logged" wait_for logged $device $first
like "and listed" "$(listed)" "^ $device: at $first, logged [0-9]+ times?, DMAR: RMRR at offset 0x[0-9a-f]+, device 00:08\.0 -> the firmware"
unbind $device $other $unmandated
ok "off" set_parameter pass_fix 0
ok "on again" set_parameter pass_fix 1
is "it is listed no more" "$(vfio-passfix status | grep '^faults ')" "faults    none at relaxed addresses"
bind $device $other $unmandated

ok "DMA elsewhere" reaches $device 0x1e001000
ok "it is logged" wait_for logged $device 0x1e001000
ok "DMA by a device without a 1:1 mapping" reaches $unmandated $first
ok "it is logged" wait_for logged $unmandated $first
ok "DMA by a device at the memory of another's" reaches $other $first
ok "it is logged" wait_for logged $other $first
is "none of them is listed" "$(vfio-passfix status | grep '^faults ')" "faults    none at relaxed addresses"
like "doctor finds none" "$(checked $device)" '"result": *"pass"'

ok "DMA to one of the firmware's pages" reaches $device $first
ok "it is logged" wait_for logged $device $first
may_log
background owner claim $device scratch 0x10000 astray $second
is "DMA to the other, and the guest goes on" $? 0
ok "it is logged" wait_for logged $device $second
like "status names device, address and block of the one" "$(listed)" \
	" $device: at $first, logged [0-9]+ times?, DMAR: RMRR at offset 0x[0-9a-f]+, device 00:08\.0 "
like "and of the other" "$(listed)" \
	" $device: at $second, logged [0-9]+ times?, DMAR: RMRR at offset 0x[0-9a-f]+, device 00:08\.0 "
like "and what it means" "$(listed)" 'the firmware or the device itself still uses this memory'
like "so does doctor" "$(checked $device)" \
	"\"warn\".*$device: at $first, .* RMRR at offset 0x.*$device: at $second, .* RMRR at offset 0x.*leave the device"
like "not for another device" "$(checked $other)" '"result": *"pass"'
go owner
is "the guest ends well" $? 0
like "both are listed afterwards, too" "$(listed)" "$device: at $first.*$device: at $second"
