#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What make and dkms build, and what they refuse to build.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

use_root

# A writable copy of the tree; the cache that the tests have filled.
make_in_root() {
	in_root sh -c "
		rm -rf /tmp/tree && mkdir /tmp/tree && cd /project &&
		cp -r Kbuild Makefile dkms.conf docs packaging src tools *.md LICENSE /tmp/tree &&
		export PASSFIX_CACHE=\${PASSFIX_CACHE:-/var/cache/vfio-passfix-tests} && cd /tmp/tree && $1" 2>&1
}

built() {
	(cd "$layer/upper/tmp/tree" && echo *.ko)
}

output=$(make_in_root "make modules KVER=$release KCFLAGS=-Werror W=1")
is "both modules are built" "$(built)" "vfio_iommu_type1_passfix.ko vfio_passfix.ko"
unlike "without a warning (W=1)" "$output" 'warning:'
like "and it says from which source" "$output" "building the fork of type1 too, from .*cache"
is "three runs of the compiler, and one for each module's own file and what these share" \
	"$(sed -n 's/^ *CC \[M\] *//p' <<<"$output" | sed 's|.*/tmp/tree/||' | sort | xargs)" \
	"$(printf '%s\n' .module-common.o src/main.o src/type1_shim.o type1/vfio_iommu_type1.o \
		vfio_iommu_type1_passfix.mod.o vfio_passfix.mod.o | sort | xargs)"
ok "the source that was laid there is the kernel's, unmodified" in_root \
	cmp /tmp/tree/type1/vfio_iommu_type1.c "/var/cache/vfio-passfix-tests/$release/vfio_iommu_type1.c"
like "the licence" "$(modinfo -F license "$layer/upper/tmp/tree/vfio_passfix.ko")" GPL
is "the version is that of dkms.conf" "$(modinfo -F version "$layer/upper/tmp/tree/vfio_passfix.ko")" \
	"$version"
like "the fork depends on the module" \
	"$(modinfo -F depends "$layer/upper/tmp/tree/vfio_iommu_type1_passfix.ko")" vfio_passfix
# Which of the two exist. (The part of a module that the kernel's build adds always has the latter.)
sections() {
	(cd "$layer/upper/tmp/tree" && readelf -SW vfio_passfix.ko | grep -o ' \.BTF '
		readelf -SW src/main.o | grep -o ' \.debug_info ') | xargs
}
is "by hand, with BTF and what it is made from" "$(sections)" ".BTF .debug_info"
ok "as dkms builds them" make_in_root "kernelver=$release kernel_source_dir=/lib/modules/$release/build &&
	eval \"\$(sed -n 's/^MAKE.0.=//p' dkms.conf | sed 's/^/make=/')\" && \$make"
is "both" "$(built)" "vfio_iommu_type1_passfix.ko vfio_passfix.ko"
is "with neither" "$(sections)" ""
ok "each file compiles alone" make_in_root "make modules KVER=$release ONE_UNIT= KCFLAGS=-Werror"
is "to the same modules" "$(built)" "vfio_iommu_type1_passfix.ko vfio_passfix.ko"
output=$(make_in_root "make modules KVER=$release && make KVER=$release clean >/dev/null && ls -A" | sed '1,/Leaving/d')
unlike "make clean leaves nothing" "$output" '\.(ko|o|mod)$|type1$'

old=$(in_root ls /lib/modules | grep '^6\.1\.0' | head -n 1)
output=$(make_in_root "make modules KVER=$old")
is "kernel $old: refused" "$?" 2
like "with the reason" "$output" 'does not have the check .*no require_direct.*nothing to fix.* Intel'
is "and nothing built" "$(built)" '*.ko'
output=$(make_in_root "make modules KVER=$release CONFIG_KPROBES=")
like "a kernel without kprobes: refused, with the reason" "$output" 'without CONFIG_KPROBES'
output=$(make_in_root "make modules KVER=$release CONFIG_IOMMU_API=")
like "a kernel without IOMMUs: refused, with the reason" "$output" 'without CONFIG_IOMMU_API'
output=$(make_in_root "dkms add /tmp/tree >/dev/null; dkms build vfio-passfix/$version -k $old")
is "dkms refuses kernel $old" "$(($? != 0))" 1
like "by BUILD_EXCLUSIVE" "$output" 'BUILD_EXCLUSIVE'

