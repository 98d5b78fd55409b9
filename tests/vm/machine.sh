# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# The machines of guests. boot, boot-full and boot-fleet source this after env.sh. They set scenario
# (a file with "# key: value" comments), run (the guest's folder), time_limit (the seconds that a boot
# may take), and arch if the guest is not amd64.
arch=${arch-amd64}

# As on real boards: blocks for the range of buses 00-0f, with a few 4 KiB pages. One begins at 0
# and has two pages, to test the handling of page 0.
# shellcheck disable=SC2034
default_ivmd="22:8:0:fff:0:2000 22:8:0:fff:7e000000:1000 22:8:0:fff:7e010000:1000"

# On arm64 only devices that are alone in their group have the block at 0. Linux 6.12 maps it for each
# device of a group, and warns that it is mapped already (an IOVA that maps to 0 counts as unmapped).
# shellcheck disable=SC2034
[[ $arch != arm64 ]] ||
	default_ivmd="21:8:40:0:0:10000 21:8:48:0:0:10000 22:8:0:fff:7e000000:1000 22:8:0:fff:7e010000:1000"

# The command line of all guests. If libraries were at random addresses, QEMU would translate the same
# code again for each process, and shell scripts would take twice as long.
guest_options="loglevel=4 panic=-1 norandmaps"
case $arch in
amd64) guest_options="console=ttyS0 $guest_options" emulator=(qemu-system-x86_64) ;;
arm64) guest_options="console=ttyAMA0 $guest_options" emulator=(qemu-system-aarch64) ;;
esac
# What is added for a distribution's kernel. Its tests of its own cryptography, and the certificates that it
# checks, take a quarter of a small guest's boot.
# shellcheck disable=SC2034
quick_options="cryptomgr.notests=1 \
initcall_blacklist=load_system_certificate_list,jent_mod_init,crypto_kdf108_init,init_encrypted"
# The command line of guests with systemd. udev and systemd would examine each of 32 serial ports, and udev
# would start more workers than two processors that take turns can use.
# shellcheck disable=SC2034
full_options="$guest_options root=/dev/vda ro 8250.nr_uarts=4 udev.children_max=2 systemd.show_status=1"

# said KEY [FILE]: the value of a comment "# KEY: value" in the scenario, or in FILE.
said() {
	sed -n "s/^# $1: //p" "${2-$scenario}"
}

# use_board NAME: sets $board to its file, $machine to QEMU's arguments for it, $emulator to the QEMU,
# and $board_key to a text that changes with any of these. The QEMU is this host's, unless the board
# has "# qemu: ROLE", the role of a kernel (tests/kernels) whose suite has the QEMU. With
# "# with: FILE" a board includes a file with more devices. A word with {} stands for several, as in
# the shell, each with the option before it: a row of devices.
use_board() {
	local role part word words option
	board=$(board_of "$1" "$arch")
	part=$(said with "$board")
	eval "words=($(grep -hv '^#' "$board" ${part:+"$TESTS/vm/boards/$part"}))"
	machine=()
	for word in "${words[@]}"; do
		case $word in
		-*) option=$word ;;
		*) machine+=("$option" "$word") ;;
		esac
	done
	# If the kernel's row in tests/kernels disables it, the machine does not offer it either.
	! grep -qs intremap=off "${kernel-}/append" || machine=("${machine[@]/intremap=on/intremap=off}")
	role=$(said qemu "$board")
	[[ -z $role ]] || emulator=("$TESTS/vm/qemu" "$(kernel_with "$role")")
	board_key=$({ echo "${machine[*]}"; "${emulator[@]}" --version; } | sha256sum | cut -c1-16)
}

# port CHARDEV NUMBER: QEMU's arguments for a serial port besides the console. The arm64 machine has
# only the console, so there the port is a PCI device, in one of the last slots.
port() {
	case $arch in
	amd64) echo -serial "chardev:$1" ;;
	arm64) printf "%s\n" -device "pci-serial,chardev=$1,bus=pcie.0,addr=$(printf %x $((0x1d + $2)))" ;;
	esac
}

# qemu ARGUMENT...: runs the machine until it ends. The first serial port is the console, the second
# is for TAP. Both CPUs run in one thread: with a thread for each, a CPU sometimes sees code half
# changed while the other changes it (alternatives, probes), which no hardware does. Paths on this
# host that must be short are relative to $run.
qemu() {
	cd "$run" || exit
	# shellcheck disable=SC2046 # two words
	exec timeout "$time_limit" "${emulator[@]}" "${machine[@]}" -accel tcg,thread=single \
		-nodefaults -display none -no-reboot \
		-serial "file:$run/console" -chardev "file,id=tap,path=$run/tap" $(port tap 1) "$@" >"$run/qemu" 2>&1
}

