# SPDX-License-Identifier: GPL-2.0-only
# Races: toggles, claims by both interfaces, binding and unloading, all at the same time. Only
# allowed events happen, each of them does, and at the end off is stock.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: races
# append: kmemleak=off
# kmemleak would double the time, so slab objects are counted instead.

toggles=10000
claims=10000
unloads=2000
owned_toggles=1000
off_us=300000
! planted || toggles=400 claims=400 unloads=400 owned_toggles=50

alone=0000:00:08.0
other=0000:00:09.0
twins="0000:00:0a.0 0000:00:0a.1"
all="$alone $other $twins"
owned=0000:00:0b.0
page=0x7e000000

# shellcheck disable=SC2086 # a word each
all_state() {
	state $page $all $owned
}

# With a planted bug, the guest may end with its message.
planted || quiet_console
load_modules
echo 1 >/sys/module/iommufd/parameters/allow_unsafe_interrupts
remember_objects
stock=$(all_state)
stock_probes=$(probes)

for bdf in $all $owned; do
	echo vfio-pci >"/sys/bus/pci/devices/$bdf/driver_override"
done
# Each device is claimed by the container, and one of each group by iommufd; toggles use the
# parameters of both modules.
play "toggles, claims, binding and unloading at once" \
	toggles $toggles claims $claims unloads $unloads \
	toggle "$PARAMETERS/pass_fix" $off_us toggle "$PARAMETERS/pass_fix" $off_us \
	toggle "$TYPE1_PARAMETERS/pass_fix" $off_us \
	claim $alone fd-claim $alone claim $other fd-claim $other \
	claim 0000:00:0a.0 claim 0000:00:0a.1 fd-claim 0000:00:0a.1 \
	bind "$(echo "$all" | tr ' ' ,)" \
	unload "$(modinfo -n vfio_iommu_type1_passfix)" "$(modinfo -n vfio_passfix)"
# Few tasks: with nine claimers there is rarely a moment without a claim, in which the fix can go off,
# and only after that are claims refused. How many are depends on which task runs next.
often 20 "log: on" "log: off" "container: refused" "iommufd: refused"
often 100 "off was refused with EBUSY" \
	"container: claimed, mapped, released" "iommufd: claimed, mapped, released" \
	"somebody else had the group" "not bound" bound unbound \
	"the fork could not be unloaded" "vfio_passfix could not be unloaded" "the fork was unloaded"
often 1 "vfio_passfix was unloaded"
is "each refusal was for the demand" "$(came "log: refused for the demand")" \
	$(($(came "container: refused") + $(came "iommufd: refused")))

[ "$(parameter pass_fix)" = N ] || ok "off" set_parameter pass_fix 0
is "off: no probe is left" "$(probes)" "$stock_probes"
is "off: all is as on stock, and the host's 1:1 mapping is there" "$(all_state)" "$stock"

ok "on" set_parameter pass_fix 1
bind $owned
play "toggles and unloading under an owner's hands" \
	toggles $owned_toggles unloads $owned_toggles own $owned \
	toggle "$PARAMETERS/pass_fix" 0 toggle "$TYPE1_PARAMETERS/pass_fix" 0 \
	unload "$(modinfo -n vfio_iommu_type1_passfix)" "$(modinfo -n vfio_passfix)"
often $owned_toggles "off was refused with EBUSY"
often $((owned_toggles / 10)) "the fork could not be unloaded" "vfio_passfix could not be unloaded"
is "none of them came to anything" "$(came "log: off") $(came "the fork was unloaded")" "0 0"
often 10 "DMA there and back"
unbind $owned
is "the fix is on, and all is relaxed" "$(parameter pass_fix) $(direct $owned)" "Y 0"
ok "off, now that nobody owns it" set_parameter pass_fix 0
is "off: all is as on stock again" "$(all_state)" "$stock"
ok "unused, the fork goes" rmmod vfio_iommu_type1_passfix
ok "off and unused, vfio_passfix goes" rmmod vfio_passfix

is "no slab has kept objects" "$(grown 250)" ""
