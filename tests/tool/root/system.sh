# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # these files share variables
# What an installed system has: the distribution's files, libvirt, disks, network interfaces,
# displays, processes.

distribution=
libraries=
initramfs=
daemons=
kernel_signer=
dkms_folder=
root_device=/dev/nvme0n1p3
declare -a mounts=() fstab=() swaps=()
declare -i next_minor=0

# distribution ID VERSION: a row of the table "distributions".
distribution() {
	local id builtins withouts name
	while read -r id libraries initramfs dkms_folder daemons builtins withouts kernel_signer; do
		[[ $id != "$1" ]] || break
	done <"$here/distributions"
	[[ $id == "$1" ]] || die "no distribution $1"
	distribution=$id
	IFS=, read -ra builtins <<<"${builtins/#-/}"
	IFS=, read -ra withouts <<<"${withouts/#-/}"
	for name in "${builtins[@]}"; do
		built_in "$name"
	done
	for name in "${withouts[@]}"; do
		without "$name"
	done
	put /usr/lib/os-release "ID=$id
VERSION_ID=\"${2-}\"
NAME=\"${id^}\"
PRETTY_NAME=\"${id^}${2:+ $2}\""
	link /etc/os-release ../usr/lib/os-release
	put /etc/hostname "$id"
	folder /etc/modprobe.d
	folder /etc/modules-load.d
	folder /usr/lib/modprobe.d
	program /usr/sbin/modprobe /usr/sbin/depmod /usr/bin/systemctl /usr/bin/sudo
	put /etc/default/grub 'GRUB_TIMEOUT=5
GRUB_CMDLINE_LINUX_DEFAULT="quiet"
GRUB_CMDLINE_LINUX=""'
	case $id in
	debian | ubuntu) program /usr/sbin/update-grub ;;
	fedora) program /usr/sbin/grubby ;;
	arch) program /usr/bin/pacman ;;
	opensuse-microos) program /usr/sbin/grub2-mkconfig /usr/sbin/transactional-update ;;
	esac
	"initramfs_by_${initramfs//-/_}"
}

initramfs_by_update_initramfs() {
	program /usr/sbin/update-initramfs
	put /etc/initramfs-tools/initramfs.conf 'MODULES=most
BUSYBOX=auto
COMPRESS=zstd'
	put /etc/initramfs-tools/modules '# List of modules that you want to include in your initramfs.
# They will be loaded at boot time in the order below.'
	put /usr/share/initramfs-tools/hook-functions '# -*- shell-script -*-'
	folder /etc/initramfs-tools/conf.d
	folder /etc/initramfs-tools/hooks
	folder /etc/initramfs-tools/scripts/init-top
	initramfs_file=/boot/initrd.img-RELEASE
}

initramfs_by_dracut() {
	program /usr/bin/dracut
	put /etc/dracut.conf '# PUT YOUR CONFIG IN separate files
# in /etc/dracut.conf.d named "<name>.conf"
# SEE man dracut.conf(5) for options'
	folder /etc/dracut.conf.d
	folder /usr/lib/dracut/dracut.conf.d
	folder /usr/lib/dracut/modules.d
	initramfs_file=/boot/initramfs-RELEASE.img
}

initramfs_by_mkinitcpio() {
	program /usr/bin/mkinitcpio
	put /etc/mkinitcpio.conf 'MODULES=()
BINARIES=()
FILES=()
HOOKS=(base systemd autodetect microcode modconf kms keyboard sd-vconsole block filesystems fsck)'
	folder /etc/mkinitcpio.conf.d
	initramfs_file=/boot/initramfs-RELEASE.img
}

# board VENDOR NAME BIOS
board() {
	local folder=/sys/devices/virtual/dmi/id
	put "$folder/board_vendor" "$1" 444
	put "$folder/board_name" "$2" 444
	put "$folder/bios_version" "$3" 444
	lead /sys/class/dmi/id "$folder"
	folder /sys/firmware/efi
}

# secure_boot: on, and with it the kernel is locked down. It trusts its maker's key.
secure_boot() {
	put_bytes /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c '\x06\x00\x00\x00\x01'
	put /sys/kernel/security/lockdown 'none [integrity] confidentiality'
	put /sys/module/module/parameters/sig_enforce Y
	put /proc/keys "\
02b9c8d5 I------     1 perm 1f0b0000     0     0 keyring   .builtin_trusted_keys: 1
0e8ef4f1 I------     1 perm 1f030000     0     0 asymmetri Canonical Ltd. Kernel Module Signing: \
88f752e560a1e0737e31163a466ad7b70a850c19: X509.rsa 0a850c19 []" 444
}

