# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # these files share variables
# The PCI devices and the IOMMU groups, in the order of the description.

declare -a devices=()		# addresses
declare -A of=()		# what is known of a device, by "address,key"
declare -A bridge_to=()		# the bridge above a bus, by "segment:bus"
declare -A members=()		# of a group, by number
declare -A group_type=()	# of a group, where it is not the default
default_type=DMA-FQ
last_group=-1
last_bus=

# Where the next BAR goes: below 4 GiB, above it, I/O ports.
low=$((0xd0000000)) high=$((0x7c00000000)) ports=$((0x1000))

# default_domain TYPE: of the groups whose devices say no other.
default_domain() {
	default_type=$1
}

# full ADDRESS, into REPLY: with its segment.
full() {
	REPLY=$1
	[[ $1 == *:*:* ]] || REPLY=0000:$1
}

# device ADDRESS VENDOR:DEVICE CLASS [KEY=VALUE...]: CLASS of six digits. The keys:
#   driver=NAME      bound to it; its module is then loaded
#   override=NAME    driver_override
#   group=same|none|ADDRESS  IOMMU group: that of the device before, by address, or of another
#                    one before; otherwise the next
#   type=TYPE        of that group's default domain
#   bar0= ... bar5=  KIND:SIZE[/MASK], see add_bar()
#   rom=KIND         an option ROM, see option_rom()
#   boot_vga=0|1     on displays
#   sub=VENDOR:DEVICE rev=HH irq=N
#   power=D3hot runtime=suspended
#   link=GEN:WIDTH   of PCI Express, as 4:16
#   reset=METHOD...  by comma
#   physfn=ADDRESS   it is a virtual function of that device
device() {
	local address=$1 id=$2 class=$3 option parent
	shift 3
	full "$address"
	address=$REPLY
	[[ ! -v of[$address,id] ]] || die "$address comes twice"
	devices+=("$address")
	of[$address,id]=$id of[$address,class]=$class
	for option; do
		case ${option%%=*} in
		driver | override | group | type | bar[0-5] | rom | boot_vga | sub | rev | irq | power | runtime | \
			link | reset | physfn | buses) of[$address,${option%%=*}]=${option#*=} ;;
		*) die "$address: no key ${option%%=*}" ;;
		esac
	done

	parent=${bridge_to[${address%:*}]-}
	of[$address,parent]=$parent
	if [[ -n $parent ]]; then
		of[$address,path]=${of[$parent,path]}/$address
	else
		of[$address,path]=${root_of[${address%:*}]-/sys/devices/pci${address%:*}}/$address
	fi
	[[ $address == *.0 ]] || of[${address%?}0,multifunction]=1
	[[ -z ${of[$address,driver]-} ]] || driver_module "${of[$address,driver]}"
	place_bars "$address"
}

# bridge ADDRESS VENDOR:DEVICE BUSES [KEY=VALUE...]: to the buses "01" or "01-03".
bridge() {
	local address=$1 id=$2 buses=$3
	shift 3
	full "$address"
	address=$REPLY
	[[ $buses == *-* ]] || buses=$buses-$buses
	bridge_to[${address%%:*}:${buses%-*}]=$address
	device "$address" "$id" 060400 driver=pcieport buses="$buses" "$@"
}

# root_bus ADDRESS DOMAIN:BUS: the function has a root bus of its own, as Intel's VMD.
declare -A root_of=()
root_bus() {
	full "$1"
	root_of[$2]=${of[$REPLY,path]}/pci$2
}

driver_module() {
	[[ -v module_of_driver[$1] ]] || die "no module for the driver $1"
	[[ $1 == pcieport ]] || load "${module_of_driver[$1]}"
}

# The kernel numbers groups as it finds devices, which is by address. The IOMMU itself
# is in none.
join_group() {
	local group=${of[$1,group]-next}
	[[ -n $iommu && ${of[$1,class]} != 0806* ]] || group=none
	case $group in
	none)
		unset "of[$1,group]"
		return
		;;
	same) group=$last_group ;;
	*:*)
		full "$group"
		group=${of[$REPLY,group]}
		;;
	next) group=$((last_group + 1)) ;;
	esac
	last_group=$group
	of[$1,group]=$group
	members[$group]+=" $1"
	[[ -z ${of[$1,type]-} ]] || group_type[$group]=${of[$1,type]}
}

