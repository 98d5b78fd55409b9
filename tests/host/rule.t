#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# modprobe's rule for type1, run by a shell as modprobe would run it, with a stub of modprobe: what
# happens if its program cannot be run. (The scenario modprobe uses the real one.)
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
program=$T/vfio-passfix/load-type1
mkdir -p "$T/bin" "${program%/*}"

# The stub notes its arguments; for stock type1 it exits with the status in the file "stock".
cat >"$T/bin/modprobe" <<END
#!/bin/sh
echo modprobe "\$@" >>$T/said
case \$* in *vfio_iommu_type1*) exit "\$(cat $T/stock)" ;; esac
END
chmod 755 "$T/bin/modprobe"

# rule [OPTION]...: runs it; prints what was called.
rule() {
	local command
	command=$(sed -n "s|@LIBDIR@|$T/vfio-passfix|g; s/^install vfio_iommu_type1 //p" "$PROJECT/tools/modprobe.conf.in")
	: >"$T/said"
	# libkmod inserts the options into the text.
	PATH=$T/bin:$PATH sh -c "${command//'$CMDLINE_OPTS'/$*}" 2>"$T/errors"
	status=$?
	said=$(paste -sd ';' "$T/said")
}

# loads STATUS [INTERPRETER [MODE]]: makes a program that ends with that status.
loads() {
	printf '#!%s\necho load-type1 "$@" >>%s\nexit %s\n' "${2:-/bin/sh}" "$T/said" "$1" >"$program"
	chmod "${3:-755}" "$program"
}

echo 0 >"$T/stock"
stock="modprobe --quiet vfio_passfix;modprobe --ignore-install vfio_iommu_type1 dma_entry_limit=7 a=b"

loads 0
rule dma_entry_limit=7 a=b
is "the rule calls its program, with the options, and no other" "$status $said" "0 load-type1 dma_entry_limit=7 a=b"

rm "$program"
rule dma_entry_limit=7 a=b
is "without the program: stock, and the fix" "$status $said" "0 $stock"
is "in silence" "$(cat "$T/errors")" ""

loads 0 /bin/sh 644
rule dma_entry_limit=7 a=b
is "where it may not be run: the same" "$status $said" "0 $stock"

# Like SELinux: access() succeeds, and execve() fails.
loads 0 "$T/no-such-shell"
rule dma_entry_limit=7 a=b
is "where the kernel refuses to run it: the same" "$status $said" "0 $stock"

loads 1
echo 1 >"$T/stock"
rule dma_entry_limit=7 a=b
is "where stock does not load either, that is modprobe's status" "$status" 1

ok "on a file system that is mounted noexec: the same" unshare --mount sh -euc "
	mount -t tmpfs -o noexec tmpfs '${program%/*}'
	printf '#!/bin/sh\n' >'$program'
	chmod 755 '$program'
	echo 0 >'$T/stock'
	: >'$T/said'
	PATH=$T/bin:\$PATH sh -c '$(sed -n "s|@LIBDIR@|$T/vfio-passfix|g; s/ \$CMDLINE_OPTS//; s/'/'\\\\''/g; s/^install vfio_iommu_type1 //p" "$PROJECT/tools/modprobe.conf.in")'
	grep -qx 'modprobe --ignore-install vfio_iommu_type1' '$T/said'"

done_testing
