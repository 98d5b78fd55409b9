# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # these files share variables
# The kernel and the processor: procfs, the modules and their files, sysfs's view of them.

release=
cmdline=
architecture=x86_64
declare -A elf_machine=([x86_64]=62 [aarch64]=183)
declare -A module_file=() module_driver=() module_depends=() module_parameters=() module_aliases=()
declare -A module_signer=() module_version=()
declare -A intree=()		# empty for what does not come with the kernel
declare -A builtin=() loaded=()
declare -A module_of_driver=()
not_in_force=
declare -A value=()		# of parameters, by "module,parameter"

# kernel RELEASE
kernel() {
	release=$1
}

# cmdline WORD...: what comes after the usual.
cmdline() {
	cmdline=$*
}

# by_efi: a boot loader that uses EFI's way, such as systemd-boot, and not GRUB.
by_efi() {
	by_efi=''
}

# put_thread NUMBER COUNT CORE SIBLINGS: one of that many in one package, with those that share its core.
put_thread() {
	local folder=/sys/devices/system/cpu/cpu$1
	put "$folder/topology/core_id" "$3"
	put "$folder/topology/physical_package_id" 0
	put "$folder/topology/thread_siblings_list" "$4"
	put "$folder/topology/core_cpus_list" "$4"
	put "$folder/topology/package_cpus_list" "0-$(($2 - 1))"
	(($1 == 0)) || put "$folder/online" 1
}

# put_threads COUNT INFO: all of them; INFO is what /proc/cpuinfo has.
put_threads() {
	local list
	put /proc/cpuinfo "${2%$'\n\n'}"$'\n'
	for list in online present possible; do
		put "/sys/devices/system/cpu/$list" "0-$(($1 - 1))"
	done
	put /sys/devices/system/node/online 0
	put /sys/devices/system/node/node0/cpulist "0-$(($1 - 1))"
}

# physical_bits BITS: of the processor's addresses; to be said before cpu.
physical_bits=48
physical_bits() {
	physical_bits=$1
}

# hypervisor VENDOR PRODUCT: this is a virtual machine, whose firmware bears these names; to be
# said before cpu.
hypervisor=
hypervisor() {
	hypervisor=1
	put /sys/devices/virtual/dmi/id/sys_vendor "$1" 444
	put /sys/devices/virtual/dmi/id/product_name "$2" 444
	lead /sys/class/dmi/id /sys/devices/virtual/dmi/id
}

# xen FEATURES: the system is a guest of Xen's with these features, in hexadecimal; of its first
# guest, dom0, they have bit 11.
xen() {
	hypervisor=1
	put /sys/hypervisor/type xen 444
	put /sys/hypervisor/properties/features "$1" 444
}

# cpu amd|intel CORES NAME [without-virtualization]: two threads a core, numbered as
# Linux does: all first threads, then all second ones.
# cpu arm CORES: one thread a core, and nothing of x86's.
cpu() {
	if [[ $1 == arm ]]; then
		arm "$2"
		return
	fi
	local vendor=$1 cores=$2 name=$3 flags='fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov lm'
	local count=$((2 * $2)) info='' id family i core siblings cpu_folder
	case $vendor in
	amd) id=AuthenticAMD family=26 flags+=${4-' svm'} ;;
	intel) id=GenuineIntel family=6 flags+=${4-' vmx'} ;;
	*) die "cpu $vendor: neither amd nor intel" ;;
	esac
	flags=${flags%without-virtualization}${hypervisor:+ hypervisor}
	for ((i = 0; i < count; i++)); do
		core=$((i % cores))
		siblings=$core,$((core + cores))
		info+="processor	: $i
vendor_id	: $id
cpu family	: $family
model name	: $name
physical id	: 0
siblings	: $count
core id		: $core
cpu cores	: $cores
apicid		: $((2 * core + i / cores))
flags		: $flags
address sizes	: $physical_bits bits physical, 48 bits virtual

"
		cpu_folder=/sys/devices/system/cpu/cpu$i
		put_thread "$i" "$count" "$core" "$siblings"
		put "$cpu_folder/topology/die_id" 0
		put "$cpu_folder/cache/index3/level" 3
		put "$cpu_folder/cache/index3/type" Unified
		put "$cpu_folder/cache/index3/shared_cpu_list" "0-$((count - 1))"
	done
	put_threads "$count" "$info"
}

