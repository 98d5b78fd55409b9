# SPDX-License-Identifier: GPL-2.0-only
# The tool as a package, and a NixOS module with the tool and the kernel modules. From a clone:
#     inputs.vfio-passfix.url = "git+file:///path/to/vfio-passfix?dir=packaging/nix";
#     modules = [ vfio-passfix.nixosModules.default { hardware.vfio-passfix.enable = true; } ];
{
  description = "Assign PCI devices that have firmware-mandated 1:1 IOMMU mappings";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
    in
    {
      packages = each (pkgs: { default = pkgs.callPackage ./package.nix { }; });
      nixosModules.default = import ./module.nix;
    };
}
