# SPDX-License-Identifier: GPL-2.0-only
# The host tool. DKMS is of no use on NixOS: modules.nix has the kernel modules.
{ lib, stdenv, pkg-config, glib, json_c, kmod, libxml2, pciutils }:
let
  conf = builtins.readFile ../../dkms.conf;
in
stdenv.mkDerivation {
  pname = "vfio-passfix";
  version = builtins.head (builtins.match ".*PACKAGE_VERSION=\"([^\"]*)\".*" conf);
  src = ../..;
  nativeBuildInputs = [ pkg-config ];
  buildInputs = [ glib json_c kmod libxml2 pciutils ];
  postPatch = "patchShebangs tools";
  buildFlags = [ "tools" ];
  makeFlags = [ "DEBIAN=" ];
  installPhase = ''
    install -D build/tools/vfio-passfix -t $out/bin
    install -Dm644 build/tools/vfio-passfix.8 -t $out/share/man/man8
    install -Dm644 tools/completions/vfio-passfix.bash $out/share/bash-completion/completions/vfio-passfix
    install -Dm644 tools/completions/vfio-passfix.zsh $out/share/zsh/site-functions/_vfio-passfix
    install -Dm644 tools/completions/vfio-passfix.fish -t $out/share/fish/vendor_completions.d
  '';
  meta = {
    description = "Assign PCI devices that have firmware-mandated 1:1 IOMMU mappings";
    license = lib.licenses.gpl2Only;
    platforms = [ "x86_64-linux" "aarch64-linux" ];
    mainProgram = "vfio-passfix";
  };
}
