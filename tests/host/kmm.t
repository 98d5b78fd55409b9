#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# packaging/kmm, as far as possible without a cluster: the resources match the operator's schema, the
# steps of the container file run in a Debian root, and modprobe loads their result as the operator's
# worker would.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/packages.sh"

kmm=$PROJECT/packaging/kmm
base=registry.example.org/base:1@sha256:$(sha256sum </dev/null | cut -d' ' -f1)
resources=$(kubectl kustomize "$kmm")
all=$resources$'\n---\n'$(cat "$kmm/module-type1.yaml")

# plan KIND RELEASE [TEXT]: the line of that kind in the operator's plan for each Module.
plan() {
	"$TESTS/host/kmm/rules" "$2" <<<"${3-$resources}" | sed -n "s/^$1 //p"
}

# wrong NAME EDIT: after that edit of the resources, the check reports an error.
wrong() {
	like "seen: $1" "$("$TESTS/host/kmm/rules" <<<"$(sed "$2" <<<"$all")" 2>&1)" .
}

# stage LAYER FILE STAGE [NAME=VALUE]...: runs its steps in a root of that name.
stage() {
	local to=$PASSFIX_BUILD/layers/kmm-$1
	mkdir -p "$to/upper/tmp"
	"$TESTS/host/kmm/steps" "${@:2}" >"$to/upper/tmp/steps"
	PASSFIX_CACHE=/var/cache/vfio-passfix-tests "$TESTS/vm/in" "$name" "$to" sh -e /tmp/steps
}

# image NAME [ARGUMENT]...: runs the container file's first stage with the project's tarball, and
# copies what its last stage copies.
image() {
	local to=$PASSFIX_BUILD/layers/kmm-$1
	rm -rf "$to" "$to-image"
	mkdir -p "$to/upper/tmp" "$to-image/upper"
	cp "$tarball" "$to/upper/tmp/source.tar.gz"
	stage "$1" "$kmm/Containerfile.debian" 0 "KERNEL_FULL_VERSION=$release" "BASE=$base" \
		PASSFIX_SOURCE=file:///tmp/source.tar.gz "PASSFIX_SHA256=$sum" "${@:2}" &&
		[[ $("$TESTS/host/kmm/steps" "$kmm/Containerfile.debian" 1) == *"# COPY --from=build /opt /opt"* ]] &&
		cp -a "$to/upper/opt" "$to-image/upper/opt"
}

# in_image NAME COMMAND...
in_image() {
	"$TESTS/vm/in" "$name" "$PASSFIX_BUILD/layers/kmm-$1-image" "${@:2}"
}

# dry_run NAME WORDS: a dry run as the worker does it, which has the image's /opt in its own /tmp.
dry_run() {
	in_image "$1" sh -c "ln -sfn /opt /tmp/opt && modprobe --dry-run --set-version $release $2"
}

is "kustomize puts the resources together" \
	"$(sed -n 's/^kind: //p' <<<"$resources" | sort | uniq -c | xargs)" "2 ConfigMap 1 Module 1 Namespace"
is "all have the fields, types and rules of the operator" "$("$TESTS/host/kmm/rules" <<<"$all" 2>&1)" ""
wrong "a field that it does not know" 's/inTreeModulesToRemove/inTreeModules/'
wrong "a field of another type" 's/parameters:/parameters: pass_fix=1\n        dirName:/'
wrong "a mapping without a kernel" '/regexp:/s/regexp: .*/literal: ""\n        regexp: ""/'
# shellcheck disable=SC2016 # it is the operator's
wrong "an image without a tag" 's|:\${KERNEL_FULL_VERSION}$||'
wrong "a ConfigMap of another name" '/dockerfileConfigMap:/{n;s/debian/other/}'
wrong "a ConfigMap without the key" 's/^  dockerfile:/  Dockerfile:/'
for kernel in 6.11.4-301.fc41.x86_64=fedora 6.12.0-55.9.1.el10_0.x86_64=fedora \
	"$release=debian"; do
	is "nodes with ${kernel%=*} get an image built for them" "$(plan build "${kernel%=*}")" "vfio-passfix-${kernel#*=}"
done
is "its name is one that registries take" "$(plan image "$release" | tr -d 'a-zA-Z0-9_./-')" ":"
for kernel in 6.6.1-arch1-1 5.14.0-570.el9.x86_64; do
	is "nodes with $kernel get none" "$("$TESTS/host/kmm/rules" "$kernel" <<<"$resources")" none
done
# look_at_base FILE IMAGE: runs only the step that checks the base image.
# shellcheck disable=SC2016 # it is the container file's
look_at_base() {
	sh -c "$("$TESTS/host/kmm/steps" "$1" 0 "BASE=$2" | sed -n '/^set/p; /^export BASE=/p; /^(echo "${BASE}"/p')"
}

