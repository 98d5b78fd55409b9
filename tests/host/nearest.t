#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# PASSFIX_NEAREST: the source of another release is used for the fork only if it fits the kernel.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

use_root

# near [FILE SED]: stores the kernel's own source as that of the release NEAR, and changes a file of it.
near() {
	# shellcheck disable=SC2016 # for the inner shell
	in_root sh -euc '
		rm -rf /root/near && mkdir /root/near && cp -r "/var/cache/vfio-passfix-tests/$1" "/root/near/$2"
		cd "/root/near/$2"
		cp "$3" before
		sed -i "$4" "$3"
		[ "$5" = 1 ] || ! cmp -s before "$3" || { echo "sed changed nothing"; exit 1; }
		rm before
		sed -i "s/^release: .*/release: $2/; s/^version: .*/version: ${2%-*}/; /^sha256: /d" origin
		sha256sum -- vfio_iommu_type1.c vfio.h | sed "s/^/sha256: /" >>origin
	' near "$release" "$near" "${1-vfio.h}" "${2-}" "$(($# == 0))"
}

# asked: what the build says about it, with the status of fork-source.
asked() {
	in_root env PASSFIX_NEAREST=1 PASSFIX_CACHE=/root/near \
		bash /project/tools/fork-source "$release" "/lib/modules/$release/build" /tmp/type1 2>&1
	echo "status $?"
}

# fits NAME
fits() {
	like "$1" "$(asked | paste -sd ' ')" "building the fork of type1 too, .*nearest:$near.* status 0\$"
	ok "and that source is laid there" in_root cmp /tmp/type1/vfio.h "/root/near/$near/vfio.h"
}

# refused NAME PATTERN
refused() {
	output=$(asked | paste -sd ' ')
	like "$1" "$output" "the source of $near cannot be used for $(literal "$release"): $2.* status 1\$"
	nok "and nothing of it is left" in_root test -e /tmp/type1
}

near_of() {
	near=${release%%-*}
	near=${near%%+*}
	near=${near%.*}.1-amd64
}

near_of
ok "a source that fits" near
fits "is used"
# dkms_builds: builds with that variable, in a copy of the tree.
dkms_builds() {
	in_root sh -c "rm -rf /tmp/tree && mkdir /tmp/tree && cd /project && cp -r Kbuild Makefile dkms.conf src tools /tmp/tree
		dkms remove vfio-passfix/$version --all; dkms add /tmp/tree" >/dev/null 2>&1
	in_root env PASSFIX_NEAREST=1 PASSFIX_CACHE=/root/near dkms build "vfio-passfix/$version" -k "$release" >/dev/null 2>&1
	echo "$? $(cd "$layer/upper/var/lib/dkms/vfio-passfix/$version/$release"/*/module && echo *.ko*)"
}
like "dkms builds it" "$(dkms_builds)" '^0 vfio_iommu_type1_passfix\.ko.* vfio_passfix\.ko'
near vfio.h '/(\*pin_pages)/i int (*added)(void *iommu_data);' >/dev/null
like "and goes on without one that does not fit" "$(dkms_builds)" '^0 vfio_passfix\.ko[^ ]*$'

diag "what does not fit is named"
changes=0
while IFS='|' read -r what file change words; do
	ok "$what" near "$file" "$change"
	refused "is refused, and named" "$words"
	changes=$((changes + 1))
