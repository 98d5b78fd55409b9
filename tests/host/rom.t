#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# vfio-passfix rom check and rom dump.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/card-root.sh"

need_tool

scratch

new_root "$T/root"
device 0000:03:00.0 030000 1002:744c 15
card=$device
echo 0 >"$card/boot_vga"
device 0000:03:00.1 040300 1002:ab30 16
device 0000:04:00.0 020000 8086:1533 17

{ rom_image x86 1002:744c 48; rom_image efi8664 1002:744c 16 last; } >good.rom
{ rom_image x86 10de:2204 48; rom_image efi8664 10de:2204 16 last; } >other.rom
{ rom_image x86 1002:744c 48; rom_image efi8664 1002:744c 16; } >endless.rom
head -c 60000 good.rom >short.rom
rom_image x86 1002:744c 48 last >bios.rom
{ rom_image x86 1002:744c 48; rom_image efiaa64 1002:744c 16 last; } >arm.rom
{ rom_image x86 1002:744c 48; rom_image efi8664 1002:ab30 16 last; } >audio.rom
{ head -c 49151 good.rom; printf '\377'; tail -c +49153 good.rom; } >broken.rom
{ printf 'NVGI'; head -c 1020 /dev/zero; cat good.rom; } >behind.rom
# EFI images with other ids, alone and with a BIOS image for this card or another; and one that is no driver.
{ rom_image x86 1002:744c 48; rom_image efi8664 0000:0000 16 last; } >idless.rom
rom_image efi8664 1002:ffff 16 last >ffff.rom
rom_image efi8664 03ea:0668 16 last >vendor.rom
rom_image efi8664 1002:744c 16 last >application.rom
printf '\12' | dd of=application.rom bs=1 seek=8 conv=notrunc status=none
{ cat bios.rom; head -c 1000 /dev/zero; } >padded.rom
printf 'no ROM at all\n' >text.rom

# run WORDS...: runs it under the root; sets $code, $output and $errors.
run() {
	output=$("$tool" --root "$root" "$@" 2>errors)
	code=$?
	# In one line, so that a pattern can match all of it.
	errors=$(xargs -d '\n' <errors)
}

diag "rom check"
succeeds "a good ROM: 0" rom check good.rom 03:00.0
like "file and size" "$output" '^good\.rom: 65536 bytes, 2 images'
like "the BIOS image, by name" "$output" '0x000000 +49152 bytes  x86 BIOS +1002:744c Navi 31 .*, checksum right'
like "the EFI image" "$output" '0x00c000 +16384 bytes  EFI x86-64 +1002:744c Navi 31.*, compressed, last'
like "and that it is good, for which function" "$output" '^good .*UEFI image for x86-64, for 0000:03:00\.0'
unlike "with no colour in a pipe" "$output" $'\033'
ends 0 "without DEVICE: 0" rom check good.rom
ends 0 "DEVICE may be gpu" rom check good.rom gpu
ends 0 "a UEFI image for another function: firmware does not look at its ids" rom check audio.rom 03:00.0
ends 0 "nor where it has none" rom check idless.rom gpu
ends 0 "a UEFI image alone, for another device" rom check ffff.rom gpu
like "which is said" "$output" '^good .*for 0000:03:00\.0; its ids are others'
ends 0 "or of another vendor" rom check vendor.rom gpu
like "which is said" "$output" '^good .*for 0000:03:00\.0; its ids are others'
unlike "which is not said of one with the card's ids" "$("$tool" --root "$root" rom check audio.rom gpu)" 'its ids'
answers "a ROM for the card's main function, named by another" '^0 .*|for 0000:03:00\.0' rom check good.rom 03:00.1

# flawed FILE WORDS NAME PATTERN: it ends with status 1, and prints the reason.
flawed() {
	# shellcheck disable=SC2086
	answers "$3: 1, and it says so" "^1 $1: " rom check $1 $2
	like "$3: why" "$(sed -n '/^wrong/,$p' <<<"$output" | tr -s ' \n' ' ')" "^wrong .*$4"
	unlike "$3: not called good" "$output" '^good'
}