bytes_of() {
	case $1 in
	*K) REPLY=$((${1%K} << 10)) ;;
	*M) REPLY=$((${1%M} << 20)) ;;
	*G) REPLY=$((${1%G} << 30)) ;;
	*) REPLY=$1 ;;
	esac
}

# align VARIABLE SIZE
align() {
	local -n cursor=$1
	cursor=$(((cursor + $2 - 1) / $2 * $2))
}

# A bridge passes on windows of 1 MiB, or 4 KiB of ports.
place_bars() {
	local i
	if [[ $last_bus != "${1%:*}" ]]; then
		last_bus=${1%:*}
		align low 0x100000
		align high 0x100000
		align ports 0x1000
	fi
	for i in 0 1 2 3 4 5; do
		[[ ! -v of[$1,bar$i] ]] || add_bar "$1" "$i" "${of[$1,bar$i]}"
	done
	if [[ -v of[$1,rom] ]]; then
		align low 0x20000
		of[$1,line6]="$low $((low + 0x1ffff)) 0x46200"
		low=$((low + 0x20000))
	fi
}

# add_bar ADDRESS INDEX KIND:SIZE[/MASK]: KIND is io, m32, m64, p64 (prefetchable, which
# goes above 4 GiB); bit n of MASK: it can be resized to 2^n MiB.
add_bar() {
	local kind=${3%%:*} size=${3#*:} start window flags
	[[ $size != */* ]] || of[$1,resize$2]=${size#*/}
	bytes_of "${size%/*}"
	size=$REPLY
	case $kind in
	io) window=io flags=0x40101 ;;
	m32) window=memory flags=0x40200 ;;
	m64) window=memory flags=0x140204 ;;
	p64) window=prefetch flags=0x14220c ;;
	*) die "$1: no kind of BAR $kind" ;;
	esac
	case $window in
	io) align ports "$size" && start=$ports ports=$((ports + size)) ;;
	memory) align low "$size" && start=$low low=$((low + size)) ;;
	prefetch) align high "$size" && start=$high high=$((high + size)) ;;
	esac
	of[$1,line$2]="$start $((start + size - 1)) $flags"
	widen "${of[$1,parent]}" "$window" "$start" $((start + size - 1))
}

# widen BRIDGE WINDOW START END: so that it and those above it pass that on.
widen() {
	local bridge=$1 start end
	while [[ -n $bridge ]]; do
		start=${of[$bridge,$2,start]-$3} end=${of[$bridge,$2,end]-$4}
		of[$bridge,$2,start]=$(($3 < start ? $3 : start))
		of[$bridge,$2,end]=$(($4 > end ? $4 : end))
		bridge=${of[$bridge,parent]}
	done
}

# The lines of "resource": six BARs, the ROM, six for virtual functions, of a bridge
# four windows.
resource() {
	local address=$1 i line window count=13 all='' start end flags unit
	[[ ! -v of[$address,buses] ]] || count=17
	for window in '13 io 0x101 0x1000' '14 memory 0x200 0x100000' '15 prefetch 0x102201 0x100000'; do
		read -r i window flags unit <<<"$window"
		[[ -v of[$address,$window,start] ]] || continue
		start=$((of[$address,$window,start] / unit * unit))
		end=$(((of[$address,$window,end] / unit + 1) * unit - 1))
		of[$address,$window]="$start $end"
		of[$address,line$i]="$start $end $flags"
	done
	for ((i = 0; i < count; i++)); do
		read -r start end flags <<<"${of[$address,line$i]-0 0 0}"
		printf -v line '0x%016x 0x%016x 0x%016x\n' "$start" "$end" "$flags"
		all+=$line
	done
	put "${of[$address,path]}/resource" "${all%$'\n'}"
}