done <<'END'
a member of another type|vfio.h|s/unsigned long arg);/unsigned int arg);/|struct vfio_iommu_driver_ops: the kernel's has open at byte 16, of type void \*\(\*\)\(long unsigned int\)
two members of one type, swapped|vfio.h|s/(\*register_device)/(*swapped)/;s/(\*unregister_device)/(*register_device)/;s/(\*swapped)/(*unregister_device)/|struct vfio_iommu_driver_ops: the kernel's has register_device at byte 72
a member that is missing|vfio.h|/(\*detach_group)/,/;/d|struct vfio_iommu_driver_ops: the kernel's has detach_group at byte 48
one put between others|vfio.h|/(\*pin_pages)/i int (*added)(void *iommu_data, int flags);|struct vfio_iommu_driver_ops: the kernel's has no added
one at the end|vfio.h|/(\*group_iommu_domain)/,/;/s/;/; void (*added)(void *iommu_data);/|struct vfio_iommu_driver_ops: the kernel's has no added
one in a hole, which moves nothing|vfio.h|s/u8 access_granted;/& u8 added;/|struct vfio_device_file: the kernel's has no added
an alignment|vfio.h|/^struct vfio_iommu_driver {/,/^};/s/^};/} __aligned(64);/|struct vfio_iommu_driver: the kernel's has 24 bytes
a structure that type1 does not use|vfio.h|s/unsigned int\(.*\)container_users;/unsigned long\1container_users;/|struct vfio_group: the kernel's has container_users at byte [0-9]+, of type unsigned int
a value of an enumeration|vfio.h|s/VFIO_NO_IOMMU,/VFIO_NO_IOMMU = 3,/|enum vfio_group_type: the kernel's has VFIO_NO_IOMMU = 2
one more value|vfio.h|s/VFIO_NO_IOMMU,/& VFIO_ADDED,/|enum vfio_group_type: the kernel's has no VFIO_ADDED
a prototype|vfio.h|s/^int vfio_register_iommu_driver(.*)/int vfio_register_iommu_driver(struct vfio_iommu_driver_ops *ops)/|vfio_register_iommu_driver\(\): the kernel's is int vfio_register_iommu_driver\(const struct vfio_iommu_driver_ops \*\)
the prototype of a function that type1 does not call|vfio.h|s/^void vfio_device_put_registration(/int vfio_device_put_registration(/|vfio_device_put_registration\(\): the kernel's is void
another name for the operations|vfio.h|s/vfio_iommu_driver_ops/vfio_type1_ops/|vfio_iommu_driver_ops is not in both
a call of what the kernel does not export|vfio_iommu_type1.c|s/^#include "vfio.h"/&\nbool added(int cap);/;s/capable(CAP_IPC_LOCK)/added(CAP_IPC_LOCK)/|it does not build: .*added.* undefined
END
is "all of these" "$changes" 14

diag "what cannot be seen is no proof"
near >/dev/null
headers=$(in_root realpath "/lib/modules/$release/build")
vmlinux=$PASSFIX_TEST_CACHE/roots/$name$headers/vmlinux
module=/lib/modules/$release/kernel/drivers/vfio/vfio.ko.xz
# without PATH NAME PATTERN: it is refused while PATH does not exist.
without() {
	in_root mv "$1" /root/away
	refused "$2" "$3"
	in_root mv /root/away "$1"
}
without "$headers/vmlinux" "no BTF of vmlinux" "there is no BTF of .*/vmlinux.* Boot that kernel, and build again"
in_root cp "$headers/vmlinux" /root/vmlinux
printf 'cat /root/vmlinux\n' | in_root tee "$headers/scripts/extract-vmlinux" >/dev/null
in_root mv "$headers/vmlinux" /root/away
fits "with the headers' program that unpacks the kernel image, that is enough"
in_root rm "$headers/scripts/extract-vmlinux"
in_root mv /root/away "$headers/vmlinux"
without "$module" "no vfio module" "there is no vfio module in /lib/modules/"
without /usr/bin/perl "no perl" "there is no perl.*Install the package perl"
without /usr/bin/xz "no xz" "there is no xz.*Install the package xz-utils"
newest=$(kernel_with newest)
newest_release=$(cat "$PASSFIX_TEST_CACHE/roots/$newest.release")
ok "the vmlinux of $newest" \
	cp "$PASSFIX_TEST_CACHE/roots/$newest/usr/src/linux-headers-$newest_release/vmlinux" "$layer/upper/root/vmlinux"
in_root cp /root/vmlinux "$headers/vmlinux"
refused "the BTF of another vmlinux" ""
cp "$vmlinux" "$layer/upper/root/vmlinux"
in_root truncate -s 4M /root/vmlinux
in_root cp /root/vmlinux "$headers/vmlinux"
refused "a vmlinux that is cut off" ".*/vmlinux is cut off"
cp "$vmlinux" "$layer/upper/root/vmlinux"
in_root cp /root/vmlinux "$headers/vmlinux"
in_root sed -i '/^CONFIG_DEBUG_INFO_BTF=/d' "$headers/include/config/auto.conf" "$headers/.config"
refused "a kernel without BTF" "kernel .* is built without BTF"

diag "types of other shapes than VFIO's, and VFIO built in"
mkdir -p "$layer/upper/root/shapes"
cat >"$layer/upper/root/shapes/shapes.h" <<'END'
enum values { A = -1, B = 4, C = 4 };
union either { int a; long b; };
struct vfio_iommu_driver_ops {
	int a;
	union { long b; struct { char c; char d[3]; struct { char deep; }; } e; };
	struct { int x; int y[2]; } f;
	int (*g)(int, ...);
	const char *const *h;
	int (*i[3])(void);
	volatile int j;
	int (*(*k)(int))(long);
	unsigned char m[];
};
int vfio_register_iommu_driver(const struct vfio_iommu_driver_ops *ops, enum values value, union either *either);
void vfio_unregister_iommu_driver(const struct vfio_iommu_driver_ops *ops);
END
cat >"$layer/upper/root/shapes/shapes.c" <<'END'
#include "shapes.h"
int vfio_register_iommu_driver(const struct vfio_iommu_driver_ops *ops, enum values value, union either *either) { return 0; }
void vfio_unregister_iommu_driver(const struct vfio_iommu_driver_ops *ops) { }
END
# shapes SED: changes the header with sed, and compiles it with the checks made from the original.
shapes() {
	# shellcheck disable=SC2016 # for the inner shell
	in_root sh -euc 'cd /root/shapes; gcc -g -c shapes.c; LLVM_OBJCOPY=objcopy pahole -J shapes.o
		sed "$1" shapes.h >changed.h
		{ printf "#include <stddef.h>\n#include \"changed.h\"\n"; perl /project/tools/btf-checks shapes.h shapes.o; } >checks.c
		gcc -std=gnu11 -c checks.c' shapes "$1"
}
ok "are the same as themselves" shapes ''
for change in 's/char d\[3\]/char d[2]/' 's/int y\[2\];/& int z;/' 's/, \.\.\.//' 's/(\*i\[3\])(void)/(*i[3])(int)/' \
	's/(\*(\*k)(int))(long)/(*(*k)(long))(int)/' 's/unsigned char m/signed char m/' 's/C = 4/C = 5/' 's/long b; };/int b; };/' 's/enum values value/long value/'; do
	nok "and not with $change" shapes "$change"
done

diag "$newest"
name=$newest
release=$newest_release
layer=$layer-$name
rm -rf "$layer"
near_of
near >/dev/null
fits "a source that fits is used"
near vfio.h '/(\*pin_pages)/i int (*added)(void *iommu_data);' >/dev/null
refused "one that does not is refused" "struct vfio_iommu_driver_ops: the kernel's has no added"

done_testing
