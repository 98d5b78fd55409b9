# SPDX-License-Identifier: GPL-2.0-only
# The benchmark's part in the guest: rounds with stock, with the fork and the fix off, and with the fix
# on; with a device that all three can claim, and one with a firmware-mandated 1:1 mapping. Prints
# lines "# bench ROUND KIND WHAT VALUE", in nanoseconds and bytes.
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# ivmd: 21:8:40:0:7e000000:1000

device=0000:00:09.0
demanded=0000:00:08.0
first=1 last=6

# All kinds get the same pages: those of files in memory.
for pages in 4k:tmpfs:huge=never thp:tmpfs:huge=always hugetlb:hugetlbfs:pagesize=2M; do
	name=${pages%%:*}
	options=${pages##*:}
	from=${pages#*:}
	mkdir "/tmp/$name"
	[ "$name" != hugetlb ] || echo 32 >/proc/sys/vm/nr_hugepages
	mount -t "${from%:*}" -o "$options" "$name" "/tmp/$name"
	client lay-out "/tmp/$name/$name" 67108864 || fail "no memory of $name"
done

mapping() {
	client claim $device \
		time-map /tmp/4k/4k 4096 4096 1000 \
		time-map /tmp/4k/4k 2097152 4096 15 \
		time-map /tmp/4k/4k 16777216 4096 5 \
		time-map /tmp/4k/4k 67108864 4096 5 \
		time-map /tmp/thp/thp 2097152 2097152 101 \
		time-map /tmp/thp/thp 16777216 2097152 25 \
		time-map /tmp/thp/thp 67108864 2097152 9 \
		time-map /tmp/hugetlb/hugetlb 2097152 2097152 101 \
		time-map /tmp/hugetlb/hugetlb 16777216 2097152 25 \
		time-map /tmp/hugetlb/hugetlb 67108864 2097152 9 release
}

claiming() {
	client time-claim $device 15
}

# The device that only the fix makes assignable.
claiming_demanded() {
	claims=$(client time-claim $demanded 15) && echo "$claims" | sed 's/ /-demanded /'
}

# measure ROUND KIND COMMAND...
measure() {
	measure_as="$1 $2"
	shift 2
	measured=$("$@") || fail "$measure_as: $*"
	echo "$measured" | sed "s/^/# bench $measure_as /"
}

# into KIND: loads what it needs, when no type1 is loaded.
into() {
	case $1 in
	stock) modprobe --ignore-install vfio_iommu_type1 "$UNSAFE" ;;
	off) modprobe vfio_iommu_type1_passfix "$UNSAFE" ;;
	on) modprobe vfio_iommu_type1_passfix "$UNSAFE" pass_fix=1 && bind $demanded ;;
	esac
}

out_of() {
	case $1 in
	stock) modprobe -r vfio_iommu_type1 ;;
	off) modprobe -r vfio_iommu_type1_passfix vfio_passfix ;;
	on) unbind $demanded && set_parameter pass_fix 0 && out_of off ;;
	esac
}

# Begins and ends with the fix off and the device not bound.
turn_on() {
	bind $demanded &&
		client time-on "$PARAMETERS/pass_fix" $demanded &&
		unbind $demanded && set_parameter pass_fix 0
}

size_of() {
	cat "/sys/module/$1/coresize" "/sys/module/$1/initsize" | awk '{ sum += $1 } END { print sum }'
}

# How much memory this process allocates, and keeps, when it writes the parameter.
allocated_by_on() {
	mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
	cd /sys/kernel/tracing || return
	echo 16384 >buffer_size_kb
	echo 0 >options/hash-ptr
	echo $$ >set_event_pid
	for event in kmalloc kfree kmem_cache_alloc kmem_cache_free; do
		echo 1 >events/kmem/$event/enable
	done
	echo >trace
	echo 1 >"$PARAMETERS/pass_fix"
	echo 0 >tracing_on
	awk '
	function field(name) { return match($0, name "=[^ ]*") ? substr($0, RSTART + length(name) + 1, RLENGTH - length(name) - 1) : "" }
	/ (kmalloc|kmem_cache_alloc): / { size[field("ptr")] = field("bytes_alloc") }
	/ (kfree|kmem_cache_free): / { delete size[field("ptr")] }
	END { for (ptr in size) sum += size[ptr]; print sum + 0 }' trace
	cd /
}

memory() {
	into stock
	echo "# bench 1 stock memory-type1 $(size_of vfio_iommu_type1)"
	out_of stock
	into off
	echo "# bench 1 off memory-type1 $(size_of vfio_iommu_type1_passfix)"
	echo "# bench 1 off memory-passfix $(size_of vfio_passfix)"
	# In this process, because only its allocations are traced.
	allocated_by_on >/tmp/allocated
	[ "$(cat /tmp/allocated)" -gt 0 ] || fail "turning on allocates nothing that was seen"
	echo "# bench 1 on memory-type1 $(size_of vfio_iommu_type1_passfix)"
	echo "# bench 1 on memory-passfix $(size_of vfio_passfix)"
	echo "# bench 1 on memory-on $(cat /tmp/allocated)"
	set_parameter pass_fix 0
	out_of off
}

modprobe vfio-pci
bind $device
modprobe -r vfio_iommu_type1_passfix vfio_passfix

# Each kind follows each other kind, and is first, second and last, equally often.
orders="stock off on:off on stock:on stock off:stock on off:on off stock:off stock on"
for round in $(seq $first $last); do
	for kind in $(echo "$orders" | cut -d : -f $((round % 6 + 1))); do
		into "$kind" || fail "into $kind"
		measure "$round" "$kind" mapping
		measure "$round" "$kind" claiming
		[ "$kind" != on ] || measure "$round" "$kind" claiming_demanded
		out_of "$kind" || fail "out of $kind"
	done
	into off
	# Under emulation the first use of code is slow.
	turn_on >/dev/null
	measure "$round" on turn_on
	out_of off
done
# These are the same in each guest.
if [ $first = 1 ]; then
	memory
	echo "# note guest $(find /sys/bus/pci/devices -type l | wc -l) PCI devices in $(find \
		/sys/kernel/iommu_groups -mindepth 1 -maxdepth 1 | wc -l) groups"
fi
pass "measured"