# The first 64 bytes of the configuration space.
config() {
	local address=$1 class=${of[$1,class]} bytes='' header=0 i start end flags id sub
	id=${of[$1,id]} sub=${of[$1,sub]-${of[$1,id]}}
	le 2 "0x${id%:*}" "0x${id#*:}" 0x0007 0
	le 1 "0x${of[$address,rev]-00}"
	le 3 "0x$class"
	[[ ! -v of[$address,buses] ]] || header=1
	[[ ! -v of[$address,multifunction] ]] || header=$((header | 0x80))
	le 1 16 0 "$header" 0
	for ((i = 0; i < ((header & 1) ? 2 : 6); i++)); do
		if [[ ! -v of[$address,line$i] ]]; then
			le 4 0
			continue
		fi
		read -r start end flags <<<"${of[$address,line$i]}"
		case $flags in
		0x40101) le 4 $((start | 1)) ;;
		0x40200) le 4 "$start" ;;
		*)
			le 8 $((start | (flags & 0xc)))
			i=$((i + 1))
			;;
		esac
	done
	if ((header & 1)); then
		i=${address%:*}
		le 1 "0x${i#*:}" "0x${of[$address,buses]%-*}" "0x${of[$address,buses]#*-}" 0
		# A window whose end is before its start is none.
		read -r start end <<<"${of[$address,io]-0xf000 0}"
		le 1 $((start >> 8 & 0xf0)) $((end >> 8 & 0xf0))
		le 2 0
		read -r start end <<<"${of[$address,memory]-0xfff00000 0}"
		le 2 $((start >> 16 & 0xfff0)) $((end >> 16 & 0xfff0))
		read -r start end <<<"${of[$address,prefetch]-0xfff00000 0}"
		le 2 $((start >> 16 & 0xfff0 | 1)) $((end >> 16 & 0xfff0 | 1))
		le 4 $((start >> 32)) $((end >> 32)) 0
		le 4 0 0
		le 1 "${of[$address,irq]-0}" 1
		le 2 2
	else
		le 4 0
		le 2 "0x${sub%:*}" "0x${sub#*:}"
		read -r start end flags <<<"${of[$address,line6]-0 0 0}"
		le 4 "$start" 0 0
		le 1 "${of[$address,irq]-0}" 1 0 0
	fi
	put_bytes "${of[$address,path]}/config" "$bytes"
}

declare -a speeds=('' 2.5 5.0 8.0 16.0 32.0)