# A distribution's backport: the headers and the exports of the kernel decide.
headers=/usr/src/linux-headers-${old%-*}-common/include/linux
exports=/usr/src/linux-headers-$old/Module.symvers
in_root sed -i '/^struct dev_iommu {/a u32 require_direct:1;' "$headers/iommu.h"
output=$(make_in_root "make modules KVER=$old")
is "kernel $old with the refusal, and without what the module calls: refused" "$?" 2
like "with the reason" "$output" 'cannot be fixed by this version: it does not export device_is_bound iommu_get_resv_regions\.'
output=$(make_in_root "dkms build vfio-passfix/$version -k $old")
like "by dkms, too" "$output" 'BUILD_EXCLUSIVE'
for function in iommu_get_resv_regions device_is_bound; do
	printf '0x00000000\t%s\tvmlinux\tEXPORT_SYMBOL_GPL\t\n' $function
done | in_root tee -a "$exports" >/dev/null
ok "with that, too: it builds" make_in_root "make modules KVER=$old WERROR=-Werror"
is "without the source, alone" "$(built)" vfio_passfix.ko
ok "so does dkms" make_in_root "dkms build vfio-passfix/$version -k $old"
for missing in 'iommu.h [*]def_domain_type)' 'iommu.h [*]get_resv_regions)' 'vfio.h struct device device;'; do
	in_root cp "$headers/${missing%% *}" /tmp/header
	in_root sed -i "/${missing#* }/d" "$headers/${missing%% *}"
	output=$(make_in_root "make modules KVER=$old")
	like "without $missing: refused" "$output" 'cannot be fixed by this version: struct (iommu_ops|vfio_device) has no '
	in_root cp /tmp/header "$headers/${missing%% *}"
done
in_root dkms remove "vfio-passfix/$version" --all >/dev/null 2>&1

