# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of setup and remove share. Sourced after host.sh, with $tool set.

conf=etc/modprobe.d/vfio-passfix-setup.conf
load=etc/modules-load.d/vfio-passfix-setup.conf
unit=etc/systemd/system/vfio-passfix.service
link=etc/systemd/system/multi-user.target.wants/vfio-passfix.service
hook=etc/initramfs-tools/hooks/vfio-passfix
dracut=etc/dracut.conf.d/vfio-passfix.conf
mkinitcpio=etc/mkinitcpio.conf.d/vfio-passfix.conf

# host NAME [FROM [SED]]: the root of a host of tests/tool/hosts at ./NAME, its
# description edited by sed.
host() {
	rm -rf "$1" "hosts/$1"
	mkdir -p hosts
	cp -r "$TESTS/tool/hosts/${2-$1}" "hosts/$1"
	sed -i "${3-}" "hosts/$1/host"
	"$TESTS/tool/build-root" "hosts/$1" "$1" 2>build.log || fail "the host $1" "$(cat build.log)"
}

# What makes a host of it that has Debian.
debian='s/^distribution .*/distribution debian 13/; s/^libvirt .*/libvirt 9.0.0 libvirtd/'

# run ROOT WORDS...: leaves $code, $output and $errors.
run() {
	output=$("$tool" --root "$1" "${@:2}" 2>errors)
	code=$?
	errors=$(cat errors)
}

# All of a root but the time of its folders.
snapshot() (
	cd "$1" || exit
	find . -type d -printf '%p %y %m %U %G\n' -o -printf '%p %y %m %U %G %T@ %l\n' | sort
	find . -type f -print0 | sort -z | xargs -0 sha256sum
)

# The same where times do not matter.
without_times() {
	sed 's/ [0-9]*\.[0-9]* / /'
}

# unchanged NAME ROOT SNAPSHOT
unchanged() {
	is "$1" "$(diff <(echo "$3") <(snapshot "$2") | grep '^[<>]')" ""
}

# round NAME ROOT DEVICE: there and back.
round() {
	local before after
	before=$(snapshot "$2")
	succeeds "$1: setup" "$2" setup "$3" --apply
	after=$(snapshot "$2")
	answers "$1: setup again finds nothing to do" '^0 .*nothing is to be done' "$2" setup "$3" --apply
	unchanged "$1: and does nothing" "$2" "$after"
	succeeds "$1: remove" "$2" remove --apply
	unchanged "$1: all is as it was" "$2" "$before"
}

# sparse ROOT: folders are missing, and one has permissions of its own.
sparse() {
	rm -rf "$1/etc/systemd/system/multi-user.target.wants" "$1/etc/initramfs-tools/hooks" "$1/etc/modules-load.d"
	mkdir -p "$1/etc/systemd/system"
	mkdir -m 700 "$1/etc/systemd/system/multi-user.target.wants"
}

# What is ours in a file.
lines() {
	grep -v '^#' "$1" | grep .
}

# Of the system calls that change something, all that a run makes.
changing='rename|renameat|renameat2|unlink|unlinkat|mkdir|mkdirat|rmdir|symlink|symlinkat|link|linkat|chmod|fchmod|fchmodat|chown|fchown|lchown|fchownat|utimensat|truncate|ftruncate|write|pwrite64|writev|fsync|fdatasync|mknod|mknodat'

# everywhere HOW CODE BASE WORDS...: as strace does it before each call that changes
# something, signal=KILL or error=ENOSPC; with what code it then ends. The test's own function
# `try_both` then says what is wrong with the root.
everywhere() {
	local how=$1 expected=$2 base=$3 call calls points=0 wrong='' status n result
	shift 3
	cp -a "$base" run
	# Of the program alone: what looks into a module for it may end in any way.
	strace -o trace -- "$tool" --root run "$@" >/dev/null 2>&1
	rm -rf run
	calls=$(grep -oE "^($changing)\(" trace | tr -d '(' | sort -u)
	for call in $calls; do
		for ((n = 1; n <= $(grep -cE "^$call\(" trace); n++)); do
			cp -a "$base" run
			# The shell's own word for a kill goes, too.
			{
				strace -qq -o /dev/null -e trace="$call" -e inject="$call:$how:when=$n" \
					-- "$tool" --root run "$@" >log 2>&1
				status=$?
			} 2>/dev/null
			points=$((points + 1))
			# Taking away what is not there may fail, and making what is there.
			((status == expected)) || [[ $call == @(unlinkat|mkdir) && $status == 0 ]] ||
				wrong+="$call $n: ended with $status: $(cat log)"$'\n'
			result=$(try_both run)
			[[ -z $result ]] || wrong+="$call $n: $result"$'\n'
			rm -rf run
		done
	done
	is "$1, $how at each of $points points ($(xargs <<<"$calls")): it can be finished and undone" "$wrong" ""
	ok "$1: and that they were many" test "$points" -gt 40
}
