#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# /etc/vfio-passfix/no-fork: the fork of type1 is not fetched, built or loaded.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

use_root
PASSFIX_CACHE=/var/cache/vfio-passfix-tests

# in_root COMMAND: runs it in sh, with the source of the fork available.
in_root() {
	PASSFIX_CACHE=$PASSFIX_CACHE "$TESTS/vm/in" "$name" "$layer" sh -c "cd /project && $1" 2>&1
}

# listed: the modules that dkms would build.
listed() {
	in_root "bash -c 'kernelver=$release kernel_source_dir=/lib/modules/$release/build action=build
		. ./dkms.conf 2>/dev/null; echo \"\${BUILT_MODULE_NAME[@]}\"'"
}

# asked: what modprobe is called with when VFIO requests type1, while the fork is installed.
asked() {
	in_root 'rm -f /tmp/asked; tools/load-type1 option=1; grep -v -- --dry-run /tmp/asked' | paste -sd ,
}

# shellcheck disable=SC2016 # it is the stand-in's
in_root 'rm /usr/sbin/modprobe && printf "#!/bin/sh\necho \$* >>/tmp/asked\n" >/usr/sbin/modprobe && chmod 755 /usr/sbin/modprobe'
in_root "tools/kernel-source fetch $release" >/dev/null
is "without the file dkms builds both modules" "$(listed)" "vfio_passfix vfio_iommu_type1_passfix"
is "and VFIO gets the fork" "$(asked)" "vfio_iommu_type1_passfix option=1"

in_root 'mkdir -p /etc/vfio-passfix /tmp/type1 && touch /etc/vfio-passfix/no-fork'
is "with it dkms builds the one" "$(listed)" vfio_passfix
output=$(in_root "tools/fork-source $release /lib/modules/$release/build /tmp/type1")
is "the build goes on without the fork" $? 1
like "and says why" "$output" 'building vfio_passfix alone, .*: it is disabled by /etc/vfio-passfix/no-fork'
unlike "not that something is missing" "$output" 'not found|to get it'
nok "and leaves no source of it from before" in_root 'test -e /tmp/type1'
is "VFIO gets stock type1, also where the fork was built before" "$(asked)" \
	"--quiet vfio_passfix,--ignore-install vfio_iommu_type1 option=1"
PASSFIX_CACHE=/tmp/cache
ok "dkms-setup, for packages: that is no failure" in_root 'tools/dkms-setup fetch'
like "and is said" "$tap_output" 'nothing to fetch: the fork of type1 is disabled by /etc/vfio-passfix/no-fork'
unlike "and nothing is missed" "$tap_output" 'going on without'
output=$(in_root "sed 's|@LIBDIR@|/project/tools|' tools/fetch-hook >/tmp/hook; sh /tmp/hook $release")
like "so at a kernel update" "$output" 'nothing to fetch: the fork of type1 is disabled'
unlike "and nothing is missed" "$output" 'without its source'
is "nothing was fetched" "$(in_root 'ls -A /tmp/cache')" "ls: cannot access '/tmp/cache': No such file or directory"

done_testing