# arm CORES: of Arm's Neoverse N1. KVM is part of the kernel.
arm() {
	local count=$1 info='' name i
	architecture=aarch64
	for ((i = 0; i < count; i++)); do
		info+="processor	: $i
BogoMIPS	: 50.00
Features	: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp ssbs
CPU implementer	: 0x41
CPU architecture: 8
CPU variant	: 0x3
CPU part	: 0xd0c
CPU revision	: 1

"
		put_thread "$i" "$count" "$i" "$i"
	done
	put_threads "$count" "$info"
	put /dev/kvm '' 666
	for name in "${!module_file[@]}"; do
		[[ ${module_file[$name]} != kernel/arch/x86/* ]] || without "$name"
	done
}

# memory GIB
memory() {
	local kib=$(($1 * 1024 * 1024)) size
	# The firmware and the kernel keep some.
	put /proc/meminfo "MemTotal:       $((kib * 31 / 32)) kB
MemFree:        $((kib * 20 / 32)) kB
MemAvailable:   $((kib * 26 / 32)) kB
SwapTotal:             0 kB
SwapFree:              0 kB
HugePages_Total:       0
HugePages_Free:        0
HugePages_Rsvd:        0
HugePages_Surp:        0
Hugepagesize:       2048 kB
Hugetlb:               0 kB"
	for size in 2048 1048576; do
		put "/sys/kernel/mm/hugepages/hugepages-${size}kB/nr_hugepages" 0
		put "/sys/kernel/mm/hugepages/hugepages-${size}kB/free_hugepages" 0
	done
	put /sys/kernel/mm/transparent_hugepage/enabled 'always [madvise] never'
}

# module NAME FILE DRIVER DEPENDS PARAMETERS ALIASES: a row of the table "modules".
module() {
	module_file[$1]=${2#-}
	module_driver[$1]=${3#-}
	module_depends[$1]=${4#-}
	module_parameters[$1]=${5#-}
	module_aliases[$1]=${6#-}
	module_of_driver[$3]=$1
}

read_modules() {
	local name path driver depends parameters aliases
	while read -r name path driver depends parameters aliases; do
		[[ -n $name && $name != \#* ]] || continue
		[[ $path == - ]] || path=kernel/$path
		module "$name" "$path" "$driver" "$depends" "$parameters" "$aliases"
	done <"$here/modules"
	builtin[pcieport]=1
}

# built_in NAME...: part of this kernel.
built_in() {
	local name
	for name; do
		builtin[$name]=1 loaded[$name]=1
	done
}

# without NAME...: not built for this kernel.
without() {
	local name
	for name; do
		unset "module_file[$name]"
	done
}

# load NAME...: with what they depend on.
load() {
	local name depends
	for name; do
		[[ -v module_file[$name] ]] || die "no module $name"
		[[ ! -v loaded[$name] ]] || continue
		loaded[$name]=1
		IFS=, read -ra depends <<<"${module_depends[$name]}"
		load "${depends[@]}"
	done
}

# parameter MODULE NAME VALUE: of a module in use, as sysfs shows it.
parameter() {
	value[$1,$2]=$3
	[[ ,${module_parameters[$1]} == *,"$2"=* ]] || module_parameters[$1]+=,$2=
}

# dkms_module NAME DEPENDS PARAMETERS
dkms_module() {
	module "$1" "$dkms_folder/$1.ko" - "$2" "$3" -
	module_signer[$1]='DKMS module signing key'
	module_version[$1]=$passfix_version
	intree[$1]=
}

# passfix [alone]: our modules are installed, by dkms; "alone": without the fork.
passfix() {
	dkms_module vfio_passfix - pass_fix=N,devices=,memlock=Y,relaxed=
	[[ ${1-} == alone ]] || dkms_module vfio_iommu_type1_passfix vfio,vfio_passfix \
		"${module_parameters[vfio_iommu_type1]},pass_fix=N"
	program /usr/libexec/vfio-passfix/load-type1 /usr/libexec/vfio-passfix/kernel-source /usr/libexec/vfio-passfix/dkms-setup
	put /usr/lib/modprobe.d/vfio-passfix.conf "$passfix_rule"
}

# logged MESSAGE...: what the kernel has logged, in this order; turning the fix on is there by itself.
declare -a log=()
logged() {
	log+=("$@")
}

# fix on|off [DEVICES]: vfio_passfix is loaded, its scope is DEVICES (empty: all).
fix() {
	load vfio_passfix
	[[ ! -v module_file[vfio_iommu_type1_passfix] ]] || load vfio_iommu_type1_passfix
	parameter vfio_passfix devices "${2-}"
	[[ $1 == on ]] || return 0
	logged "vfio_passfix: on: devices relaxed (scope: ${2:-all}); they can be assigned, the host keeps their 1:1 mappings"
	parameter vfio_passfix pass_fix Y
	[[ ! -v module_file[vfio_iommu_type1_passfix] ]] || parameter vfio_iommu_type1_passfix pass_fix Y
}

# not_in_force: root has switched kprobes off, so the fix is on without effect.
not_in_force() {
	not_in_force=1
	put /sys/kernel/debug/kprobes/enabled 0 600
}

# covered ADDRESS: whether the fix is on and its scope has the device.
covered() {
	local entry
	[[ ${value[vfio_passfix,pass_fix]-} == Y ]] || return 1
	[[ -n ${value[vfio_passfix,devices]} ]] || return 0
	for entry in ${value[vfio_passfix,devices]//,/ }; do
		case $entry in
		"$1" | "${of[$1,id]}" | "${of[$1,id]%:*}:*") return 0 ;;
		esac
	done
	return 1
}

# der TAG BYTES..., into REPLY: ASN.1, with what it holds in the notation of bytes.sh.
der() {
	local tag=$1 length bytes=''
	shift
	local IFS=
	bytes_length "$*"
	length=$REPLY
	le 1 "0x$tag"
	if ((length < 128)); then
		le 1 "$length"
	elif ((length < 256)); then
		le 1 0x81 "$length"
	else
		le 1 0x82 $((length >> 8)) $((length & 255))
	fi
	REPLY=$bytes$*
}

# signature SIGNER, into REPLY: what the kernel's sign-file appends, a PKCS#7 message that
# names the signer and signs nothing.
signature() {
	local signer=$1 name algorithm key issuer data bytes=''
	local pkcs7='\x2a\x86\x48\x86\xf7\x0d\x01\x07' one='\x02\x01\x01'
	der 06 '\x55\x04\x03'
	name=$REPLY
	der 0c "$signer"
	der 30 "$name" "$REPLY"
	der 31 "$REPLY"
	der 30 "$REPLY"
	der 30 "$REPLY" '\x02\x04\x15\xfd\x60\x7c'
	issuer=$REPLY
	der 06 '\x60\x86\x48\x01\x65\x03\x04\x02\x01'
	der 30 "$REPLY"
	algorithm=$REPLY
	der 06 '\x2a\x86\x48\xce\x3d\x04\x03\x02'
	der 30 "$REPLY"
	key=$REPLY
	der 04 'a signature would be here'
	der 30 "$one" "$issuer" "$algorithm" "$key" "$REPLY"
	der 31 "$REPLY"
	key=$REPLY
	der 06 "$pkcs7\\x01"
	der 30 "$REPLY"
	data=$REPLY
	der 31 "$algorithm"
	der 30 "$one" "$REPLY" "$data" "$key"
	der a0 "$REPLY"
	data=$REPLY
	der 06 "$pkcs7\\x02"
	der 30 "$REPLY" "$data"
	data=$REPLY

	# struct module_signature: the message's kind is 2, its length big-endian.
	bytes_length "$data"
	le 1 0 0 2 0 0 0 0 0 0 0 $((REPLY >> 8)) $((REPLY & 255))
	REPLY=$data$bytes$'~Module signature appended~\n'
}

# elf_section NAME-OFFSET TYPE OFFSET SIZE [LINK INFO ALIGN ENTRY-SIZE]
elf_section() {
	le 4 "$1" "$2"
	le 8 0 0 "$3" "$4"
	le 4 "${5-0}" "${6-0}"
	le 8 "${7-1}" "${8-0}"
}

# module_object NAME: its file, an ELF object without code. What depmod goes by is there:
# .modinfo, a symbol that the module exports, and those of what it depends on.
declare -A signatures=()
module_object() {
	local name=$1 signer=${module_signer[$1]-$kernel_signer} entry bytes='' at
	local info='' exported='' symbols='' strings='\x00' position=1
	local names='\x00.modinfo\x00__ksymtab_strings\x00.symtab\x00.strtab\x00.shstrtab\x00'
	local -a aliases depends sizes
	read -ra aliases <<<"${module_aliases[$name]}"
	for entry in ${module_version[$name]+"version=${module_version[$name]}"} license=GPL \
		"${aliases[@]/#/alias=}" "depends=${module_depends[$name]}" \
		${intree[$name]-intree=Y} "name=$name" "vermagic=$release SMP preempt mod_unload "; do
		info+=$entry'\x00'
	done
	exported=${name}_symbol'\x00'
	zeros 24
	IFS=, read -ra depends <<<"${module_depends[$name]}"
	for entry in "${depends[@]}"; do
		strings+=${entry}_symbol'\x00'
		# A global symbol that is defined nowhere.
		le 4 "$position"
		le 1 0x10 0
		le 2 0
		le 8 0 0
		position=$((position + ${#entry} + 8))
	done
	symbols=$bytes

	for entry in "$symbols" "$info" "$exported" "$strings" "$names"; do
		bytes_length "$entry"
		sizes+=("$REPLY")
	done
	# The header; six section headers at 64; then what they describe.
	bytes=
	le 1 0x7f 0x45 0x4c 0x46 2 1 1 0
	le 8 0
	le 2 1 "${elf_machine[$architecture]}"
	le 4 1
	le 8 0 0 64
	le 4 0
	le 2 64 0 0 64 6 5
	at=$((64 * 7))
	elf_section 0 0 0 0 0 0 0
	elf_section 1 1 $((at + sizes[0])) "${sizes[1]}"
	elf_section 10 1 $((at + sizes[0] + sizes[1])) "${sizes[2]}"
	elf_section 28 2 "$at" "${sizes[0]}" 4 1 8 24
	elf_section 36 3 $((at + sizes[0] + sizes[1] + sizes[2])) "${sizes[3]}"
	elf_section 44 3 $((at + sizes[0] + sizes[1] + sizes[2] + sizes[3])) "${sizes[4]}"
	bytes+=$symbols$info$exported$strings$names
	if [[ -n $signer ]]; then
		if [[ ! -v signatures[$signer] ]]; then
			signature "$signer"
			signatures[$signer]=$REPLY
		fi
		bytes+=${signatures[$signer]}
	fi
	put_bytes "/usr/lib/modules/$release/${module_file[$name]}" "$bytes"
}

module_in_sysfs() {
	local name=$1 entry entries folder=/sys/module/$1 permissions
	IFS=, read -ra entries <<<"${module_parameters[$name]#,}"
	for entry in "${entries[@]}"; do
		permissions=644
		[[ $name != *passfix ]] || permissions=600
		[[ $entry != relaxed=* ]] || permissions=400
		put "$folder/parameters/${entry%%=*}" "${value[$name,${entry%%=*}]-${entry#*=}}" "$permissions"
	done
	# Of what is built in, only these show.
	[[ ! -v builtin[$name] ]] || return 0
	put "$folder/initstate" live
	put "$folder/refcnt" 1
	put "$folder/taint" ''
	folder "$folder/holders"
	[[ ! -v module_version[$name] ]] || put "$folder/version" "${module_version[$name]}"
	[[ $name != *passfix ]] || put "$folder/taint" OE
}

# relaxed_list: what the parameter of that name says; the groups are done.
relaxed_list() {
	local address list=
	[[ -z $not_in_force ]] || list=$'not in force: kprobes or ftrace are turned off\n'
	for address in "${devices[@]}"; do
		[[ ! -v of[$address,relaxed] ]] || list+=$address$'\n'
	done
	text /sys/module/vfio_passfix/parameters/relaxed "$list" 400
}

finish_kernel() {
	local folder=/usr/lib/modules/$release name order='' list='' info='' alias
	# vfio names type1 in a soft dependency; with the rule that becomes the fork.
	if [[ -v loaded[vfio] && ! -v loaded[vfio_iommu_type1_passfix] ]]; then
		load vfio_iommu_type1
	fi
	put /proc/sys/kernel/osrelease "$release"
	case $architecture in
	aarch64) name='  11:        112     GICv3  26 Level     arch_timer' ;;
	*) name="   0:        112  ${iommu:+IR-}IO-APIC   2-edge      timer" ;;
	esac
	put /proc/interrupts "            CPU0
$name"
	put /proc/cmdline "${by_efi-BOOT_IMAGE=/boot/vmlinuz-$release }root=$root_device ro${cmdline:+ $cmdline}"
	for name in "${!module_file[@]}"; do
		if [[ -z ${module_file[$name]} ]]; then
			continue
		elif [[ -v builtin[$name] ]]; then
			list+=${module_file[$name]}$'\n'
			for alias in ${module_aliases[$name]}; do
				info+="$name.alias=$alias\\x00"
			done
			info+="$name.file=${module_file[$name]%.ko}\\x00$name.license=GPL\\x00"
		else
			order+=${module_file[$name]}$'\n'
			module_object "$name"
		fi
	done
	text "$folder/modules.order" "$order"
	text "$folder/modules.builtin" "$list"
	put_bytes "$folder/modules.builtin.modinfo" "$info"
	empty "$folder/vmlinuz" "/boot/vmlinuz-$release"
	for name in "${!loaded[@]}"; do
		module_in_sysfs "$name"
	done
	[[ ! -v loaded[vfio_passfix] ]] || relaxed_list
	list='' order=0
	for name in "Linux version $release" "${log[@]}"; do
		list+="6,$order,$((order * 1000000)),-;$name"$'\n'
		order=$((order + 1))
	done
	text /dev/kmsg "$list" 600
	[[ ! -v loaded[vfio] ]] || put /dev/vfio/vfio '' 666
	[[ ! -v loaded[iommufd] ]] || put /dev/iommu '' 600
	[[ ! -v loaded[kvm_amd] && ! -v loaded[kvm_intel] ]] || put /dev/kvm '' 666
}
