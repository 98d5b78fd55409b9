#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# make install, a kernel update, make uninstall, with the real dkms.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

use_root

# All files except those that any use of the system changes.
snapshot() {
	in_root find / -xdev -not -path '/proc/*' -not -path '/dev/*' -not -path '/tmp/*' \
		-not -path '/var/cache/apt/*' -not -path '/var/lib/apt/*' -not -path '/var/log/*' \
		-not -path '/var/cache/ldconfig/*' -not -path '/project/*' -not -name '*.pyc' | sort
}

make_in_root() {
	in_root sh -c "export OUT=/tmp/tools PASSFIX_CACHE=${cache-/var/cache/vfio-passfix-tests}; $1" 2>&1
}

before=$(snapshot)
in_root touch -d '-1 second' /tmp/before
ok "make install, with a umask of 000" make_in_root "umask 000; make -C /project install KVER=$release"
is "nobody else can write to what it made" "$(in_root find /boot /etc /lib/modules /tmp/tools /usr /var -xdev \
	! -type l -perm /022 ! -perm -1000 -newercm /tmp/before)" ""
like "dkms has it" "$(in_root dkms status 2>/dev/null)" "vfio-passfix/[0-9.]+, $(literal "$release"), x86_64: installed"
for module in vfio_passfix vfio_iommu_type1_passfix; do
	like "$module is installed" "$(in_root modinfo -k "$release" -F filename "$module")" updates/dkms
done
like "it says how to turn it on" "$tap_output" "sudo vfio-passfix setup DEVICE --apply"
unlike "not for all devices, nor what else must be done first" "$tap_output" "pass_fix|Do first"
unlike "the fix is off" "$(in_root modprobe -c)" '^options vfio_(passfix|iommu_type1_passfix) '
like "modprobe's rule is in place" "$(in_root modprobe -c)" \
	'^install vfio_iommu_type1 .*/usr/libexec/vfio-passfix/load-type1 .*\$CMDLINE_OPTS$'
ok "and its program" in_root test -x /usr/libexec/vfio-passfix/load-type1
is "the tool is there" "$(in_root /usr/sbin/vfio-passfix --version)" \
	"vfio-passfix $version"
for file in man/man8/vfio-passfix.8 bash-completion/completions/vfio-passfix \
	zsh/vendor-completions/_vfio-passfix fish/vendor_completions.d/vfio-passfix.fish; do
	ok "and its $file" in_root test -s "/usr/share/$file"
