# SPDX-License-Identifier: GPL-2.0-only
# The options of NixOS: the tool and the kernel modules, with the fix off unless passFix is true.
# `vfio-passfix setup DEVICE` prints the options that bind a card.
{ config, lib, pkgs, ... }:
let
  cfg = config.hardware.vfio-passfix;
in
{
  options.hardware.vfio-passfix = {
    enable = lib.mkEnableOption "the tool vfio-passfix and its kernel modules";
    passFix = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Load vfio_passfix at boot, and turn the fix on.";
    };
    devices = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      example = [ "0000:03:00.0" ];
      description = "The scope of the fix, one device of each IOMMU group; all groups if the list is empty.";
    };
  };
  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ (pkgs.callPackage ./package.nix { }) ];
    boot.extraModulePackages = [ (config.boot.kernelPackages.callPackage ./modules.nix { }) ];
    boot.kernelModules = lib.optional cfg.passFix "vfio_passfix";
    boot.extraModprobeConfig = lib.optionalString cfg.passFix ''
      options vfio_passfix pass_fix=1${lib.optionalString (cfg.devices != [ ]) " devices=${lib.concatStringsSep "," cfg.devices}"}
    '';
  };
}