# libvirt VERSION DAEMON: DAEMON, libvirtd or virtqemud, is the one that is enabled.
libvirt() {
	local enabled=$2 library unit
	local -a number
	IFS=. read -ra number <<<"$1"
	library=libvirt.so.0.$((number[0] * 1000 + number[1])).${number[2]}
	libraries=${libraries/x86_64/$architecture}
	empty "$libraries/$library"
	link "$libraries/libvirt.so.0" "$library"
	program /usr/bin/virsh "/usr/bin/qemu-system-$architecture" /usr/bin/qemu-img
	for unit in ${daemons//,/ }; do
		program "/usr/sbin/$unit"
		put "/usr/lib/systemd/system/$unit.service" "[Unit]
Description=libvirt $unit

[Service]
Type=notify
ExecStart=/usr/sbin/$unit
LimitMEMLOCK=64M

[Install]
WantedBy=multi-user.target"
		put "/usr/lib/systemd/system/$unit.socket" "[Socket]
ListenStream=/run/libvirt/$unit-sock

[Install]
WantedBy=sockets.target"
	done
	link "/etc/systemd/system/sockets.target.wants/$enabled.socket" "/usr/lib/systemd/system/$enabled.socket"
	link "/etc/systemd/system/multi-user.target.wants/$enabled.service" "/usr/lib/systemd/system/$enabled.service"
	put /etc/libvirt/qemu.conf '# Master configuration file for the QEMU driver.
#user = "libvirt-qemu"
#group = "libvirt-qemu"' 600
	folder /etc/libvirt/qemu 700
	empty /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_VARS_4M.fd
}

# disk ADDRESS NAME GIB PARTITION...: an NVMe drive; PARTITION is NUMBER:GIB:TYPE:MOUNTPOINT,
# with "swap" or, for something else on top, nothing for the mount point.
disk() {
	local name=$2 controller=${2%n*} path number gib type where uuid partition
	full "$1"
	set -- "$REPLY" "${@:2}"
	[[ ${of[$1,driver]-} == nvme ]] || die "disk $1: no NVMe drive there, or not with its driver"
	path=${of[$1,path]}/nvme/$controller
	lead "/sys/class/nvme/$controller" "$path"
	put "$path/transport" pcie 444
	lead "$path/device" "${of[$1,path]}"
	block "$path/$name" "$3"
	lead "$path/$name/device" "$path"
	lead "/sys/block/$name" "$path/$name"
	for partition in "${@:4}"; do
		IFS=: read -r number gib type where <<<"$partition"
		block "$path/$name/${name}p$number" "$gib"
		put "$path/$name/${name}p$number/partition" "$number" 444
		printf -v uuid '%08x-1111-4222-8333-444455556666' $((0x5eed0000 + next_minor))
		link "/dev/disk/by-uuid/$uuid" "../../${name}p$number"
		[[ -z $where ]] || mounted "${name}p$number" "$type" "$where" "UUID=$uuid"
	done
}

# block PATH GIB
declare -A block_at=()	# paths, by name
block() {
	local name=${1##*/}
	block_at[$name]=$1
	put "$1/dev" "259:$next_minor" 444
	put "$1/size" $(($2 << 21)) 444
	put "$1/ro" 0 444
	folder "$1/holders"
	lead "/sys/class/block/$name" "$1"
	lead "/sys/dev/block/259:$next_minor" "$1"
	put "/dev/$name" '' 660
	next_minor+=1
}

# mapped NAME GIB UNDER TYPE MOUNTPOINT: a device-mapper volume dm-N on a partition.
declare -i next_dm=0
mapped() {
	local volume=dm-$next_dm path=/sys/devices/virtual/block/dm-$next_dm under=${block_at[$3]}
	put "$path/dev" "254:$next_dm" 444
	put "$path/size" $(($2 << 21)) 444
	put "$path/dm/name" "$1" 444
	lead "$path/slaves/$3" "$under"
	lead "$under/holders/$volume" "$path"
	lead "/sys/class/block/$volume" "$path"
	lead "/sys/block/$volume" "$path"
	lead "/sys/dev/block/254:$next_dm" "$path"
	put "/dev/$volume" '' 660
	link "/dev/mapper/$1" "../$volume"
	mounted "mapper/$1" "$4" "$5" "/dev/mapper/$1" "254:$next_dm"
	next_dm+=1
}

# mounted DEVICE TYPE MOUNTPOINT SOURCE [NUMBERS]
mounted() {
	local numbers=${5-259:$((next_minor - 1))} pass=2 inside=/
	if [[ $3 == swap ]]; then
		swaps+=("/dev/$1"$'                          partition\t8388604\t\t0\t\t-2')
		fstab+=("$4 none swap sw 0 0")
		return
	fi
	[[ $3 != / ]] || root_device=$4 pass=1
	# A btrfs has a number of its own, and its root is a subvolume.
	if [[ $2 == btrfs ]]; then
		numbers=0:34 inside=/root
		lead "/sys/fs/btrfs/${4#UUID=}/devices/$1" "${block_at[$1]}"
	fi
	mounts+=("$((30 + ${#mounts[@]})) 1 $numbers $inside $3 rw,relatime shared:${#mounts[@]} - $2 /dev/$1 rw")
	fstab+=("$4 $3 $2 defaults 0 $pass")
}

routes='Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT'

# nic ADDRESS NAME up|down [default]: a network interface; "default" has the default route.
nic() {
	local path=${of[0000:$1,path]}/net/$2
	put "$path/operstate" "$3" 444
	put "$path/address" "02:00:00:00:00:0${1: -1}" 444
	[[ $3 != up ]] || put "$path/carrier" 1 444
	lead "$path/device" "${of[0000:$1,path]}"
	lead "/sys/class/net/$2" "$path"
	[[ ${4-} != default ]] || routes+=$'\n'"$2	00000000	0101A8C0	0003	0	0	100	00000000	0	0	0"
}

# node ADDRESS BELOW MAJOR:MINOR NAME: a character device below a PCI function in sysfs, such as
# "sound/card1/controlC1", with its node /dev/NAME.
node() {
	local path=${of[0000:$1,path]}/$2
	put "$path/dev" "$3" 444
	put "$path/uevent" "MAJOR=${3%:*}
MINOR=${3#*:}
DEVNAME=$4"
	lead "/sys/dev/char/$3" "$path"
	put "/dev/$4" '' 660
}

# framebuffer ADDRESS NUMBER: of a display's driver. With the first, the console is drawn on it.
framebuffer() {
	node "$1" "graphics/fb$2" "29:$2" "fb$2"
	lead "/sys/class/graphics/fb$2" "${of[0000:$1,path]}/graphics/fb$2"
	put /sys/class/vtconsole/vtcon0/name '(S) dummy device' 444
	put /sys/class/vtconsole/vtcon0/bind 0
	put /sys/class/vtconsole/vtcon1/name '(M) frame buffer device' 444
	put /sys/class/vtconsole/vtcon1/bind 1
}

# boot_screen ADDRESS NAME: the firmware's picture lies in BAR 0 of a display, for NAME to draw on.
boot_screen() {
	local start end flags line iomem
	read -r start end flags <<<"${of[0000:$1,line0]}"
	printf -v iomem '%s\n' '00000000-00000fff : Reserved' '00001000-0009ffff : System RAM'
	printf -v line '%x-%x : PCI Bus 0000:%s\n' "$start" "$end" "${1%%:*}"
	iomem+=$line
	printf -v line '  %x-%x : 0000:%s\n' "$start" "$end" "$1"
	iomem+=$line
	printf -v line '    %x-%x : %s' "$start" $((start + 0x2fffff)) "$2"
	put /proc/iomem "$iomem$line" 444
}

# process ID NAME USER FILE...: what it has open; USER is root, alice, or a number that has no name.
process() {
	local user=$3 number=3 file
	case $user in
	root) user=0 ;;
	alice) user=1000 ;;
	esac
	put "/proc/$1/comm" "$2" 644
	put "/proc/$1/status" "Name:	$2
Umask:	0022
State:	S (sleeping)
Pid:	$1
Uid:	$user	$user	$user	$user
Gid:	$user	$user	$user	$user" 444
	folder "/proc/$1/fd" 500
	link "/proc/$1/fd/0" /dev/null
	link "/proc/$1/fd/1" 'socket:[18822]'
	for file in "${@:4}"; do
		link "/proc/$1/fd/$number" "$file"
		number=$((number + 1))
	done
}

# display ADDRESS CARD CONNECTOR=STATE...: what its driver shows, such as DP-1=connected.
display() {
	local address=0000:$1 card=$2 connector path
	path=${of[$address,path]}/drm/$card
	node "$1" "drm/$card" "226:${card#card}" "dri/$card"
	lead "$path/device" "${of[$address,path]}"
	lead "/sys/class/drm/$card" "$path"
	for connector in "${@:3}"; do
		put "$path/$card-${connector%%=*}/status" "${connector#*=}"
		lead "$path/$card-${connector%%=*}/device" "$path"
		lead "/sys/class/drm/$card-${connector%%=*}" "$path/$card-${connector%%=*}"
	done
}

finish_system() {
	local list
	# Directories that a system has one of.
	link /lib usr/lib
	link /bin usr/bin
	link /sbin usr/sbin
	link /proc/net self/net
	printf -v list '%s\n' '20 1 0:20 / /proc rw,nosuid - proc proc rw' \
		'21 1 0:21 / /sys rw,nosuid - sysfs sysfs rw' "${mounts[@]}"
	text /proc/self/mountinfo "$list"
	printf -v list '%s\n' '# <file system> <mount point> <type> <options> <dump> <pass>' "${fstab[@]}"
	text /etc/fstab "$list"
	printf -v list '%s\n' $'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority' "${swaps[@]}"
	text /proc/swaps "$list"
	put /proc/self/net/route "$routes"
	put /proc/self/limits 'Limit                     Soft Limit           Hard Limit           Units     
Max open files            1024                 524288               files     
Max locked memory         8388608              8388608              bytes     
Max address space         unlimited            unlimited            bytes     '
	put /etc/passwd 'root:x:0:0:root:/root:/bin/bash
alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash'
	[[ -v content[/sys/kernel/security/lockdown] ]] ||
		put /sys/kernel/security/lockdown '[none] integrity confidentiality'
	[[ -v content[/sys/module/module/parameters/sig_enforce] ]] ||
		put /sys/module/module/parameters/sig_enforce N
	empty "${initramfs_file//RELEASE/$release}"
	folder /run
	folder /tmp 1777
	folder /var/lib
}