# own_table TABLE KERNEL-DIR [ARGUMENT...]: the file with this machine's own ACPI table, which is read
# once per board, because an override must describe exactly the same machine. KERNEL-DIR is a folder
# of build/kernels; the arguments are what the board also needs.
own_table() {
	local table=$1 kernel=$2 own
	shift 2
	mkdir -p "$PASSFIX_BUILD/tables"
	own=$PASSFIX_BUILD/tables/$table-$board_key
	(
		flock 9
		# A guest sometimes does not come up (see boot_until_up), so try again.
		for _ in 1 2 3; do
			[[ ! -s $own ]] || exit 0
			(qemu -kernel "$kernel/kernel" -initrd "$kernel/base.cpio" \
				-append "$guest_options quiet $(said append "$board") passfix.dump=$table" "$@" </dev/null) || true
			tr -d '\r' <"$run/tap" | grep -v '^#' | base64 -d >"$own.tmp" && mv "$own.tmp" "$own"
		done
		[[ -s $own ]] || { cat "$run/qemu" >&2; die "the $table table of $board cannot be read"; }
	) 9>"$own.lock" || return
	echo "$own"
}

# override TABLE OWN OUT BLOCK...: makes a cpio archive OUT with the table OWN and these blocks added,
# which the kernel uses instead of the firmware's. It must come first in an initrd, and uncompressed,
# because the kernel looks for tables before it can unpack. $run/first may contain more files.
override() {
	local name=${1,,} own=$2 out=$3 first=$run/first
	shift 3
	mkdir -p "$first/kernel/firmware/acpi"
	"$PASSFIX_BUILD/bin/table" "$own" "$first/kernel/firmware/acpi/$name.aml" "$@"
	(cd "$first" && find . -type f | sed 's|^\./||' | cpio --quiet -o -H newc) >"$out"
}

# keep_configuration DSDT: puts a DSDT into $run/first whose host bridge asks to keep the firmware's
# configuration (_DSM, function 5). Otherwise Linux ignores the RMR nodes of PCI devices. QEMU's own
# DSDT only says that there is no such function.
keep_configuration() {
	local code=$run/first/kernel/firmware/acpi/dsdt
	mkdir -p "$(dirname "$code")"
	cp "$1" "$code.dat"
	(
		iasl -d "$code.dat"
		sed -i -E '/^DefinitionBlock/s/0x0*1\)$/0x00000002)/
			/ToUUID \("e5c937d0/,/0x01 /{
				s/^( *)If \(\(Arg2 == Zero\)\)/\1If ((Arg2 == 0x05)) { Return (Zero) }\n&/
				s/^( *)0x01( .*)?$/\10x21\2/
			}' "$code.dsl"
		iasl -p "$code" "$code.dsl"
	) >"$run/iasl" 2>&1 || { cat "$run/iasl" >&2; die "the DSDT of $board cannot be changed"; }
	rm "$code.dat" "$code.dsl"
}

# until_there GUEST SECONDS COMMAND...: waits until the command succeeds. Fails if the process GUEST
# ends before, or the time is over.
until_there() {
	local guest=$1 tries=$((5 * $2)) try
	shift 2
	for ((try = 0; try < tries; try++)); do
		sleep 0.2
		! "$@" 2>/dev/null || return 0
		kill -0 "$guest" 2>/dev/null || return 1
	done
	return 1
}

# until_up GUEST SECONDS FILE TEXT: the same for a text in a file.
until_up() {
	until_there "$1" "$2" grep -qa -- "$4" "$3"
}

# given_up GUEST: kills a guest that did not come up; returns the status that boot_until_up expects.
given_up() {
	kill "$1" 2>/dev/null || true
	wait "$1" || true
	return 75
}

# boot_until_up WHAT COMMAND...: runs the command, which ends with 75 if the kernel did not reach
# init. Under emulation on a busy host, that happens now and then. The modules are not loaded at that
# point, so they are not the cause: it tries again, and says so.
boot_until_up() {
	local what=$1 try status
	shift
	for try in 1 2 3; do
		status=0
		"$@" || status=$?
		((status == 75)) || break
		echo "# $what $try did not come as far as init"
	done
	return "$status"
}

# end_of_console LINES: prints the end of the console, to show what went wrong.
end_of_console() {
	tail -n "$1" "$run/console" | tr -d '\r' | sed 's/\x1b\[[0-9;]*m//g; s/^/# /'
	grep -v "TCG doesn't support" "$run/qemu" | sed 's/^/# qemu: /' || true
}