# Everything that is fetched is named by its content: an image by digest, the source by checksum.
arguments=$(sed -n 's/^ *- name: \([A-Z_0-9]*\).*/\1/p' "$kmm/module.yaml" | sort | uniq -c | xargs)
is "each build is told of the image, the source and its checksum" "$arguments" "2 BASE 2 PASSFIX_SHA256 2 PASSFIX_SOURCE"
is "the image by its digest" "$(grep -A 1 'name: BASE' "$kmm/module.yaml" | grep -cE 'value: [a-z0-9./-]+(:[a-z0-9.]+)?@sha256:[0-9a-f]{64}$')" 2
for file in "$kmm"/Containerfile.*; do
	is "${file##*/}: has no image or source of its own" \
		"$(grep -E '^(ARG (BASE|PASSFIX_SOURCE|PASSFIX_SHA256)=|FROM )' "$file" | xargs)" "FROM \${BASE} AS build FROM \${BASE}"
	ok "${file##*/}: an image by digest will do" look_at_base "$file" "$base"
	for wrong in '' debian:bookworm registry.example.org/debian:bookworm@sha256:123; do
		nok "${file##*/}: '$wrong' will not" look_at_base "$file" "$wrong"
		like "and is named" "$tap_output" "BASE is '$wrong'.*@sha256:"
	done
done
cp -r "$kmm" "$work/kmm"
sed -i 's/^      # \(sign:\)/      \1/; s/^      #   /        /' "$work/kmm/module.yaml"
signed=$(kubectl kustomize "$work/kmm")
like "signing, once uncommented, is there" "$signed" '^ +filesToSign:$'
is "and right" "$("$TESTS/host/kmm/rules" <<<"$signed" 2>&1)" ""

ok "the source becomes a tarball" "$PROJECT/packaging/make" dist "$work"
sum=$(sha256sum <"$tarball")
sum=${sum%% *}

nok "a tarball that is not the one meant is not built" image other "PASSFIX_SHA256=$(sha256sum </dev/null | cut -d' ' -f1)"
like "and that is said" "$tap_output" 'source\.tar\.gz: FAILED'
nok "nor unpacked" test -e "$PASSFIX_BUILD/layers/kmm-other/upper/build/Kbuild"
nok "nor one whose checksum nobody gave" image other PASSFIX_SHA256=
ok "the container file builds the fix" image alone
opt=$PASSFIX_BUILD/layers/kmm-alone-image/upper/opt/lib/modules/$release
is "its image has that module and no other" "$(cd "$opt" && echo *.ko*)" vfio_passfix.ko
is "for this kernel" "$(modinfo -F vermagic "$opt/vfio_passfix.ko" | cut -d' ' -f1)" "$release"
is "in this version" "$(modinfo -F version "$opt/vfio_passfix.ko")" "$version"
words=$(plan load "$release")
for parameter in $(tr ' ' '\n' <<<"$words" | sed -n 's/=.*//p'); do
	like "the module has the parameter $parameter" "$(modinfo -p "$opt/vfio_passfix.ko")" "^$parameter:"
done
is "the worker's modprobe loads it with them" "$(dry_run alone "$words" 2>&1 | xargs)" \
	"insmod /tmp/opt/lib/modules/$release/vfio_passfix.ko pass_fix=1 devices=1002:744c,1002:ab30"

nok "where the fork is asked for and its source cannot be had, there is no image" \
	unshare --net "$TESTS/vm/in" "$name" "$PASSFIX_BUILD/layers/kmm-alone" sh -c "cd /build &&
		PASSFIX_FORK=yes packaging/kmm/build $release /usr/src/linux-headers-$release /opt/other"
like "and it is said why" "$tap_output" 'the fork of type1 is asked for, and there is no source of '
ok "with PASSFIX_FORK=yes it builds the fork as well" image fork PASSFIX_FORK=yes
words=$(plan load "$release" "$(cat "$kmm/module-type1.yaml")")
is "stock type1 is unloaded first" \
	"$(plan unload "$release" "$(cat "$kmm/module-type1.yaml")")" "-rv vfio_iommu_type1"
output=$(dry_run fork "$words" 2>&1)
like "the worker's modprobe loads the fork last" "$(tail -n 1 <<<"$output")" \
	"^insmod /tmp/opt/lib/modules/$(literal "$release")/vfio_iommu_type1_passfix\.ko"
like "after vfio, of the node's own modules" "$output" "^insmod /tmp/opt/lib/modules/$(literal "$release")/host/kernel/.*/vfio\.ko"
diag "$output"
rm -rf "$PASSFIX_BUILD"/layers/kmm-*

done_testing