done
# Signing, as the kernel requires under Secure Boot. (There is no /sys in the root, so the test
# provides what is read there.)
in_root sh -c 'mkdir -p /sys/firmware/efi /sys/module/module/parameters && echo Y >/sys/module/module/parameters/sig_enforce'
output=$(make_in_root "apt-get install -qq -y --no-install-recommends openssl >/dev/null 2>&1; make -C /project install KVER=$release")
like "signed modules only: which key dkms used" "$output" 'signed by ".*" \(/var/lib/dkms/mok\.pub\)'
like "signed modules only: what to enrol" "$output" 'mokutil --import /var/lib/dkms/mok\.pub'
like "and to do so first" "$output" 'First do what it says above'
output=$(make_in_root "rmdir /sys/firmware/efi; make -C /project install KVER=$release; mkdir /sys/firmware/efi")
like "signed modules only, and a host without UEFI: that no key can be enrolled" "$output" 'booted without UEFI, so no key can be enrolled'
unlike "and nothing about enrolling one" "$output" 'mokutil'
# A host on which modules are installed has /proc.
signer=$(in_root modinfo -k "$release" -F signer vfio_passfix)
printf '%s\n' "01234567 I------     1 perm 1f030000     0     0 asymmetri $signer: 0123: X509.rsa 01234567 []" >"$layer/keys"
# shellcheck disable=SC2016 # they are set inside
output=$("$TESTS/vm/in" "$name" "$layer" --outside sh -c 'mount --bind "$1" "$ROOT/proc/keys" &&
	CCACHE_DIR=/var/cache/ccache OUT=/tmp/tools PASSFIX_CACHE=/var/cache/vfio-passfix-tests chroot "$ROOT" make -C /project install "KVER=$2"' \
	install "$layer/keys" "$release" 2>&1)
like "signed modules only, by a key that the kernel has: that it is installed" "$output" 'vfio-passfix setup DEVICE --apply'
unlike "and nothing to be done first" "$output" 'Do first|SIGNED MODULES ONLY|mokutil'
is "installed again, it is there once" "$(in_root dkms status 2>/dev/null | wc -l)" 1
output=$(make_in_root "mv /usr/bin/openssl /usr/bin/openssl.away; rm -rf /var/lib/dkms/mok.*; make -C /project install KVER=$release; mv /usr/bin/openssl.away /usr/bin/openssl")
like "signed modules only, and dkms cannot sign: said loud" "$output" 'SIGNED MODULES ONLY.* install openssl .*/dkms-setup install-all'
in_root sh -c 'rm -rf /sys/firmware /sys/module; apt-get purge -qq -y openssl >/dev/null 2>&1; rm -rf /var/lib/dkms/mok.* /etc/ssl'

# A card that is set up would run a program that is gone, so the setup is undone first.
in_root sh -c 'mkdir -p /var/lib/vfio-passfix/setup && mv /usr/sbin/vfio-passfix /tmp/tool &&
	printf "#!/bin/sh\necho \$@ >/tmp/said; false\n" >/usr/sbin/vfio-passfix && chmod 755 /usr/sbin/vfio-passfix'
nok "make uninstall where a card is set up and cannot be released fails" make_in_root "make -C /project uninstall"
is "having tried" "$(in_root cat /tmp/said)" "remove --apply"
ok "and leaves what was installed" in_root test -x /usr/libexec/vfio-passfix/load-type1
in_root sh -c 'rm -r /var/lib/vfio-passfix; mv /tmp/tool /usr/sbin/vfio-passfix'
ok "make uninstall" make_in_root "make -C /project uninstall"
in_root depmod "$release"
is "leaves nothing behind" "$(diff <(echo "$before") <(snapshot) | grep '^[<>]')" ""

output=$(make_in_root "mv /usr/bin/pkg-config /usr/bin/pkg-config.away; make -C /project tools; mv /usr/bin/pkg-config.away /usr/bin/pkg-config")
like "without the tool's libraries make says what to install" "$output" 'apt install .*libkmod-dev'

# A failed build leaves nothing behind either.
nok "make install of what does not build fails" \
	make_in_root "mkdir /tmp/broken && cd /project && cp -r Kbuild Makefile dkms.conf src tools LICENSE README.md /tmp/broken && cd /tmp/broken && echo nonsense >>src/scope.c && make install KVER=$release"
like "and shows the compiler's words" "$tap_output" 'nonsense'
is "leaves nothing behind" "$(diff <(echo "$before") <(snapshot) | grep '^[<>]')" ""
nok "make install for a kernel that needs nothing fails" make_in_root "make -C /project install KVER=6.1.0-none"
like "and says that" "$tap_output" 'nothing is built for kernel 6\.1\.0-none: .* Intel'
is "leaves nothing behind" "$(diff <(echo "$before") <(snapshot) | grep '^[<>]')" ""
nok "make install for a kernel that is not there fails" make_in_root "make -C /project install KVER=6.99.0-none"
like "and names the package to install" "$tap_output" 'linux-headers-6\.99\.0-none'
is "leaves nothing behind" "$(diff <(echo "$before") <(snapshot) | grep '^[<>]')" ""

make_in_root "make -C /project install DESTDIR=/tmp/stage PREFIX=/usr/local" >/dev/null
staged=$(in_root sh -c 'cd /tmp/stage && find . -type f -o -type l')
like "DESTDIR and PREFIX: the rule" "$staged" '^\./usr/local/lib/modprobe\.d/vfio-passfix\.conf$'
like "the tool" "$staged" '^\./usr/local/sbin/vfio-passfix$'
like "dkms's tree where dkms looks" "$staged" '^\./usr/src/vfio-passfix-[0-9.]+/dkms\.conf$'
like "the rule names the program's place" "$(in_root grep ^install /tmp/stage/usr/local/lib/modprobe.d/vfio-passfix.conf)" \
	' /usr/local/libexec/vfio-passfix/load-type1 '
is "and nothing outside" "$(diff <(echo "$before") <(snapshot) | grep '^[<>]')" ""
make_in_root "make -C /project uninstall DESTDIR=/tmp/stage PREFIX=/usr/local" >/dev/null
is "and uninstall takes it away" "$(in_root find /tmp/stage -type f)" ""

make_in_root "make -C /project install KVER=$release" >/dev/null
nok "an update that does not build fails" make_in_root "cd /tmp/broken && make install KVER=$release"
like "and leaves what was installed" "$(in_root dkms status 2>/dev/null)" "$(literal "$release").*: installed"
ok "with modprobe's rule" in_root test -x /usr/libexec/vfio-passfix/load-type1

update_kernel
is "another kernel's headers are installed ($updated)" $? 0
like "the hook fetches its source before dkms builds" "$(tr '\n' ' ' <<<"$output")" \
	"kernel-source: Linux .* for $(literal "$updated") from apt .*dkms: .*$(literal "$updated")"
like "dkms has built for it" "$(in_root dkms status 2>/dev/null)" "vfio-passfix/[0-9.]+, $(literal "$updated"), x86_64: installed"
like "both modules" "$(in_root modinfo -k "$updated" -F filename vfio_iommu_type1_passfix)" updates/dkms
like "the source is that kernel's own" \
	"$(in_root /usr/libexec/vfio-passfix/kernel-source list)" "$(literal "$updated") +${updated%%+*} "
output=$(make_in_root "make -C /project uninstall")
is "make uninstall takes both kernels' modules away" \
	"$(in_root find /lib/modules "/var/lib/dkms" -name '*passfix*')" ""

done_testing
