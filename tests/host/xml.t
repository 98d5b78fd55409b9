#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# vfio-passfix xml: validated with libvirt's own schema, from this Debian and from a libvirt with iommufd.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/card-root.sh"

need_tool

scratch

# The schema of Debian's newest libvirt, from the package in sid, fetched by apt with separate lists, at
# most once a week.
newer=$PASSFIX_TEST_CACHE/libvirt-schema
fetch_schema() {
	local mirror
	rm -rf "$newer.new"
	mkdir -p "$newer.new"/apt/{lists,cache/archives}/partial
	# shellcheck disable=SC2016
	mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME)' 'Created-By: Packages' 'Origin: Debian' |
		awk '$2 !~ /-security$/ { print $1; exit }')
	[[ $mirror ]] || return
	cat >"$newer.new/apt/conf" <<END
Dir::Etc::sourcelist "$newer.new/apt/sources";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$newer.new/apt/lists";
Dir::Cache "$newer.new/apt/cache";
Acquire::Languages "none";
APT::Sandbox::User "root";
END
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$newer.new/apt/sources"
	(
		cd "$newer.new" || exit
		export APT_CONFIG=$newer.new/apt/conf
		timeout 120 apt-get -qq -o Acquire::Retries=0 update && timeout 120 apt-get -qq download libvirt-common &&
			dpkg-deb -f libvirt-common_*.deb Version >version &&
			dpkg --compare-versions "$(<version)" ge 12.2 &&
			dpkg-deb -x libvirt-common_*.deb . && [[ -s usr/share/libvirt/schemas/domain.rng ]]
	) >"$newer.log" 2>&1 || {
		rm -rf "$newer.new"
		return 1
	}
	rm -rf "$newer" "$newer.new/apt" "$newer.new"/*.deb
	mv "$newer.new" "$newer"
}
mkdir -p "$PASSFIX_TEST_CACHE"
exec 9>"$newer.lock"
flock 9
if [[ -z $(find "$newer/version" -mtime -7 2>/dev/null) ]]; then
	fetch_schema || diag "the newer libvirt's schema cannot be fetched: $(tail -n 1 "$newer.log" 2>/dev/null)"
fi
exec 9>&-
newer_schema=$newer/usr/share/libvirt/schemas/domain.rng

# by_newer NAME [!] FILE: validates with that schema, or is skipped; !: must be refused.
by_newer() {
	local expect=ok
	if [[ $2 == ! ]]; then
		expect=nok
		set -- "$1" "$3"
	fi
	if [[ -e $newer_schema ]]; then
		"$expect" "$1, by libvirt $(<"$newer/version")" xmllint --noout --relaxng "$newer_schema" "$2"
	else
		tap_count=$((tap_count + 1))
		echo "ok $tap_count - $1 # SKIP the schema of a newer libvirt is not available"
	fi
}

# run WORDS...: runs xml under the root; sets $code, and $errors as one line; writes out.xml.
run() {
	"$tool" --root "$root" xml "$@" >out.xml 2>errors
	code=$?
	errors=$(tr -cd '\n -~' <errors | xargs -d '\n')
}

at() {
	xmllint --xpath "string($1)" "${2:-out.xml}"
}

count() {
	xmllint --xpath "count($1)" "${2:-out.xml}"
}

# wrap: puts the elements of out.xml into a guest that has nothing else.
wrap() {
	echo "<domain type='kvm'><name>x</name><memory>1</memory><os><type>hvm</type></os><devices>"
	cat out.xml
	echo "</devices></domain>"
}

# A card with two functions, with the audio alone in its group; a network card with four in another
# segment; a virtual function.
new_root "$T/root"
processor AuthenticAMD 16 2
device 0000:03:00.0 030000 1002:744c 15
echo 0 >"$device/boot_vga"
device 0000:03:00.1 040300 1002:ab30 16
device 0001:a5:1f.1 020000 8086:1533 17
device 0001:a5:1f.3 020000 8086:1533 17
device 0001:a5:1f.7 020000 8086:1533 17
device 0000:07:10.5 020000 8086:1520 18
ln -s ../0000:07:00.0 "$device/physfn"
device 0000:00:02.0 030000 8086:4680 1
echo 1 >"$device/boot_vga"
{ rom_image x86 1002:744c 48; rom_image efi8664 1002:744c 16 last; } >"card & <b>.rom"
rom_image x86 1002:744c 48 last >bios.rom
{ rom_image x86 10de:2204 48; rom_image efi8664 10de:2204 16 last; } >other.rom
rom_image efi8664 10de:2204 16 last >efi.rom
rom_image efi8664 1002:744c 16 last | head -c 9000 >short.rom
{ head -c 1024 /dev/zero; cat "card & <b>.rom"; } >behind.rom
{ rom_image x86 1002:744c 48; rom_image efi8664 1002:744c 16; } >endless.rom
{ rom_image x86 1002:744c 48 last | head -c 49151; printf '\377'; } >broken.rom
chmod 644 ./*.rom

diag "the elements of a card"
succeeds "0, and nothing to complain of" gpu
wrap >card.xml
ok "libvirt's schema takes it" virt-xml-validate card.xml domain
by_newer "it takes it" card.xml
is "an element for each function" "$(count //hostdev card.xml)" 2
is "of PCI, managed by libvirt" "$(count "//hostdev[@mode='subsystem'][@type='pci'][@managed='yes']" card.xml)" 2
is "from their addresses on the host" "$(xmllint --xpath '//source/address/@*' card.xml | xargs)" \
	'domain=0x0000 bus=0x03 slot=0x00 function=0x0 domain=0x0000 bus=0x03 slot=0x00 function=0x1'
is "to one device of the guest, bus 10" "$(xmllint --xpath '//hostdev/address/@*' card.xml | xargs)" \
	'type=pci domain=0x0000 bus=0x0a slot=0x00 function=0x0 multifunction=on type=pci domain=0x0000 bus=0x0a slot=0x00 function=0x1'
is "no ROM and no driver are named" "$(count '//hostdev/rom | //hostdev/driver' card.xml)" 0
run 03:00.1
wrap >other.xml
ok "named by another function: the same" cmp card.xml other.xml
run 0001:a5:1f.3
wrap >net.xml
ok "other numbers: libvirt's schema takes them" virt-xml-validate net.xml domain
is "the source's" "$(xmllint --xpath '//hostdev[1]/source/address/@*' net.xml | xargs)" \
	'domain=0x0001 bus=0xa5 slot=0x1f function=0x1'
is "no function 0 on the host: the first is the guest's, the others stay" \
	"$(xmllint --xpath '//hostdev/address/@function' net.xml | xargs)" 'function=0x0 function=0x3 function=0x7'
is "and multifunction is said of the first alone" \
	"$(count '//hostdev/address[@multifunction]' net.xml):$(at '//hostdev[1]/address/@multifunction' net.xml)" 1:on
run 0000:07:10.5
wrap >vf.xml
is "a virtual function: alone, as function 0 of one" \
	"$(count //hostdev vf.xml):$(at //hostdev/address/@function vf.xml):$(count //@multifunction vf.xml)" 1:0x0:0
ok "libvirt's schema takes it" virt-xml-validate vf.xml domain

diag "the schemas can say no"
sed 's/slot="0x1f"/slot="0x20"/' net.xml >wrong.xml
nok "a slot that does not exist" virt-xml-validate wrong.xml domain
sed 's/managed="yes"/managed="perhaps"/' card.xml >wrong.xml
nok "another value" virt-xml-validate wrong.xml domain
by_newer "another value" ! wrong.xml
sed 's|<source>|<iommufd/>&|' card.xml >wrong.xml
nok "an element too many" virt-xml-validate wrong.xml domain
by_newer "an element too many" ! wrong.xml

diag "--rom"
succeeds "0, and nothing to complain of" gpu --rom "card & <b>.rom"
wrap >rom.xml
ok "libvirt's schema takes it" virt-xml-validate rom.xml domain
by_newer "it takes it" rom.xml
is "its absolute path, at the display" "$(at "//hostdev[source/address/@function='0x0']/rom[@bar='on']/@file" rom.xml)" \
	"$T/card & <b>.rom"
is "and there alone" "$(count //rom rom.xml)" 1
run 03:00.1 --rom "card & <b>.rom"
is "at the display, too, where another function is named" "$(wrap | xmllint --xpath 'string(//hostdev[rom]/source/address/@function)' -)" 0x0
complains "no UEFI image: 0, with a warning" '^0 .*no UEFI image for x86-64' gpu --rom bios.rom
complains "not marked last: 0, with a warning" '^0 .*endless\.rom may not work: it is not whole' gpu --rom endless.rom
complains "other ids in a UEFI image, which nobody looks at: 0, with a warning" \
	'^0 .*efi\.rom names 10de:2204 and not 0000:03:00\.0' gpu --rom efi.rom
chmod 600 bios.rom
complains "not readable for QEMU's user: a warning" "^0 .*chmod a\\+r $T/bios\\.rom" gpu --rom bios.rom

# refused STATUS NAME PATTERN WORDS...: it ends with that status, prints the reason, and no XML.
refused() {
	complains "$2: $1, and why" "^$1 .*$3" "${@:4}"
	is "$2: no XML" "$(<out.xml)" ""
}

refused 3 "a ROM for another card" 'other\.rom does not work: .* for 10de:2204 \(GA102' gpu --rom other.rom
refused 3 "a ROM behind something else" 'behind\.rom does not work: 1024 bytes .*vfio-passfix rom cut FILE OUT' gpu --rom behind.rom
refused 3 "a ROM cut short" 'short\.rom does not work: it is not whole' gpu --rom short.rom
refused 3 "a BIOS image alone with a wrong checksum" 'broken\.rom does not work: it has neither' gpu --rom broken.rom
refused 3 "a ROM that is none" 'errors is not an option ROM' gpu --rom errors
refused 66 "a ROM that is not there" 'none\.rom: No such file' gpu --rom none.rom
cp bios.rom $'new\nline.rom'
refused 3 "a path that XML cannot hold" 'control characters' gpu --rom $'new\nline.rom'
cp bios.rom $'not\xffutf8.rom'
refused 3 "a path that is not UTF-8" 'not UTF-8' gpu --rom $'not\xffutf8.rom'
refused 66 "a device that is not there" 'no device 09:00\.0' 09:00.0
refused 66 "no device at all" 'is not a device' nonsense
refused 66 "an id of several" 'any of 3 devices' 8086:1533
refused 66 "a whole guest for no device" 'no device' 09:00.0 --domain x

diag "--iommufd"
libvirt() {
	rm -rf "$root/usr/lib"
	mkdir -p "$root/usr/lib/x86_64-linux-gnu"
	: >"$root/usr/lib/x86_64-linux-gnu/libvirt.so.0.$1"
}
run gpu --iommufd
wrap >iommufd.xml
like "no libvirt: 0, with a warning" "$code $errors" '^0 .*no libvirt was found.*12\.1'
is "said of each function" "$(count "//hostdev/driver[@name='vfio'][@iommufd='yes']" iommufd.xml)" 2
nok "libvirt's schema here does not know it" virt-xml-validate iommufd.xml domain
by_newer "it knows it" iommufd.xml
libvirt 9000.0
complains "Debian 12's libvirt: 0, with a warning that names it" '^0 .*libvirt 9\.0\.0 on this host does not support' gpu --iommufd
libvirt 12001.0
succeeds "12.1: no warning" gpu --iommufd
complains "but for a whole guest" '^0 .*libvirt 12\.1\.0 .*needs 12\.2' gpu --iommufd --domain x
libvirt 12008.0
run gpu --iommufd --domain x
unlike "12.8: no warning" "$errors" libvirt
is "<iommufd> in the guest" "$(at /domain/iommufd/@enabled):$(count '//hostdev/driver[@iommufd]')" yes:2
by_newer "it takes the whole guest" out.xml

diag "--domain"
hugepages 2048 8192 8192
ends 0 "0" gpu --domain win11
unlike "nothing about huge pages" "$errors" 'huge'
ok "libvirt's schema takes it" virt-xml-validate out.xml domain
by_newer "it takes it" out.xml
cp out.xml domain.xml
is "its name, kind and machine" "$(at /domain/name):$(at /domain/@type):$(at /domain/os/type/@machine)" win11:kvm:q35
is "UEFI with Secure Boot, which needs SMM" \
	"$(at /domain/os/@firmware):$(count "//firmware/feature[@enabled='yes']"):$(at //smm/@state)" efi:2:on
is "a TPM 2.0" "$(at //tpm/@model):$(at //tpm/backend/@version)" tpm-crb:2.0
is "KVM hidden, and a vendor of at most 12 characters" \
	"$(at //kvm/hidden/@state):$(at //hyperv/vendor_id/@state):$(($(at //hyperv/vendor_id/@value | wc -c) <= 13))" on:on:1
for enlightenment in relaxed vapic spinlocks vpindex synic stimer; do
	is "Hyper-V's $enlightenment" "$(at "//hyperv/$enlightenment/@state")" on
done
is "16 GiB of 62.7" "$(at /domain/memory)$(at /domain/memory/@unit)" 16GiB
is "from 2 MiB pages, by 14 threads at once" \
	"$(at //hugepages/page/@size)$(at //hugepages/page/@unit):$(at //allocation/@mode):$(at //allocation/@threads)" 2048KiB:immediate:14
is "14 of 16 cores, all their threads" \
	"$(at //vcpu):$(at //topology/@sockets):$(at //topology/@cores):$(at //topology/@threads)" 28:1:14:2
is "AMD with threads: topoext" "$(at "//cpu/feature[@name='topoext']/@policy")" require
is "the card's bus is a root port's" "$(count "//controller[@model='pcie-root-port'][@index=10]"):$(at //hostdev/address/@bus)" 1:0x0a
is "no emulated display, no balloon" "$(count '//graphics | //video'):$(at //memballoon/@model)" 0:none
is "a disk of its name" "$(at "//disk[@device='disk']/source/@file"):$(at //disk/driver/@type)" /var/lib/libvirt/images/win11.qcow2:qcow2
is "no CD" "$(count "//disk[@device='cdrom']")" 0
ok "the elements of the card in it are those without --domain" cmp \
	<(xmllint --xpath //hostdev domain.xml | tr -d ' \n') <(xmllint --xpath //hostdev card.xml | tr -d ' \n')

run gpu --domain 'a & <b>' --with-display --cdrom Win11.iso --cdrom "/isos/virtio win.iso" --disk /dev/vg/win \
	--memory 3 --cpus 6 --rom "card & <b>.rom"
is "all options: 0" "$code" 0
ok "libvirt's schema takes it" virt-xml-validate out.xml domain
by_newer "it takes it" out.xml
is "the name is escaped" "$(at /domain/name)" 'a & <b>'
is "memory and CPUs" "$(at /domain/memory):$(at //vcpu):$(at //topology/@cores):$(at //topology/@threads):$(at //allocation/@threads)" 3:6:3:2:3
is "a block device is one, and raw" "$(at "//disk[@type='block']/source/@dev"):$(at //disk/driver/@type)" /dev/vg/win:raw
is "both CDs, by absolute paths" "$(xmllint --xpath "//disk[@device='cdrom']/source/@file" out.xml | xargs -d '\n')" \
	" file=\"$T/Win11.iso\"  file=\"/isos/virtio win.iso\""
is "the disk is booted first, then the CDs" "$(xmllint --xpath '//boot/@order' out.xml | xargs)" 'order=1 order=2 order=3'
is "a display to be seen with SPICE" "$(at //graphics/@type):$(at //video/model/@type)" spice:virtio
is "the ROM" "$(at //hostdev/rom/@file)" "$T/card & <b>.rom"

# cpus NAME EXPECTED WORDS...: compares vCPUs, cores, threads of each, whether topoext.
cpus() {
	run gpu --domain x "${@:3}"
	is "$1" "$(at //vcpu):$(at //topology/@cores):$(at //topology/@threads):$(count "//cpu/feature[@name='topoext']")" "$2"
	virt-xml-validate out.xml domain &>/dev/null || fail "$1: libvirt's schema takes it"
}

diag "the host's processor"
cpus "an odd number of CPUs: cores of one thread" 5:5:1:0 --cpus 5
like "and that is said" "$errors" '5 CPUs are not whole cores, which have 2 threads'
cpus "more CPUs than the host has" 64:32:2:1 --cpus 64
like "and that is said" "$errors" 'no more than 32 CPUs'
processor AuthenticAMD 8 1
cpus "AMD without threads: no topoext" 6:6:1:0
processor GenuineIntel 6 2
cpus "Intel with threads: no topoext" 8:4:2:0
processor GenuineIntel 8 2 16
cpus "cores of two kinds: one thread each" 22:22:1:0
processor AuthenticAMD 4 2
cpus "four cores: one is left" 6:3:2:1
processor AuthenticAMD 1 1
cpus "one core: it is shared" 1:1:1:0
processor AuthenticAMD 192 2
cpus "more than a guest without an IOMMU can have" 254:127:2:1
rm -r "$root/sys/devices/system/cpu/cpu"{190..383}
rm "$root/sys/devices/system/cpu/cpu1/topology/thread_siblings_list"
cpus "CPUs that are offline do not count" 254:127:2:1
rm -r "$root/sys/devices/system/cpu"
refused 3 "a host that does not tell" 'cannot tell how many cores.*--cpus' gpu --domain x
cpus "unless --cpus does" 4:4:1:0 --cpus 4
processor AuthenticAMD 16 2

# memory NAME EXPECTED WORDS...: compares GiB, and the size of the pages.
memory() {
	run gpu --domain x "${@:3}"
	is "$1" "$(at /domain/memory):$(at //hugepages/page/@size)" "$2"
	virt-xml-validate out.xml domain &>/dev/null || fail "$1: libvirt's schema takes it"
}

diag "the host's memory"
hugepages 2048 8192 8191
hugepages 1048576 15 15
memory "too few free: those in use count, it may be this guest that uses them" 16:2048
hugepages 2048 8191 8191
memory "too few at all: ordinary pages" 16:
like "and how to have them" "$errors" 'echo 8192 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages.*hugepagesz=1G hugepages=16'
hugepages 2048 8192 8192
hugepages 1048576 16 16
memory "the largest of which enough are free" 16:1048576
hugepages 1048576 16 1
memory "free ones before large ones" 16:2048
memory "less memory: enough for that" 1:1048576 --memory 1
rm -r "$root/sys/kernel/mm"
echo 'MemTotal:       24000000 kB' >"$root/proc/meminfo"
memory "half of the host's, to a GiB" 11:
echo 'MemTotal:       900000 kB' >"$root/proc/meminfo"
refused 3 "a host too small for any guest" 'cannot give a guest 1 GiB of 0 GiB' gpu --domain x
echo 'MemTotal:       24000000 kB' >"$root/proc/meminfo"
refused 3 "more than there is" 'cannot give a guest 23 GiB of 22 GiB' gpu --domain x --memory 23
rm "$root/proc/meminfo"
refused 3 "a host that does not tell" 'cannot read the host.s memory.*--memory' gpu --domain x
memory "unless --memory does" 4: --memory 4

diag "wrong words"
for words in '--memory 8' '--cpus 2' '--disk x' '--cdrom x' --with-display '--domain=' '--domain a/b' \
	'--domain x --memory -1' '--domain x --cpus 255' '--domain x --cpus -1' '--domain x --memory many' \
	"--domain x $(printf -- '--cdrom %s.iso ' 1 2 3 4 5)"; do
	# shellcheck disable=SC2086
	run gpu $words
	is "$words: 64, and no XML" "$code:$(<out.xml)" 64:
	like "$words: with a word" "$errors" '^vfio-passfix: .+; see: vfio-passfix xml --help'
done

run gpu --domain $'a\nb'
is "a name in two lines: 64, and no XML" "$code:$(<out.xml)" 64:

done_testing
