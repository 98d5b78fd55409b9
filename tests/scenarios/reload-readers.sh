# SPDX-License-Identifier: GPL-2.0-only
# The module is repeatedly loaded, turned on and off, and unloaded, while something reads the regions
# continuously: no call enters freed code, and each answer is consistent.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: few
# append: kmemleak=off
# Without kmemleak, which would double the time; reload.sh looks for leaks.

cycles=1000
! planted || cycles=60

device=0000:00:08.0
regions_file=/sys/kernel/iommu_groups/$(group_of $device)/reserved_regions
module=$(modinfo -n vfio_passfix)

modprobe vfio-pci
modprobe -r vfio-pci vfio_iommu_type1_passfix vfio_passfix
load_test_module
stock_probes=$(probes)
stock=$(cat "$regions_file")

# Answers may be those of before or after a change, but never a mixture.
read_regions() {
	reads=0
	while [ ! -e /tmp/enough ]; do
		answer=$(cat "$regions_file")
		case $answer in
		*' direct
'*'direct-relaxable'* | *'direct-relaxable'*' direct
'*) echo "$answer" >>/tmp/mixed ;;
		esac
		reads=$((reads + 1))
		usleep 5000
	done
	echo $reads >/tmp/reads
}
read_regions &
reader=$!
cycle() {
	insmod "$module" pass_fix=1 && echo 0 >"$PARAMETERS/pass_fix" && rmmod vfio_passfix
}
failed=0
for _ in $(seq $cycles); do
	cycle || failed=$((failed + 1))
done
is "$cycles times loaded and on, off, and unloaded: as often without an error" $failed 0
touch /tmp/enough
wait $reader
is "a reader of the regions ends well" $? 0
ok "it has asked $(cat /tmp/reads) times" test "$(cat /tmp/reads)" -gt $((cycles / 4))
ok "no answer was half the fix's and half stock's" test ! -e /tmp/mixed
is "the regions are stock's" "$(cat "$regions_file")" "$stock"
is "no probe is left" "$(probes)" "$stock_probes"
is "no module is left" "$(lsmod | grep -c "^vfio_passfix")" 0
