# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # these files share variables
# What the firmware left: the ACPI tables IVRS (AMD), DMAR (Intel) and IORT (Arm), option ROMs.

iommu=			# amd, intel or arm; empty: off, or none
dma_protection=0
declare -a iommus=()	# amd: addresses of the IOMMUs; intel: their names, dmar0 and so on; arm: segments
# The mappings that the firmware mandates, a field each: start and end of the memory, whom it is for, flags.
declare -a demands=()

# iommu amd ADDRESS | intel ROOT-BUS... | arm SEGMENT...: devices that are added after this are in groups.
# With AMD the IOMMU is a PCI device; with Intel there is one for each root bus named, and the
# last one has all others too; with Arm one for each PCI segment.
declare -A iommu_of_root=()
iommu() {
	local bus
	iommu=$1
	case $1 in
	amd)
		full "$2"
		iommus=("$REPLY")
		;;
	intel)
		for bus in "${@:2}"; do
			iommu_of_root[pci0000:$bus]=dmar${#iommus[@]}
			iommus+=("dmar${#iommus[@]}")
		done
		;;
	arm) iommus=("${@:2}") ;;
	*) die "iommu $1: neither amd, intel nor arm" ;;
	esac
}

# ivmd WHOM FLAGS START LENGTH: memory to be mapped 1:1. WHOM is "all", a device id
# 0300 or a range 0000-0fff (bus << 8 | device << 3 | function, hexadecimal);
# FLAGS: 1 unity, 2 read, 4 write, 8 exclusion.
ivmd() {
	demands+=("$3 $(($3 + $4 - 1)) $1 $2")
}

# rmrr START END WHOM...: the same with Intel. WHOM is the path from a root bus through
# bridges, 5d:00.0/00.1; with "below:" in front all behind that bridge.
rmrr() {
	local IFS=,
	demands+=("$1 $2 ${*:3} 0")
}

# rmr START END ADDRESS...: the same with Arm; flags as in the table may come before the
# addresses (0x14: normal memory, cached, may not be remapped).
rmr() {
	local start=$1 end=$2 flags=0x14 IFS=,
	shift 2
	if [[ $1 == 0x* ]]; then
		flags=$1
		shift
	fi
	demands+=("$start $end $* $flags")
}

# With this the BIOS says that its DMA protection is on.
dma_protection() {
	dma_protection=1
}

acpi_header() {
	bytes=
	ascii "$1"
	le 4 0
	le 1 "$2" 0
	ascii 'ALASKAA M I '
	zeros 2
	le 4 1
	ascii 'AMI '
	le 4 0x01000013
}

acpi_seal() {
	bytes_length "$bytes"
	bytes_set 4 4 "$REPLY"
	bytes_sum
	bytes_set 9 1 $((-REPLY))
	put_bytes "/sys/firmware/acpi/tables/$1" "$bytes" 400
}

# device_id ADDRESS, into REPLY.
device_id() {
	local rest=${1#*:}
	REPLY=$((16#${rest:0:2} << 8 | 16#${rest:3:2} << 3 | 16#${rest:6:1}))
}

# ivhd TYPE LENGTH ID FEATURES [EXTENDED...]: of the IOMMU with this device id; it covers all
# devices (entries 3 and 4: a range's begin and end).
ivhd() {
	le 1 "$1" 0xb0
	le 2 "$2" "$3" 0x40
	le 8 0xfd200000
	le 2 0 0
	le 4 "$4"
	le 8 "${@:5}"
	le 1 3 3 0 0
	le 1 4 0xff 0xff 0
}

ivrs() {
	local address id demand start end whom flags type
	acpi_header IVRS 2
	# IVinfo: 48 and 64 bits of addresses; bit 1 is the DMA protection.
	le 4 $((0x00203041 | dma_protection << 1))
	zeros 8
	for address in "${iommus[@]}"; do
		device_id "$address"
		id=$REPLY
		# Firmware has both for the same IOMMU.
		ivhd 0x10 32 "$id" 0x80048f6f
		ivhd 0x11 48 "$id" 0x00048000 0x246577efa2254afa 0
	done
	for demand in "${demands[@]}"; do
		read -r start end whom flags <<<"$demand"
		case $whom in
		all) type=0x20 whom=0000-0000 ;;
		*-*) type=0x22 ;;
		*) type=0x21 whom=$whom-0000 ;;
		esac
		le 1 "$type" "$flags"
		le 2 32 "0x${whom%-*}" "0x${whom#*-}"
		zeros 8
		le 8 "$start" $((end - start + 1))
	done
	acpi_seal IVRS
}

