# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
# Common parts of the tests of setup and remove. Sourced after host.sh, with $tool set.

conf=etc/modprobe.d/vfio-passfix-setup.conf
load=etc/modules-load.d/vfio-passfix-setup.conf
unit=etc/systemd/system/vfio-passfix.service
link=etc/systemd/system/multi-user.target.wants/vfio-passfix.service
hook=etc/initramfs-tools/hooks/vfio-passfix
dracut=etc/dracut.conf.d/vfio-passfix.conf
mkinitcpio=etc/mkinitcpio.conf.d/vfio-passfix.conf

# host NAME [FROM [SED]]: makes the root of a host of tests/tool/hosts at ./NAME; sed may edit its
# description.
host() {
	rm -rf "$1" "hosts/$1"
	mkdir -p hosts
	cp -r "$TESTS/tool/hosts/${2-$1}" "hosts/$1"
	sed -i "${3-}" "hosts/$1/host"
	"$TESTS/tool/build-root" "hosts/$1" "$1" 2>build.log || fail "the host $1" "$(cat build.log)"
}

# The edit that makes it a host with Debian.
debian='s/^distribution .*/distribution debian 13/; s/^libvirt .*/libvirt 9.0.0 libvirtd/'

# run ROOT WORDS...: sets $code, $output and $errors.
run() {
	output=$("$tool" --root "$1" "${@:2}" 2>errors)
	code=$?
	errors=$(cat errors)
}

# A listing of everything in a root, except the times of its folders.
snapshot() (
	cd "$1" || exit
	find . -type d -printf '%p %y %m %U %G\n' -o -printf '%p %y %m %U %G %T@ %l\n' | sort
	find . -type f -print0 | sort -z | xargs -0 sha256sum
)

# The same without any times.
without_times() {
	sed 's/ [0-9]*\.[0-9]* / /'
}

# unchanged NAME ROOT SNAPSHOT
unchanged() {
	is "$1" "$(diff <(echo "$3") <(snapshot "$2") | grep '^[<>]')" ""
}

# round NAME ROOT DEVICE: setup, then remove.
round() {
	local before after
	before=$(snapshot "$2")
	succeeds "$1: setup" "$2" setup "$3" --apply
	after=$(snapshot "$2")
	answers "$1: setup again finds nothing to do" '^0 .*nothing to do' "$2" setup "$3" --apply
	unchanged "$1: and does nothing" "$2" "$after"
	succeeds "$1: remove" "$2" remove --apply
	unchanged "$1: all is as it was" "$2" "$before"
}

# sparse ROOT: removes some folders, and changes the permissions of one.
sparse() {
	rm -rf "$1/etc/systemd/system/multi-user.target.wants" "$1/etc/initramfs-tools/hooks" "$1/etc/modules-load.d"
	mkdir -p "$1/etc/systemd/system"
	mkdir -m 700 "$1/etc/systemd/system/multi-user.target.wants"
}

# The lines of a file without comments and empty lines.
lines() {
	grep -v '^#' "$1" | grep .
}

# All system calls that change something.
changing='rename|renameat|renameat2|unlink|unlinkat|mkdir|mkdirat|rmdir|symlink|symlinkat|link|linkat|chmod|fchmod|fchmodat|chown|fchown|lchown|fchownat|utimensat|truncate|ftruncate|write|pwrite64|writev|fsync|fdatasync|mknod|mknodat'

# everywhere HOW CODE BASE WORDS...: runs it once for each call that changes something; strace
# injects HOW there (signal=KILL or error=ENOSPC). It must end with CODE. The test's own function
# `try_both` then says what is wrong with the root.
everywhere() {
	local how=$1 expected=$2 base=$3 call calls points=0 wrong='' status n result
	shift 3
	cp -a "$base" run
	# Only the program itself is traced: the child that reads modules may end in any way.
	strace -o trace -- "$tool" --root run "$@" >/dev/null 2>&1
	rm -rf run
	calls=$(grep -oE "^($changing)\(" trace | tr -d '(' | sort -u)
	for call in $calls; do
		for ((n = 1; n <= $(grep -cE "^$call\(" trace); n++)); do
			cp -a "$base" run
			# Also discards the shell's message about the kill.
			{
				strace -qq -o /dev/null -e trace="$call" -e inject="$call:$how:when=$n" \
					-- "$tool" --root run "$@" >log 2>&1
				status=$?
			} 2>/dev/null
			points=$((points + 1))
			# Removing what does not exist may fail, and so may making what exists.
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
