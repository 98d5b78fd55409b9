#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The Ansible role, which Debian's ansible-core runs against a host whose firmware mandates 1:1 mappings:
# first with a list of devices, then, after the way back, with a card for vfio-pci. The inventory has a name
# for each.
# needs: kernels
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/complaints.sh"

role=$PROJECT/packaging/ansible
image=$PASSFIX_BUILD/fleet/host.ext4
work=$(mktemp -d)
run=$PASSFIX_BUILD/run/fleet-managed
# shellcheck disable=SC2317 # the trap calls it
finish() {
	[[ ! -e $run/pid ]] || kill "$(cat "$run/pid")" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

# there COMMAND: runs it on the host as root.
there() {
	ssh -F "$run/ssh.conf" managed "$1"
}

# play scope|card [OPTION]...: runs the playbook for that name; sets $output to its output without colours,
# and $recap to Ansible's final counts.
play() {
	local status=0
	output=$(cd "$role" && ansible-playbook -i "$work/inventory.yml" --limit "$1" site.yml "${@:2}" 2>&1) || status=$?
	recap=$(sed -n "s/^$1 *: //p" <<<"$output" | tr -s ' ')
	diag "played after $SECONDS s: $recap"
	return "$status"
}

# Every path below /etc, with its mode, owner and content.
etc() {
	there "cd /etc && { find . -type f -exec sha256sum {} +; find . -type l -printf '%p -> %l\n'
		find . -printf '%p %y %m %U:%G\n'; } | sort"
}

drivers() {
	# shellcheck disable=SC2016 # it is the host's
	there 'for device in /sys/bus/pci/devices/0000:03:00.*; do
		basename "$(readlink "$device/driver" || echo -)"; done' | xargs
}

pass_fix() {
	there 'tr YN 10 </sys/module/vfio_passfix/parameters/pass_fix'
}

mapping() {
	there 'cat /sys/bus/pci/devices/0000:03:00.0/iommu_group/reserved_regions'
}

# in_place NAME: after its first run.
in_place() {
	is "$1: the first run succeeds" $? 0
	like "$1: and has changed the host" "$recap" ' changed=[1-9].* failed=0 '
	is "$1: the fix is on" "$(pass_fix)" 1
	unlike "$1: the firmware's mapping is not demanded any more" "$(mapping)" ' direct$'
	diag "$output"
}

unchanged() {
	is "$1: the second run succeeds" $? 0
	like "$1: and has changed nothing" "$recap" ' changed=0 .* failed=0 '
}

# taken_back NAME: after the way back.
taken_back() {
	is "$1: the way back succeeds" $? 0
	like "$1: and has changed the host" "$recap" ' changed=[1-9].* failed=0 '
	is "$1: the fix is off" "$(pass_fix)" 0
	like "$1: the firmware's mapping is back" "$(mapping)" ' direct$'
	is "$1: the host's drivers have the card" "$(drivers)" "$own_drivers"
	is "$1: /etc is what it was, byte for byte" "$(etc | diff "$work/etc" -)" ""
	nok "$1: nothing of the fix is installed" there 'modinfo vfio_passfix || which vfio-passfix'
	is "$1: nor left elsewhere" "$(there "find / -xdev -name '*passfix*' -not -path '/proc/*' \
		-not -path '/sys/*' -not -path '/usr/share/vfio-passfix-dkms*'")" ""
	is "$1: the kernel has no complaint" "$(there dmesg | complaints)" ""
}

export ANSIBLE_CONFIG=$work/ansible.cfg ANSIBLE_LOCAL_TEMP=$work/local ANSIBLE_NOCOLOR=1
printf '%s\n' '[defaults]' "roles_path = $role/roles" 'retry_files_enabled = false' \
	'[ssh_connection]' 'pipelining = true' "control_path_dir = $work" >"$ANSIBLE_CONFIG"

