# SPDX-License-Identifier: GPL-2.0-only
# Invalid input gets a clear error, and changes nothing.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

load_modules

set_parameter devices 0000:00:08.0
while read -r entry text; do
	errors "devices: $text" "entry \"$entry\" is none of" set_parameter devices "$text"
done <<-LIST
	1002 1002
	1002:744 1002:744
	1002:744cc 1002:744cc
	10g2:744c 10g2:744c
	1002:\*\* 1002:**
	\*:744c *:744c
	03:00.0 03:00.0
	0000:03:00 0000:03:00
	0000:03:00.8 0000:03:00.8
	0000:03:20.0 0000:03:20.0
	0000:03:00.0x 0000:03:00.0x
	nonsense 1002:744c,nonsense,0000:03:00.0
LIST
errors "devices: an empty entry" 'entry "" is none of' set_parameter devices 1002:744c,,0000:03:00.0
errors "devices: a comma at the end" 'entry "" is none of' set_parameter devices 1002:744c,
is "the old scope is in force" "$(parameter devices)" 0000:00:08.0

dmesg -c >/dev/null
ok "devices that do not exist are taken" set_parameter devices "0000:0f:00.0,8086:1234,1234:11e8"
like "with a notice for the address" "$(dmesg)" 'no device matches "0000:0f:00\.0" now'
like "and one for the id" "$(dmesg)" 'no device matches "8086:1234" now'
unlike "and none for one that is there" "$(dmesg)" '"1234:11e8"'
ok "the same by what VMD numbers from 10000" set_parameter devices "10000:e1:00.0"

errors "pass_fix: neither 0 nor 1" 'pass_fix: "maybe" is neither 0 nor 1' set_parameter pass_fix maybe
errors "relaxed is read only, at load too" 'relaxed: is read only' eval '
	modprobe -r vfio_iommu_type1_passfix vfio_passfix; modprobe vfio_passfix relaxed=1'
errors "a load with a bad scope fails" 'entry "1002" is none of' modprobe vfio_passfix devices=1002 pass_fix=1
errors "and with a bad pass_fix after a good scope" 'pass_fix: "2x"' \
	modprobe vfio_passfix devices=1002:744c pass_fix=2x
is "nothing is loaded" "$(lsmod | grep -c passfix)" 1
ok "a load with all of it right" modprobe vfio_passfix devices=1234:11e8 pass_fix=1 memlock=0
is "is on" "$(parameter pass_fix) $(parameter memlock) $(parameter devices)" "Y N 1234:11e8"
set_parameter pass_fix 0

modprobe --ignore-install vfio_iommu_type1
errors "the fork does not load beside stock type1" 'modprobe -r vfio_iommu_type1' \
	modprobe vfio_iommu_type1_passfix pass_fix=1
is "and has not turned the fix on" "$(parameter pass_fix)" N
ok "as it says" modprobe -r vfio_iommu_type1
ok "it loads" modprobe vfio_iommu_type1_passfix
errors "pass_fix of the fork: neither 0 nor 1" 'pass_fix: "x" is neither' eval "echo x >$TYPE1_PARAMETERS/pass_fix"
ok "pass_fix of the fork is handed on" eval "echo 1 >$TYPE1_PARAMETERS/pass_fix"
is "both say so" "$(parameter pass_fix)$(cat "$TYPE1_PARAMETERS"/pass_fix)" YY
ok "both ways" eval "echo 0 >$TYPE1_PARAMETERS/pass_fix"
is "both say so" "$(parameter pass_fix)$(cat "$TYPE1_PARAMETERS"/pass_fix)" NN
set_parameter pass_fix 1
rmmod vfio_iommu_type1_passfix
ok "a load of the fork without pass_fix" modprobe vfio_iommu_type1_passfix
is "leaves it as it is" "$(parameter pass_fix)" Y
rmmod vfio_iommu_type1_passfix
ok "a load of the fork with pass_fix=0" modprobe vfio_iommu_type1_passfix pass_fix=0
is "turns it off" "$(parameter pass_fix)" N