dmar_scope() {
	local whom=$1 type=1 hop
	local -a hops
	[[ $whom != below:* ]] || type=2 whom=${whom#below:}
	IFS=/ read -ra hops <<<"${whom#*:}"
	le 1 "$type" $((6 + 2 * ${#hops[@]})) 0 0 0 "0x${whom%%:*}"
	for hop in "${hops[@]}"; do
		le 1 "0x${hop%.*}" "0x${hop#*.}"
	done
}

# dmar_block TYPE HEADER SCOPE...: HEADER is what comes between the length and the scopes.
dmar_block() {
	local type=$1 header=$2 before=$bytes scope scopes
	bytes=
	for scope in "${@:3}"; do
		dmar_scope "$scope"
	done
	scopes=$bytes bytes=$before
	bytes_length "$header$scopes"
	le 2 "$type" $((4 + REPLY))
	bytes+=$header$scopes
}

# drhd NUMBER: of an IOMMU; what it is for are the bridges of its root bus, or the rest
# (flag 1).
drhd() {
	local header address root before=$bytes
	local -a scopes=()
	bytes=
	le 1 $(($1 == ${#iommus[@]} - 1)) 0
	le 2 0
	le 8 $((0xd37fc000 + $1 * 0x4000000))
	header=$bytes bytes=$before
	for address in "${devices[@]}"; do
		root=${of[$address,path]#/sys/devices/}
		[[ $1 -lt $((${#iommus[@]} - 1)) && $root == */"$address" && -v of[$address,buses] &&
			${iommu_of_root[${root%%/*}]-} == "dmar$1" ]] || continue
		scopes+=("below:${address#0000:}")
	done
	dmar_block 0 "$header" "${scopes[@]}"
}

dmar() {
	local i demand start end whom flags before
	acpi_header DMAR 1
	# 46 bits of addresses; flags: interrupt remapping, DMA protection.
	le 1 45 $((1 | dma_protection << 2))
	zeros 10
	for ((i = 0; i < ${#iommus[@]}; i++)); do
		drhd "$i"
	done
	for demand in "${demands[@]}"; do
		read -r start end whom flags <<<"$demand"
		before=$bytes bytes=
		le 2 0 0
		le 8 "$start" "$end"
		flags=$bytes bytes=$before
		# shellcheck disable=SC2086
		dmar_block 1 "$flags" ${whom//,/ }
	done
	acpi_seal DMAR
}

# iort_node TYPE REVISION LENGTH MAPPINGS MAPPINGS-AT: the header that IORT's nodes have.
iort_node() {
	le 1 "$1"
	le 2 "$3"
	le 1 "$2"
	le 4 "$nodes" "$4" "$5"
	nodes=$((nodes + 1))
}

# iort_mapping INPUT MORE OUTPUT TO FLAGS
iort_mapping() {
	le 4 "$@"
}

# Each SMMU is followed by the root complex of its segment, both of 148 bytes together, the
# first at 0x48. A stream id is a requester id and 0x10000.
iort() {
	local nodes=0 i demand start end whom flags address before
	local -A smmu_of=()
	acpi_header IORT 5
	le 4 $((1 + 2 * ${#iommus[@]} + ${#demands[@]})) 48 0
	iort_node 0 1 24 0 0
	le 4 1 0
	for ((i = 0; i < ${#iommus[@]}; i++)); do
		smmu_of[${iommus[i]}]=$((0x48 + 148 * i))
		iort_node 4 4 88 1 68
		le 8 $((0x09050000 + i * 0x100000))
		le 4 1 0
		le 8 0
		le 4 0 0 0 0 0 0 0
		iort_mapping 0 0x1ffff $((i << 20)) 48 0
		iort_node 2 4 60 1 40
		le 8 0x0300000000000001
		le 4 1 "0x${iommus[i]}"
		le 1 48 0 0 0
		le 4 0
		iort_mapping 0 0xffff 0x10000 "${smmu_of[${iommus[i]}]}" 0
	done
	for demand in "${demands[@]}"; do
		read -r start end whom flags <<<"$demand"
		before=${whom//[^,]/}
		i=$((1 + ${#before}))
		iort_node 6 3 $((28 + 20 * i + 20)) "$i" 28
		le 4 "$flags" 1 $((28 + 20 * i))
		for address in ${whom//,/ }; do
			device_id "$address"
			iort_mapping 0 0 $((0x10000 + REPLY)) "${smmu_of[${address%%:*}]}" 1
		done
		le 8 "$start" $((end - start + 1))
		le 4 0
	done
	acpi_seal IORT
}

# path_end PATH, into REPLY: the address of the device that a path of rmrr() leads to.
path_end() {
	local bus=${1%%:*} hop hops
	IFS=/ read -ra hops <<<"${1#*:}"
	for hop in "${hops[@]}"; do
		REPLY=0000:$bus:$hop
		bus=${of[$REPLY,buses]-}
		bus=${bus%-*}
	done
}

# demanded ADDRESS: the memory that the firmware mandates for a device, into $regions, as
# the kernel calls it: "start end type".
demanded() {
	local demand start end whom flags scope type id
	regions=()
	device_id "$1"
	id=$REPLY
	for demand in "${demands[@]}"; do
		read -r start end whom flags <<<"$demand"
		type=direct
		if [[ $iommu == amd ]]; then
			# Linux maps blocks for unity and for exclusion alone.
			((flags & 9)) || continue
			# In whole pages, upwards.
			((end = (end - start + 0x1000) & ~0xfff, start = (start + 0xfff) & ~0xfff, end += start - 1))
			case $whom in
			all) ;;
			*-*) ((16#${whom%-*} <= id && id <= 16#${whom#*-})) || continue ;;
			*) ((16#$whom == id)) || continue ;;
			esac
		elif [[ $iommu == arm ]]; then
			[[ ,$whom, == *,"$1",* ]] || continue
			((!(flags & 1))) || type=direct-relaxable
		else
			# Intel's driver lets graphics and USB go.
			[[ ${of[$1,class]} != @(03????|0c03??) ]] || type=direct-relaxable
			for scope in ${whom//,/ }; do
				path_end "${scope#below:}"
				[[ $1 != "$REPLY" ]] || break
				[[ $scope != below:* || ${of[$1,path]} != "${of[$REPLY,path]}"/* ]] || break
				scope=
			done
			[[ -n $scope ]] || continue
		fi
		regions+=("$((start)) $((end)) $type")
	done
}

# image CODE ID CLASS LAST BLOCKS: one image of an option ROM, as BLOCKS of 512 bytes.
image() {
	local code=$1 id=$2 class=$3 last=$4 blocks=$5 all=$bytes
	bytes=
	le 2 0xaa55
	if ((code == 3)); then
		# A boot service driver for x86-64, not compressed, at 0x34.
		le 2 "$blocks"
		le 4 0x0ef1
		le 2 0x0b 0x8664 0
		zeros 8
		le 2 0x34 0x1c
	else
		le 1 "$blocks" 0xcb
		zeros 20
		le 2 0x1c
	fi
	zeros 2
	ascii PCIR
	le 2 "0x${id%:*}" "0x${id#*:}" 0 24
	le 1 0
	le 3 "0x$class"
	le 2 "$blocks" 1
	le 1 "$code" $((last << 7))
	le 2 0
	ascii MZ
	bytes_length "$bytes"
	zeros $((512 * blocks - REPLY))
	if ((code == 0)); then
		bytes_sum
		bytes_set $((512 * blocks - 1)) 1 $((-REPLY))
	fi
	bytes=$all$bytes
}

# option_rom ID CLASS KIND, into $bytes. KIND: legacy, uefi, or both.
option_rom() {
	bytes=
	case $3 in
	legacy) image 0 "$1" "$2" 1 2 ;;
	uefi) image 3 "$1" "$2" 1 2 ;;
	both)
		image 0 "$1" "$2" 0 2
		image 3 "$1" "$2" 1 2
		;;
	*) die "option ROM of kind $3: neither legacy, uefi nor both" ;;
	esac
}

# rom_file PATH ID KIND: a file with a graphics card's option ROM.
rom_file() {
	option_rom "$2" 030000 "$3"
	put_bytes "$1" "$bytes"
}

finish_firmware() {
	case $iommu in
	amd) ivrs ;;
	intel) dmar ;;
	arm) iort ;;
	esac
}