ok "the example is Ansible's language" \
	ansible-playbook --syntax-check -i "$role/inventory.yml" "$role/site.yml"
is "ansible-lint has nothing to say" \
	"$(cd "$role" && HOME=$work XDG_CACHE_HOME=$work ansible-lint --offline --nocolor -q . 2>&1)" ""

is "it decides by JSON and exit codes, not by words" \
	"$(cd "$role/roles" && grep -rnE 'std(out|err)' -- */tasks */handlers | grep -v from_json)" ""
is "asks the tool for JSON" "$(cd "$role/roles" && grep -rnE 'vfio-passfix (bind|unbind|setup|remove|doctor|status)' -- */tasks |
	grep -v -- --json)" ""

"$TESTS/vm/image" "$(kernel_with default)" "$image" fleet && "$TESTS/vm/boot-fleet" "$image" managed || exit
diag "the host is up after $SECONDS s"

packages=("$PASSFIX_BUILD"/debs/vfio-passfix-dkms_*.deb "$PASSFIX_BUILD"/debs/vfio-passfix_*.deb)
cat >"$work/inventory.yml" <<END
passthrough:
  vars:
    ansible_python_interpreter: /usr/bin/python3
    ansible_host: managed
    ansible_ssh_common_args: -F $run/ssh.conf
    # Root needs no sudo.
    ansible_user: root
    vfio_passfix_package_files: [$(printf '"%s", ' "${packages[@]}")]
  hosts:
    scope:
      vfio_passfix_devices: ["0000:03:00.0", "0000:03:00.1", "0000:03:00.2"]
    card:
      vfio_passfix_card: "03:00.0"
END

like "the firmware mandates 1:1 mappings" "$(mapping)" ' direct$'
nok "nothing of the fix is there" there 'modinfo vfio_passfix || which vfio-passfix'
etc >"$work/etc"
own_drivers=$(drivers)

play scope -e '{"vfio_passfix_devices": ["1002:744"], "vfio_passfix_card": ""}'
is "a scope that the module would not take is refused first" "$(cut -d' ' -f1-2 <<<"$recap")" "ok=0 changed=0"

play scope
in_place scope
is "scope: the devices are those of the list" \
	"$(there 'cat /sys/module/vfio_passfix/parameters/devices')" "0000:03:00.0,0000:03:00.1,0000:03:00.2"
like "scope: at each boot, too" "$(there 'modprobe -c')" \
	'^options vfio_passfix pass_fix=1 devices=0000:03:00\.0,0000:03:00\.1,0000:03:00\.2 memlock=1$'
is "scope: the host's drivers keep the card" "$(drivers)" "$own_drivers"
play scope
unchanged scope

there 'echo 0 >/sys/module/vfio_passfix/parameters/pass_fix'
play scope --tags verify
is "where the fix is off, the verification fails" "$(($? != 0))" 1
like "there" "$recap" ' failed=1 '
like "and says what doctor found" "$output" '0000:03:00\.0, fix: off: its parameter pass_fix is 0 -> (sudo )?vfio-passfix setup'
play scope --check --diff
like "a check run says that it would turn it on" "$recap" ' changed=[1-9]'
is "and does not" "$(pass_fix)" 0

play scope -e vfio_passfix_state=absent
taken_back scope
play scope -e vfio_passfix_state=absent
is "a second time succeeds" $? 0
like "and has changed nothing" "$recap" ' changed=0 .* failed=0 '

play card
in_place card
is "card: vfio-pci has it" "$(drivers)" "vfio-pci vfio-pci vfio-pci"
is "card: at each boot, too" "$(there 'systemctl is-enabled vfio-passfix.service')" enabled
like "card: its initramfs was rebuilt" "$(there 'cat /var/log/update-initramfs')" '^update-initramfs -u'
play card
unchanged card
play card --tags verify
is "card: the verification succeeds" $? 0
play card -e vfio_passfix_state=absent
taken_back card

done_testing
