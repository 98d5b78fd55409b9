# SPDX-License-Identifier: GPL-2.0-only
# The demo's part in the guest; tests/demo shows the lines that begin with "# |".
# shellcheck shell=sh source=tests/vm/guest/guest.sh

device=0000:00:08.0

show() {
	printf '# |%-4s %-20s %-10s %s\n' "$1" "$2" "$3" "$4"
}

# try STEP TITLE refused|assigned: shows the result of a claim, and fails if it is not as expected.
try() {
	dmesg -c >/dev/null
	try_output=$(client claim $device map 0 0x10000 dma 0 ranges release 2>&1)
	try_status=$?
	try_log=$(dmesg | sed -n 's/^\[[^]]*\] //p' | grep "$KERNEL_SAYS" | head -n 1)
	if [ $try_status -eq 0 ]; then
		try_result=assigned
		show "$1" "$2" assigned "IOVA 0 mapped; a guest may have $(echo "$try_output" | grep -m 1 ^0x) and on"
		show "" "" "" "$(echo "$try_output" | grep '^dma')"
	else
		try_result=refused
		show "$1" "$2" refused "${try_output#client: }"
		show "" "" "" "${try_log:-(no word from the kernel)}"
		[ -n "$try_log" ] || try_result="refused for another reason"
	fi
	is "$2" "$try_result" "$3"
}

modprobe --ignore-install vfio_iommu_type1 "$UNSAFE"
modprobe vfio-pci
bind $device
is "no module of ours is loaded" "$(lsmod | grep -c passfix)" 0
try 1. "stock" refused
modprobe -r vfio_iommu_type1

load_vfio
is "our modules are loaded, not stock's" "$(lsmod | cut -d' ' -f1 | grep -E 'type1|passfix' | sort | xargs)" \
	"vfio_iommu_type1_passfix vfio_passfix"
try 2. "pass_fix=0" refused
set_parameter pass_fix 1
try 3. "pass_fix=1" assigned
unbind $device
set_parameter pass_fix 0
bind $device
try 4. "pass_fix=0 again" refused