finish_device() {
	local address=$1 path=${of[$1,path]} class=${of[$1,class]} driver=${of[$1,driver]-} group=${of[$1,group]-}
	local id sub alias i
	id=${of[$1,id]} sub=${of[$1,sub]-${of[$1,id]}}
	put "$path/vendor" "0x${id%:*}" 444
	put "$path/device" "0x${id#*:}" 444
	put "$path/class" "0x$class" 444
	put "$path/revision" "0x${of[$address,rev]-00}" 444
	put "$path/subsystem_vendor" "0x${sub%:*}" 444
	put "$path/subsystem_device" "0x${sub#*:}" 444
	put "$path/irq" "${of[$address,irq]-0}" 444
	put "$path/driver_override" "${of[$address,override]-(null)}"
	put "$path/enable" 1
	put "$path/numa_node" -1
	put "$path/power_state" "${of[$address,power]-D0}" 444
	put "$path/power/runtime_status" "${of[$address,runtime]-active}" 444
	put "$path/power/control" auto
	put "$path/d3cold_allowed" 1
	put "$path/remove" '' 220
	put "$path/rescan" '' 200
	alias=${id^^} i=${sub^^}
	alias=pci:v0000${alias%:*}d0000${alias#*:}sv0000${i%:*}sd0000${i#*:}
	i=${class^^}
	alias+=bc${i:0:2}sc${i:2:2}i${i:4:2}
	put "$path/modalias" "$alias" 444
	put "$path/uevent" "${driver:+DRIVER=$driver
}PCI_CLASS=${i#0}
PCI_ID=${id^^}
PCI_SUBSYS_ID=${sub^^}
PCI_SLOT_NAME=$address
MODALIAS=$alias"
	# Of others the kernel tells nothing.
	if [[ $class == 0300* ]]; then
		put "$path/boot_vga" "${of[$address,boot_vga]-0}" 444
	fi
	if [[ -v of[$address,buses] ]]; then
		put "$path/secondary_bus_number" $((16#${of[$address,buses]%-*})) 444
		put "$path/subordinate_bus_number" $((16#${of[$address,buses]#*-})) 444
	fi
	if [[ -v of[$address,link] ]]; then
		for i in current max; do
			put "$path/${i}_link_speed" "${speeds[${of[$address,link]%:*}]} GT/s PCIe" 444
			put "$path/${i}_link_width" "${of[$address,link]#*:}" 444
		done
	fi
	[[ ! -v of[$address,reset] ]] || put "$path/reset_method" "${of[$address,reset]//,/ }"
	for i in 0 1 2 3 4 5; do
		[[ ! -v of[$address,resize$i] ]] || {
			printf -v REPLY '%016x' "0x${of[$address,resize$i]}"
			put "$path/resource${i}_resize" "$REPLY"
		}
	done
	resource "$address"
	config "$address"
	if [[ -v of[$address,rom] ]]; then
		option_rom "$id" "$class" "${of[$address,rom]}"
		put_bytes "$path/rom" "$bytes" 600
	fi

	lead "$path/subsystem" /sys/bus/pci
	lead "/sys/bus/pci/devices/$address" "$path"
	if [[ -v of[$address,physfn] ]]; then
		i=0000:${of[$address,physfn]#0000:}
		lead "$path/physfn" "${of[$i,path]}"
		lead "${of[$i,path]}/virtfn0" "$path"
		put "${of[$i,path]}/sriov_numvfs" 1
		put "${of[$i,path]}/sriov_totalvfs" 64 444
	fi
	if [[ -n $driver ]]; then
		lead "$path/driver" "/sys/bus/pci/drivers/$driver"
		lead "/sys/bus/pci/drivers/$driver/$address" "$path"
	fi
	if [[ -n $group ]]; then
		lead "$path/iommu_group" "/sys/kernel/iommu_groups/$group"
		lead "/sys/kernel/iommu_groups/$group/devices/$address" "$path"
		iommu_of "$address"
		lead "$path/iommu" "$REPLY"
		lead "$REPLY/devices/$address" "$path"
	fi
	[[ $driver != vfio-pci || -z $group ]] || bound_to_vfio "$address"
}

# iommu_of ADDRESS, into REPLY: where the kernel has the IOMMU of a device.
iommu_of() {
	if [[ $iommu == amd ]]; then
		REPLY=${of[${iommus[0]},path]}/iommu/ivhd0
	elif [[ $iommu == arm ]]; then
		smmu_of_segment "${1%%:*}"
	else
		# The last one has the rest; of the others each has the buses of a root.
		REPLY=${of[$1,path]#/sys/devices/}
		REPLY=/sys/devices/virtual/iommu/${iommu_of_root[${REPLY%%/*}]-${iommus[-1]}}
	fi
}

# smmu_of_segment SEGMENT, into REPLY: the platform's device is named by number, its IOMMU by address.
smmu_of_segment() {
	local i
	for ((i = 0; i < ${#iommus[@]}; i++)); do
		[[ ${iommus[i]} != "$1" ]] || break
	done
	printf -v REPLY '/sys/devices/platform/arm-smmu-v3.%d.auto/iommu/smmu3.0x%016x' \
		"$i" $((0x09050000 + i * 0x100000))
}

declare -i vfio_devices=0

bound_to_vfio() {
	put "/dev/vfio/${of[$1,group]}" '' 600
	if [[ -v loaded[iommufd] ]]; then
		put "${of[$1,path]}/vfio-dev/vfio$vfio_devices/dev" "511:$vfio_devices"
		put "/dev/vfio/devices/vfio$vfio_devices" '' 600
		vfio_devices+=1
	fi
}

# finish_group NUMBER: its regions are its devices' demands and what every group of this
# IOMMU has; with the fix on and one of its devices in scope they are relaxed,
# unless it is not in force.
finish_group() {
	local folder=/sys/kernel/iommu_groups/$1 address region line list='' relax=0 start end type
	local -a regions
	local -A seen=()
	for address in ${members[$1]}; do
		! covered "$address" || relax=1
	done
	for address in ${members[$1]}; do
		demanded "$address"
		((${#regions[@]} == 0 || relax == 0)) || of[$address,relaxed]=1
		for region in "${regions[@]}"; do
			seen[$region]=1
		done
	done
	if [[ $iommu == arm ]]; then
		seen["$((0x8000000)) $((0x80fffff)) msi"]=1
	else
		seen["$((0xfee00000)) $((0xfeefffff)) msi"]=1
	fi
	[[ $iommu != amd ]] || seen["$((0xfd00000000)) $((0xffffffffff)) reserved"]=1
	for region in "${!seen[@]}"; do
		read -r start end type <<<"$region"
		if [[ $type == direct && -z $not_in_force ]] && ((relax)); then
			# The fix leaves page 0 out.
			((start >= 4096)) || start=4096
			((start <= end)) || continue
			type=direct-relaxable
		fi
		printf -v line '0x%016x 0x%016x %s' "$start" "$end" "$type"
		list+=$line$'\n'
	done
	sort_lines "$list"
	put "$folder/reserved_regions" "$REPLY" 444
	put "$folder/type" "${group_type[$1]-$default_type}"
}

# sort_lines LINES, into REPLY: by hand, since a process for each group takes longer.
sort_lines() {
	local i j line
	local -a lines
	mapfile -t lines <<<"${1%$'\n'}"
	for ((i = 1; i < ${#lines[@]}; i++)); do
		line=${lines[i]}
		for ((j = i; j > 0; j--)); do
			[[ ${lines[j - 1]} > $line ]] || break
			lines[j]=${lines[j - 1]}
		done
		lines[j]=$line
	done
	printf -v REPLY '%s\n' "${lines[@]}"
	REPLY=${REPLY%$'\n'}
}

# iommu_registers UNIT REGISTER VALUE: what an IOMMU says of itself, cap or ecap of dmar0 and so on,
# cap or features of ivhd0.
declare -A register=()
iommu_registers() {
	register[$1,$2]=$3
}

finish_iommus() {
	local i
	if [[ $iommu == amd ]]; then
		i=${of[${iommus[0]},path]}/iommu/ivhd0
		put "$i/amd-iommu/cap" "${register[ivhd0,cap]-190b640f}" 444
		put "$i/amd-iommu/features" "${register[ivhd0,features]-246577efa2254afa}" 444
		lead /sys/class/iommu/ivhd0 "$i"
		return
	fi
	if [[ $iommu == arm ]]; then
		for i in "${iommus[@]}"; do
			smmu_of_segment "$i"
			folder "$REPLY"
			lead "/sys/class/iommu/${REPLY##*/}" "$REPLY"
		done
		return
	fi
	for i in "${iommus[@]}"; do
		put "/sys/devices/virtual/iommu/$i/intel-iommu/version" 1:0 444
		put "/sys/devices/virtual/iommu/$i/intel-iommu/cap" "${register[$i,cap]-8d2078c106f0466}" 444
		put "/sys/devices/virtual/iommu/$i/intel-iommu/ecap" "${register[$i,ecap]-f020df}" 444
		lead "/sys/class/iommu/$i" "/sys/devices/virtual/iommu/$i"
	done
}

# Every PCI driver that is there has its files, with devices or without.
finish_drivers() {
	local driver module folder name
	local -A there=()
	for module in "${!loaded[@]}"; do
		[[ -z ${module_driver[$module]-} ]] || there[${module_driver[$module]}]=$module
	done
	there[pcieport]=pcieport
	for driver in "${!there[@]}"; do
		folder=/sys/bus/pci/drivers/$driver
		for name in bind unbind new_id remove_id; do
			put "$folder/$name" '' 200
		done
		module=${there[$driver]}
		[[ $module != pcieport ]] || continue
		lead "$folder/module" "/sys/module/$module"
		lead "/sys/module/$module/drivers/pci:$driver" "$folder"
	done
	put /sys/bus/pci/drivers_probe '' 200
	put /sys/bus/pci/drivers_autoprobe 1
	put /sys/bus/pci/rescan '' 200
}

finish_pci() {
	local address group
	finish_drivers
	mapfile -t devices < <(printf '%s\n' "${devices[@]}" | sort)
	for address in "${devices[@]}"; do
		join_group "$address"
	done
	for address in "${devices[@]}"; do
		finish_device "$address"
	done
	[[ -n $iommu ]] || return 0
	finish_iommus
	for group in "${!members[@]}"; do
		finish_group "$group"
	done
}
