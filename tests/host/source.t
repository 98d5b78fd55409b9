#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the modules' source and object code show: I5, I6, the compat rule.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

sources=("$PROJECT"/src/*.c "$PROJECT"/src/*.h)
use_root
module=$layer/upper/tmp/build/vfio_passfix.ko

# I5: the only private header is the kernel's own, which the build puts there.
is "I5: only public headers, and type1's own" \
	"$(grep -h '^#include' "${sources[@]}" | grep -v '<linux/' | sort -u | xargs)" \
	"$(cd "$PROJECT/src" && printf '#include %s\n' *.h vfio.h | grep -v bend | sort | xargs)"
is "I5: a private header only in the shim" \
	"$(grep -l '"vfio.h"' "${sources[@]}" | xargs -n 1 basename | xargs)" type1_shim.c
# Types that the modules define must be their own, not copies of the kernel's.
kernel_types=$(in_root \
	grep -rhoE '^(struct|union|enum) [a-z0-9_]+ \{' "/usr/src/linux-headers-${release%-*}-common/include" \
	/var/cache/vfio-passfix-tests | sort -u)
ok "I5: the kernel's types were read ($(wc -l <<<"$kernel_types"))" test "$(wc -l <<<"$kernel_types")" -gt 5000
private='struct (iommu_group|group_device|vfio_iommu|vfio_domain|vfio_dma|protection_domain|amd_iommu|kset) \{'
is "I5: no type of the kernel is defined again" \
	"$(grep -hoE '^(struct|union|enum) [a-z0-9_]+ \{' "${sources[@]}" | sort -u |
		grep -xFf <(echo "$kernel_types"); grep -hE "$private" "${sources[@]}")" ""

is "no kernel's version is looked at" \
	"$(grep -lE 'LINUX_VERSION_CODE|KERNEL_VERSION|RHEL_RELEASE' "${sources[@]}" "$PROJECT/Kbuild")" ""

# I6: what the handlers can reach, according to the object code.
rm -rf "$PASSFIX_BUILD/layers/source.t/upper/tmp/build"
ok "the module builds" in_root sh -c "
	rm -rf /tmp/build && mkdir /tmp/build && cd /project && cp -r Kbuild dkms.conf src tools /tmp/build &&
	make -s -C /lib/modules/$release/build M=/tmp/build modules"

# tools/kernel-lacks refuses a kernel that does not export what the module calls. (For a group's domain
# it calls one of two functions, depending on the headers.)
is "kernel-lacks knows the kernel's functions that are called" \
	"$(sed -n '/^functions="/,/"$/p' "$PROJECT/tools/kernel-lacks" | tr -d '"' | sed 's/^functions=//' | xargs -n 1 | sort | xargs)" \
	"$(nm -u "$module" | awk '{ print $2 }' | grep -E '^((bus|device|iommu|pci|xa)_.*|.*_kprobe|strcasecmp|strim|strsep|sysfs_emit_at)$' |
		grep -vE '^(pci_bus_type|iommu_(driver_)?get_domain_for_dev)$' | sort | xargs)"

# Each line: a function and a symbol that its code refers to.
references=$(objdump -dr --no-show-raw-insn "$module" | awk '
	/^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]/, "", name) }
	/R_X86_64_(PLT32|PC32|32S|64)/ { to = $3; sub(/[-+]0x[0-9a-f]+$/, "", to); print name, to }
	/\t(call|jmp)/ && match($0, /<[a-z_0-9.]+/) { print name, substr($0, RSTART + 1, RLENGTH - 1) }')
reached=$(awk '
	{ to[$1] = to[$1] " " $2; known[$1] = 1 }
	function walk(f,   list, n, i) {
		if (seen[f]++) return
		print f
		if (!known[f]) return
		n = split(to[f], list, " ")
		for (i = 1; i <= n; i++) walk(list[i])
	}
	END { walk("redirect"); walk("after") }
	' <<<"$references" | sed 's/^\.L.*//' | sort -u)
like "I6: the handlers are found" "$(echo "$reached" | xargs)" 'after.*redirect'
# Allowed are our own functions and data, what the compiler and the kernel's configuration add to any
# function, and otherwise only what takes no lock and allocates nothing.
allowed='^($|__fentry__|__x86_return_thunk|__stack_chk_.*|current_task|pcpu_hot|const_pcpu_hot|\.(text|data|bss|rodata|noinstr).*|redirect|after|marks|calls|__ref_stack_chk_guard|__pfx_.*|__ubsan_.*)$'
is "I6: and reach nothing that sleeps, allocates or locks" "$(echo "$reached" | grep -vE "$allowed")" ""

diag "what is planted on purpose"
# Rows whose file is gone, or whose sed script no longer changes it.
is "each fault of tests/faults changes its file" "$(grep -v '^#' "$TESTS/faults" |
	while IFS=$'\t' read -r name _ file script _; do
		[[ -e $PROJECT/$file ]] && ! sed "$script" "$PROJECT/$file" | cmp -s - "$PROJECT/$file" ||
			echo "$name: $file: $script"
	done)" ""

done_testing
