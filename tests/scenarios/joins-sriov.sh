# SPDX-License-Identifier: GPL-2.0-only
# I3: new virtual functions join the group of their physical function, which a guest owns.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2034,SC2154
# board: sriov

owned=0000:03:00.0
newcomer=0000:03:10.0
come() {
	echo 2 >/sys/bus/pci/devices/$owned/sriov_numvfs
}

leave() {
	echo 0 >/sys/bus/pci/devices/$owned/sriov_numvfs
}

joins_begin
echo 1 >/sys/module/vfio_pci/parameters/enable_sriov
joins_in "" $owned
joins_done 4
