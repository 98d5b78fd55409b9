# SPDX-License-Identifier: GPL-2.0-only
# A kernel with all hardening options (tests/vm/configs/strict.config): they are in force, and modules
# that DKMS has signed and compressed are loaded. The other scenarios run on it, too.
# needs: strict
# shellcheck shell=sh source=tests/vm/guest/guest.sh

installed=/lib/modules/$(uname -r)/updates/dkms

mount -t securityfs securityfs /sys/kernel/security
like "it is locked down" "$(cat /sys/kernel/security/lockdown)" '\[integrity\]'
like "page tables have five levels" "$(cat /proc/cpuinfo)" '^flags.* la57'
is "both modules are compressed, as the kernel's own are" \
	"$(find "/lib/modules/$(uname -r)" -name '*passfix.ko*' | sort | xargs) $(find "/lib/modules/$(uname -r)/kernel" -name '*.ko*' ! -name '*.zst')" \
	"$installed/vfio_iommu_type1_passfix.ko.zst $installed/vfio_passfix.ko.zst "
is "and signed with DKMS's key" "$(modinfo -F signer vfio_passfix)" "DKMS module signing key"

# Without the marker at its end a module counts as unsigned; with it, a changed signature is wrong.
signed=/test/passfix_test.ko
head -c -28 $signed >/tmp/unsigned.ko
{ head -c -400 $signed && tail -c 400 $signed | tr '\001' '\002'; } >/tmp/changed.ko
errors "a module without a signature is refused" 'module.*unsigned|unsigned module' insmod /tmp/unsigned.ko
nok "so is one whose signature is not right" insmod /tmp/changed.ko
ok "ours are loaded" load_modules
is "both" "$(lsmod | grep -c '^vfio.*passfix ')" 2
