# SPDX-License-Identifier: GPL-2.0-only
# The kernel modules for one kernel, for boot.extraModulePackages. The fork of type1 is made from the
# kernel's source, which nixpkgs has for each kernel as kernel.src.
{ lib, stdenv, kernel, bash, perl, gnutar, xz }:
let
  conf = builtins.readFile ../../dkms.conf;
  version = builtins.head (builtins.match ".*PACKAGE_VERSION=\"([^\"]*)\".*" conf);
  build = "${kernel.dev}/lib/modules/${kernel.modDirVersion}/build";
in
stdenv.mkDerivation {
  pname = "vfio-passfix-modules";
  version = "${version}-${kernel.version}";
  src = ../..;
  nativeBuildInputs = kernel.moduleBuildDependencies ++ [ bash perl gnutar xz ];
  hardeningDisable = [ "pic" ];
  postPatch = "patchShebangs tools";
  # The build finds the source of type1 in this tree, if kernel.src is a tarball.
  preBuild = ''
    mkdir kernel-tree
    if tar -C kernel-tree --strip-components=1 --wildcards -xf ${kernel.src} \
        '*/Makefile' '*/drivers/vfio/*'; then
      export PASSFIX_KERNEL_TREE=$PWD/kernel-tree
    fi
  '';
  makeFlags = [ "KVER=${kernel.modDirVersion}" "KDIR=${build}" "DEBIAN=" ];
  buildFlags = [ "modules" ];
  installPhase = ''
    install -Dm644 *.ko -t $out/lib/modules/${kernel.modDirVersion}/extra
  '';
  meta = {
    description = "Modules that let VFIO assign devices with firmware-mandated 1:1 IOMMU mappings";
    license = lib.licenses.gpl2Only;
    platforms = [ "x86_64-linux" "aarch64-linux" ];
  };
}