flawed other.rom gpu "for another card" 'for 10de:2204 \(GA102.*0000:03:00\.0 is 1002:744c \(Navi 31'
flawed short.rom gpu "cut short" 'not whole: '
flawed endless.rom gpu "no last image" 'not whole: '
flawed bios.rom gpu "no UEFI image" 'no UEFI image for x86-64'
flawed arm.rom gpu "a UEFI image for other machines only" 'no UEFI image for x86-64'
flawed application.rom gpu "a UEFI image that is no driver" 'no UEFI image for x86-64 \(the EFI image at offset 0x0 is no driver'
like "which the image's line says, too" "$output" '  EFI, no driver +1002:744c'
flawed behind.rom gpu "something before the first image" '1024 bytes come before its first image.*rom cut FILE OUT'
like "which the first line says, too" "$output" '^behind\.rom: 66560 bytes, 2 images, behind 1024 bytes'
flawed broken.rom gpu "a wrong checksum" 'checksum of the image at offset 0x0 is wrong'
like "which the image's line says, too" "$output" 'x86 BIOS .*checksum wrong'
is "all that is wrong is told" "$("$tool" --root "$root" rom check short.rom 04:00.0 | grep -c '^wrong')" 2

complains "no ROM: 3, and why" '^3 .*text\.rom is not an option ROM: ' rom check text.rom
is "and nothing on standard output" "$output" ""
complains "no such file" '^66 .*none\.rom: No such file' rom check none.rom
complains "a folder" '^3 .*no plain file' rom check "$T"
complains "a device that never ends" '^3 .*no plain file' rom check /dev/zero
truncate -s 1G huge.rom
complains "a file too large for a ROM" '^3 .*larger than 64 MiB' rom check huge.rom
: >empty.rom
complains "an empty one" '^3 .*empty\.rom is not an option ROM' rom check empty.rom
complains "no such device" '^66 .*no device 09:00\.0' rom check good.rom 09:00.0
is "and nothing on standard output" "$output" ""

ends 0 "JSON: 0" rom check --json good.rom gpu
is "JSON: what it is" "$(jq -c '[.file, .size, .complete, .uefi, .for, .good, .problems]' <<<"$output")" \
	'["good.rom",65536,true,true,"0000:03:00.0",true,[]]'
is "JSON: images" "$(jq -c '.images[] | [.offset, .length, .id, .checksum_ok, .machine, .last]' <<<"$output" | xargs)" \
	'[0,49152,1002:744c,true,null,false] [49152,16384,1002:744c,null,34404,true]'
run rom check --json short.rom 04:00.0
is "JSON: what is wrong, and 1" "$code:$(jq -c '[.good, .complete, .for, (.problems | length)]' <<<"$output")" \
	'1:[false,false,null,2]'

diag "rom cut"
answers "a header: 0" '^0 cut\.rom: 65536 bytes; cut off 1024 before the first image and 0 behind' rom cut behind.rom cut.rom
ok "the rest is as it was" cmp cut.rom good.rom
ends 0 "and good" rom check cut.rom gpu
is "others may read it" "$(stat -c %a cut.rom)" 644
complains "padding behind it; a warning that there is no UEFI image" '^0 .*no UEFI image' rom cut padded.rom unpadded.rom
ok "the rest is as it was" cmp unpadded.rom bios.rom
succeeds "nothing to cut: a copy" rom cut good.rom copy.rom
ok "byte by byte" cmp copy.rom good.rom
complains "the last image is not marked so: a warning" '^0 .*endless\.out may not work: it is not whole' rom cut endless.rom endless.out
complains "a file that is there stays" '^3 .*cut\.rom is there already' rom cut padded.rom cut.rom
ok "it stayed" cmp cut.rom good.rom
ends 0 "--force replaces it" rom cut --force padded.rom cut.rom
ok "as a whole" cmp cut.rom bios.rom
ends 0 "--force, in place" rom cut --force cut.rom cut.rom
complains "no such file" '^66 .*none\.rom: No such file' rom cut none.rom out.rom
complains "a folder that is not there" '^3 .*/nowhere' rom cut good.rom /nowhere/out.rom

# uncut FILE NAME PATTERN: it writes nothing, and prints the reason.
uncut() {
	rm -f uncut.rom
	complains "$2: 3, and why" "^3 .*$3" rom cut "$1" uncut.rom
	nok "$2: nothing is written" test -e uncut.rom
}

{ head -c 512 /dev/zero; cat short.rom; } >behind-short.rom
head -c 48000 bios.rom >short-bios.rom
head -c 49152 broken.rom >broken-bios.rom
uncut text.rom "no ROM" 'is not an option ROM'
uncut behind-short.rom "a part is missing" 'nothing in behind-short\.rom is a ROM .*not whole'
uncut short-bios.rom "a part of the only image is missing" 'not whole'
uncut application.rom "no driver, no BIOS image" 'neither a UEFI driver for x86-64 nor a BIOS image'
uncut broken-bios.rom "a BIOS image alone, with a wrong checksum" 'neither a UEFI driver'

