# SPDX-License-Identifier: GPL-2.0-only
# A write to pass_fix while a module is being loaded fails or takes effect, as its result says,
# whichever module it is written to.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

load_vfio
modprobe -r vfio_iommu_type1_passfix vfio_passfix
cat >/tmp/writer <<'END'
until [ -e "$1" ]; do :; done
if echo 0 >"$1"; then echo carried out; else echo refused; fi
END

# races MODULE PARAMETER
races() {
	carried_out=0 refused=0 wrong=0
	for _ in $(seq 10); do
		sh /tmp/writer "$2" >/tmp/said 2>/dev/null &
		modprobe "$1" pass_fix=1 "$3"
		wait $!
		case $(cat /tmp/said) in
		"carried out") carried_out=$((carried_out + 1)) expected=N ;;
		*) refused=$((refused + 1)) expected=Y ;;
		esac
		[ "$(parameter pass_fix)" = $expected ] || wrong=$((wrong + 1))
		set_parameter pass_fix 0
		modprobe -r vfio_iommu_type1_passfix vfio_passfix
	done
	is "$1: each report was true ($carried_out carried out, $refused refused)" "$wrong" 0
	ok "$1: some were refused, while it was being loaded" test "$refused" -gt 0
}
dmesg -c >/dev/null
races vfio_passfix "$PARAMETERS/pass_fix" devices=
races vfio_iommu_type1_passfix "$TYPE1_PARAMETERS/pass_fix" "$UNSAFE"
like "and the log said why" "$(dmesg)" 'pass_fix: vfio_passfix is still being loaded; write it again when that is done'
