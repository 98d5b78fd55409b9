# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Makes the root of a small host for --root: memory, a processor, devices behind one bridge,
# option ROMs. Sourced by tests that need no more of a machine.

# new_root DIR: makes one with 64 GB and names of devices; the functions below fill it.
new_root() {
	root=$1
	rm -rf "$root"
	mkdir -p "$root"/{sys/bus/pci/devices,proc,usr/share/misc}
	# The bridge above the devices.
	mkdir -p "$root/sys/devices/pci0000:00/0000:00:01.1"
	ln -s "../../../devices/pci0000:00/0000:00:01.1" "$root/sys/bus/pci/devices/"
	echo 0x060400 >"$root/sys/devices/pci0000:00/0000:00:01.1/class"
	printf 'MemTotal:       65758300 kB\nMemFree:        60000000 kB\n' >"$root/proc/meminfo"
	printf '%s\n' '1002  Advanced Micro Devices, Inc. [AMD/ATI]' \
		$'\t744c  Navi 31 [Radeon RX 7900 XT]' $'\tab30  Navi 31 HDMI/DP Audio' \
		'10de  NVIDIA Corporation' $'\t2204  GA102 [GeForce RTX 3090]' >"$root/usr/share/misc/pci.ids"
}

# processor VENDOR CORES THREADS [SINGLE]: CORES with THREADS each, numbered as firmware numbers
# them, the first threads of all cores first; then SINGLE cores with one thread.
processor() {
	local cpu core list

	printf 'processor\t: 0\nvendor_id\t: %s\n' "$1" >"$root/proc/cpuinfo"
	rm -rf "$root/sys/devices/system/cpu"
	for ((cpu = 0; cpu < $2 * $3 + ${4:-0}; cpu++)); do
		core=$((cpu % $2)) list=$cpu
		if ((cpu < $2 * $3 && $3 > 1)); then
			list=$core,$((core + $2))
		fi
		mkdir -p "$root/sys/devices/system/cpu/cpu$cpu/topology"
		echo "$list" >"$root/sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list"
	done
}

# hugepages KIB TOTAL FREE
hugepages() {
	local pool=$root/sys/kernel/mm/hugepages/hugepages-$1kB

	mkdir -p "$pool"
	echo "$2" >"$pool/nr_hugepages"
	echo "$3" >"$pool/free_hugepages"
}

# device ADDRESS CLASS VENDOR:DEVICE GROUP: adds a device; sets $device to its folder.
device() {
	local link=$root/sys/bus/pci/devices/$1

	device=$root/sys/devices/pci0000:00/0000:00:01.1/$1
	mkdir -p "$device" "$root/sys/kernel/iommu_groups/$4/devices"
	echo "0x$2" >"$device/class"
	echo "0x${3%:*}" >"$device/vendor"
	echo "0x${3#*:}" >"$device/device"
	ln -s "../../../../kernel/iommu_groups/$4" "$device/iommu_group"
	ln -s "../../../../devices/pci0000:00/0000:00:01.1/$1" "$root/sys/kernel/iommu_groups/$4/devices/"
	ln -s "../../../devices/pci0000:00/0000:00:01.1/$1" "$link"
}

# rom_image TYPE VENDOR:DEVICE KIB [last]: prints one image of an option ROM. TYPE is x86, or efi
# and the code of the machine: efi8664.
rom_image() {
	perl -e '
		my ($type, $id, $kib, $last) = @ARGV;
		my ($vendor, $device) = map { hex } split /:/, $id;
		my ($blocks, $efi) = (2 * $kib, $type =~ /^efi(.*)/ ? hex $1 : 0);
		my $head = $efi
			? pack("vvVvvvx8vv", 0xaa55, $blocks, 0x0ef1, 0xb, $efi, 1, 0x40, 0x1c)
			: pack("vCx21v", 0xaa55, $blocks, 0x1c);
		my $data = pack("a4vvvvCvCvvCCv", "PCIR", $vendor, $device, 0, 24, 3, 0, 3, $blocks, 0,
			$efi ? 3 : 0, $last ? 0x80 : 0, 0);
		my $image = pack("a" . (1024 * $kib), pack("a28a*", $head, $data) . "\0\0");
		substr($image, -1) = pack("C", -unpack("%8C*", $image) & 0xff) unless $efi;
		print $image;
	' "$@"
}
