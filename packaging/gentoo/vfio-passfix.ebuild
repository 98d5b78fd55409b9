# Copyright 2026 The vfio-passfix authors
# Distributed under the terms of the GNU General Public License v2
# SPDX-License-Identifier: GPL-2.0-only

# `packaging/make kits` names this file after the version, as Portage needs it.

EAPI=8

MODULES_OPTIONAL_IUSE="+modules"
inherit linux-mod-r1 toolchain-funcs

DESCRIPTION="Assign PCI devices that have firmware-mandated 1:1 IOMMU mappings"
HOMEPAGE="https://example.org/vfio-passfix"
SRC_URI="https://example.org/${P}.tar.gz"

LICENSE="GPL-2"
SLOT="0"
KEYWORDS="~amd64 ~arm64"

RDEPEND="
	dev-libs/glib:2
	dev-libs/json-c:=
	dev-libs/libxml2:=
	sys-apps/kmod:=
	sys-apps/pciutils
"
DEPEND="${RDEPEND}"
BDEPEND="virtual/pkgconfig"

CONFIG_CHECK="KPROBES IOMMU_API PCI VFIO ~VFIO_PCI"

src_compile() {
	tc-export CC
	emake tools LIBEXEC="${EPREFIX}/usr/libexec" DEBIAN=
	if use modules; then
		# The source of the kernel that is installed has that of type1, too.
		local -x PASSFIX_KERNEL_TREE="${KV_DIR}"
		local modargs=( KVER="${KV_FULL}" KDIR="${KV_OUT_DIR}" )
		local modlist=( vfio_passfix=extra:.::modules )
		! grep -q '^CONFIG_VFIO_IOMMU_TYPE1=m' "${KV_OUT_DIR}/.config" ||
			modlist+=( vfio_iommu_type1_passfix=extra:.::modules )
		linux-mod-r1_src_compile
	fi
}

src_install() {
	! use modules || linux-mod-r1_src_install
	dosbin build/tools/vfio-passfix
	doman build/tools/vfio-passfix.8
	exeinto /usr/libexec/vfio-passfix
	doexe tools/load-type1
	insinto /lib/modprobe.d
	sed "s|@LIBDIR@|${EPREFIX}/usr/libexec/vfio-passfix|g" tools/modprobe.conf.in |
		newins - vfio-passfix.conf
	insinto /usr/share/bash-completion/completions
	newins tools/completions/vfio-passfix.bash vfio-passfix
	insinto /usr/share/zsh/site-functions
	newins tools/completions/vfio-passfix.zsh _vfio-passfix
	insinto /usr/share/fish/vendor_completions.d
	doins tools/completions/vfio-passfix.fish
	dodoc -r README.md CHANGELOG.md SECURITY.md docs
}