diag "rom dump"
cp good.rom "$card/rom"
succeeds "0" rom dump gpu out.rom
ok "it is the device's, byte by byte" cmp out.rom good.rom
ok "which is as it was: no write under --root" cmp "$card/rom" good.rom
is "others may read it" "$(stat -c %a out.rom)" 644
(
	umask 077
	"$tool" --root "$root" rom dump 03:00.1 private.rom >/dev/null
)
is "whatever the umask; named by another function" "$(stat -c %a private.rom)" 644
is "nothing else is left" "$(find . -maxdepth 1 -newer good.rom -name '*out.rom*')" ./out.rom
complains "a folder that is not there" '^3 .*/nowhere' rom dump gpu /nowhere/out.rom

echo mine >there.rom
run rom dump gpu there.rom
like "a file that is there stays" "$code $errors $(<there.rom)" '^3 .*there\.rom is there already.*--force.* mine$'
ln -s nothing dangling.rom
complains "a link that leads nowhere, too" '^3 .*there already' rom dump gpu dangling.rom
ends 0 "--force replaces it" rom dump --force gpu there.rom
ok "as a whole" cmp there.rom good.rom

# refused NAME PATTERN: with what can be read from the device now, it writes no file, and gives advice.
refused() {
	rm -f none.rom
	complains "$1" "^3 .*$2" rom dump gpu none.rom
	nok "$1: nothing is written" test -e none.rom
	is "$1: nothing on standard output" "$output" ""
	like "$1: where else to get it" "$errors" "from the card's vendor"
}

cp other.rom "$card/rom"
refused "it gives another card's" 'for another device'
run rom dump --force gpu there.rom
ok "even with --force the file there stays" cmp there.rom good.rom
cp short.rom "$card/rom"
refused "it gives a part" 'not whole'
cp broken.rom "$card/rom"
refused "it gives one with a wrong checksum" 'checksum'
printf '\377\377\377\377' >"$card/rom"
refused "it gives no ROM" 'not an option ROM'
: >"$card/rom"
refused "it gives nothing" 'rom is empty'
unlike "no reason is made up" "$errors" 'sleeps|booted|address|driver'

echo D3cold >"$card/power_state"
refused "it sleeps" 'empty'
like "and how to wake it" "$errors" 'echo on > /sys/bus/pci/devices/0000:03:00\.0/power/control'
rm "$card/power_state"
mkdir "$card/power"
echo suspended >"$card/power/runtime_status"
refused "runtime PM has suspended it" 'sleeps'
rm -r "$card/power"
echo 1 >"$card/boot_vga"
device 0000:05:00.0 030000 1002:744c 18
complains "the boot display: a changed copy" '^3 .*booted on it, and 0000:03:00\.0 .*primary display' rom dump 03:00.0 none.rom
rm -r "$root/sys/bus/pci/devices/0000:05:00.0" "$device"
echo 0 >"$card/boot_vga"
for _ in 1 2 3 4 5 6 7; do
	echo 0x0000000000000000 0x0000000000000000 0x0000000000000000
done >"$card/resource"
refused "the ROM has no address" 'found no room'
echo 0x00000000fcd00000 0x00000000fcd1ffff 0x0000000000046200 >rom.line
sed -i -e '7d' -e '6r rom.line' "$card/resource"
refused "it has one, but" 'rom is empty'
unlike "it has one, but: no such reason" "$errors" 'found no room'
ln -s ../../../bus/pci/drivers/amdgpu "$card/driver"
refused "a driver has it" 'vfio-passfix bind 0000:03:00\.0'
ln -sfn ../../../bus/pci/drivers/vfio-pci "$card/driver"
refused "vfio-pci has it" 'rom is empty'
unlike "vfio-pci has it: no such reason" "$errors" 'passfix bind'

cp bios.rom "$card/rom"
complains "it has no UEFI image: it is written, with a warning" '^0 .*no UEFI image' rom dump gpu bios.out
ok "and is the device's" cmp bios.out bios.rom

rm "$card/rom"
mkdir "$card/rom"
refused "it cannot be read" "cannot read .*0000:03:00\.0/rom: "
rmdir "$card/rom"
complains "a device without a ROM" '^3 .*no ROM that could be read' rom dump gpu none.rom

done_testing