output=$(make_in_root "PASSFIX_CACHE=/root/empty make modules KVER=$release")
is "no source: vfio_passfix alone" "$(built)" vfio_passfix.ko
like "and it says how to get the rest" "$output" "alone.*source was not found.*kernel-source fetch $(literal "$release")"
output=$(make_in_root "mkdir -p /root/near && cp -r /var/cache/vfio-passfix-tests/$release /root/near/6.12.1-amd64 &&
	sed -i 's/$release/6.12.1-amd64/; s/6\.12\.[0-9]*\$/6.12.1/' /root/near/6.12.1-amd64/origin
	PASSFIX_CACHE=/root/near make modules KVER=$release")
is "only a near release's source: vfio_passfix alone" "$(built)" vfio_passfix.ko
like "and it says why" "$output" 'only the source of 6\.12\.1-amd64 is here'
output=$(make_in_root "PASSFIX_NEAREST=1 PASSFIX_CACHE=/root/near make modules KVER=$release")
is "unless the user takes the risk" "$(built)" "vfio_iommu_type1_passfix.ko vfio_passfix.ko"

output=$(make_in_root "mkdir -p /root/wrong/drivers/vfio && printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\n' >/root/wrong/Makefile &&
	cp /var/cache/vfio-passfix-tests/$release/vfio* /root/wrong/drivers/vfio/ && PASSFIX_KERNEL_TREE=/root/wrong make modules KVER=$release")
is "a named tree of another release: an error" "$?" 2
like "that names both" "$output" '6\.12\.1[^0-9].*6\.12\.|6\.12\..*6\.12\.1[^0-9]'
is "and nothing built" "$(built)" '*.ko'

# A kernel that was trimmed to the exports that its own modules use.
exports=$(in_root readlink -f "/lib/modules/$release/build/Module.symvers")
in_root sh -c "cp $exports /tmp/exports && sed -i '/\t\(register_kprobe\|xa_store\)\t/d' $exports"
output=$(make_in_root "make modules KVER=$release")
is "a kernel that lacks exports: refused" "$?" 2
like "with all of them" "$output" 'cannot be fixed by this version: it does not export register_kprobe xa_store\.'
in_root sh -c "echo CONFIG_TRIM_UNUSED_KSYMS=y >>/usr/src/linux-headers-$release/include/config/auto.conf"
output=$(make_in_root "make modules KVER=$release")
like "trimmed: and with what to do" "$output" 'register_kprobe xa_store\. It was trimmed .*CONFIG_UNUSED_KSYMS_WHITELIST'
output=$(make_in_root "dkms add /tmp/tree >/dev/null; dkms build vfio-passfix/$version -k $release")
like "by dkms, too" "$output" 'BUILD_EXCLUSIVE'
in_root sh -c "dkms remove vfio-passfix/$version --all >/dev/null 2>&1; cp /tmp/exports $exports"

# The compiler of the kernel: a stub of a kernel tree prints its arguments.
compiler_of() {
	make_in_root "mkdir -p /tmp/clang/include/config && cd /tmp/clang && echo '$1' >include/config/auto.conf &&
		printf 'modules clean:\n\t@echo \$@ LLVM=\$(LLVM)\n' >Makefile && cd /tmp/tree && $2"
}
clang=CONFIG_CC_IS_CLANG=y
like "gcc's kernel: no LLVM" "$(compiler_of CONFIG_CC_IS_GCC=y 'make modules KDIR=/tmp/clang')" '^modules LLVM=$'
output=$(compiler_of $clang 'make modules KDIR=/tmp/clang KVER=6.99.0-clang')
is "clang's kernel, and no clang: fails" $? 2
like "with what is missing, and how to get it" "$output" 'kernel 6\.99\.0-clang: it was compiled by clang.* there is no clang\. Debian, Ubuntu: apt install clang lld llvm;'
# shellcheck disable=SC2016 # for the inner shell
in_root sh -c 'for name in clang ld.lld llvm-nm; do ln -s true /usr/bin/$name; ln -s true /usr/bin/$name-19; done'
like "clang's kernel: LLVM=1" "$(compiler_of $clang 'make modules KDIR=/tmp/clang')" '^modules LLVM=1$'
like "to clean, too" "$(compiler_of $clang 'make clean KDIR=/tmp/clang')" '^clean LLVM=1$'
like "unless one is named" "$(compiler_of $clang 'make modules KDIR=/tmp/clang LLVM=-19')" '^modules LLVM=-19$'
like "which is looked for" "$(compiler_of $clang 'make modules KDIR=/tmp/clang LLVM=-77')" 'there is no clang-77\.'

# Type1 built in, as on Ubuntu, according to the configuration.
in_root sh -c "sed -i 's/^CONFIG_VFIO_IOMMU_TYPE1=m/CONFIG_VFIO_IOMMU_TYPE1=y/' /usr/src/linux-headers-$release/include/config/auto.conf"
output=$(make_in_root "make modules KVER=$release")
is "type1 built in: vfio_passfix alone" "$(built)" vfio_passfix.ko
like "and it says so" "$output" 'alone.*type1 built in'
output=$(make_in_root "make install KVER=$release && dkms status vfio-passfix")
like "dkms installs it alone" "$output" 'installed .*vfio_passfix\.ko'
unlike "and no fork" "$output" 'vfio_iommu_type1_passfix\.ko'
like "and is content" "$output" "$(literal "$release").*: installed"

done_testing
