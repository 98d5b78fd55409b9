# SPDX-License-Identifier: GPL-2.0-only
# The targets that people use; `make help` lists them. Kbuild says what is built.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
# Modules need the compiler that built the kernel: LLVM=1 if that was clang. LLVM=-19 or LLVM=DIR/
# chooses a version, as in the kernel's own build.
LLVM ?= $(if $(shell grep -sx CONFIG_CC_IS_CLANG=y $(KDIR)/include/config/auto.conf $(KDIR)/.config),1)
LLVM_PROGRAMS = $(foreach program,$(if $(LLVM),clang ld.lld llvm-nm),$(filter %/,$(LLVM))$(program)$(filter -%,$(LLVM)))
PREFIX ?= /usr
DESTDIR ?=

# make and the commands below would split a name with a blank into two.
$(foreach name,DESTDIR PREFIX LIBEXEC OUT,$(if $(word 2,$($(name))),$(error $(name)="$($(name))": no blank can be in it)))

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
# Empty unless this is Debian or a derivative, where some files go elsewhere, and some more are needed.
DEBIAN ?= $(wildcard /etc/debian_version)
# libexec, because modprobe's rule runs a program from here, and SELinux policies allow that in libexec.
LIBEXEC ?= $(PREFIX)/libexec
LIBDIR := $(LIBEXEC)/vfio-passfix
# The folder of the same programs up to 0.1.0.
OLD_LIBDIR := $(filter-out $(LIBDIR),$(PREFIX)/lib/vfio-passfix)
# dkms looks here, whatever the prefix is.
DKMS_TREE := /usr/src/vfio-passfix-$(VERSION)
DKMS_FILES := Kbuild Makefile dkms.conf LICENSE
DKMS_TOOLS := kernel-source fork-source fork-fits btf-checks kernel-lacks
TOOLS := load-type1 kernel-source dkms-setup
# Sourced by dkms-setup and the hooks.
SHARED := shared.sh

# The host tool is built here; OUT=DIR builds it elsewhere, if this tree is read-only.
OUT ?= $(CURDIR)/build/tools
SHARE := $(PREFIX)/share
ZSH_FUNCTIONS := $(if $(DEBIAN),vendor-completions,site-functions)
# The installed files of the host tool.
TOOL := $(PREFIX)/sbin/vfio-passfix
MANUAL := $(SHARE)/man/man8/vfio-passfix.8
COMPLETION_bash := $(SHARE)/bash-completion/completions/vfio-passfix
COMPLETION_zsh := $(SHARE)/zsh/$(ZSH_FUNCTIONS)/_vfio-passfix
COMPLETION_fish := $(SHARE)/fish/vendor_completions.d/vfio-passfix.fish
TOOL_FILES := $(TOOL) $(MANUAL) $(foreach shell,bash zsh fish,$(COMPLETION_$(shell)))

# README, and the documents that it links to.
DOC := $(SHARE)/doc/vfio-passfix
DOCUMENTS = README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md $(wildcard docs/*.*) \
	packaging/ansible/roles/vfio_passfix/README.md packaging/kmm/README.md

# One program, in the place where each distribution looks. The names sort before those of dkms's hooks.
HOOKS := $(if $(DEBIAN),/etc/kernel/header_postinst.d/00-vfio-passfix /etc/kernel/postinst.d/00-vfio-passfix) \
	 $(PREFIX)/lib/kernel/install.d/39-vfio-passfix.install
MODPROBE_CONF := $(PREFIX)/lib/modprobe.d/vfio-passfix.conf
# initramfs-tools and dracut look here, whatever the prefix is.
INITRAMFS_HOOK := $(if $(DEBIAN),/usr/share/initramfs-tools/hooks/vfio-passfix-on)
DRACUT_MODULE := /usr/lib/dracut/modules.d/90vfio-passfix
INITRAMFS_FILES := $(INITRAMFS_HOOK) $(DRACUT_MODULE)/module-setup.sh

# place SOURCE,FILE,MODE: installs a file that names these programs. MODE, not umask, sets its mode.
place = install -m $3 $1 $(DESTDIR)$2 && sed -i 's|@LIBDIR@|$(LIBDIR)|g' $(DESTDIR)$2

# Programs in this tree are run through their shell, because the tree may be mounted noexec.
.PHONY: all modules tools install install-files uninstall demo test test-debug test-kernels check mutants bench \
	docs dist deb rpm arch kits release-check clean help

all: modules tools ## the modules for KVER (headers elsewhere: KDIR), and the host tool

modules:
	@for program in $(LLVM_PROGRAMS); do command -v $$program >/dev/null || { \
		echo "vfio-passfix: cannot build for kernel $(KVER): it was compiled by clang, as its modules must be, and there is no $$program. Debian, Ubuntu: apt install clang lld llvm; Fedora: dnf install clang lld llvm; Arch: pacman -S clang lld llvm" >&2; exit 1; }; done
	@umask 022; bash tools/fork-source $(KVER) $(KDIR) type1 || [ $$? -eq 1 ]
	umask 022; $(MAKE) -C $(KDIR) M=$(CURDIR) $(if $(LLVM),LLVM=$(LLVM)) modules

tools: ## the host tool vfio-passfix and its manual page
	@bash tools/dkms-setup tool $(OUT)
	@umask 022; $(MAKE) --no-print-directory -C tools/vfio-passfix O=$(OUT) PREFIX=$(PREFIX) LIBEXEC=$(LIBEXEC)

install: install-files ## installs with dkms for KVER; the fix stays off (DESTDIR: files only)
	@if [ -z "$(DESTDIR)" ]; then $(LIBDIR)/dkms-setup install $(VERSION) $(KVER) || \
		{ $(MAKE) --no-print-directory uninstall; exit 1; }; fi

install-files:
	@bash tools/dkms-setup check "$(DESTDIR)"
	@bash tools/dkms-setup trial "$(DESTDIR)" $(KVER) $(KDIR)
	@$(MAKE) --no-print-directory -s tools
	@rm -rf $(addprefix $(DESTDIR),$(OLD_LIBDIR))
	@install -d $(DESTDIR)$(DKMS_TREE)/src $(DESTDIR)$(DKMS_TREE)/tools $(DESTDIR)$(LIBDIR) \
		$(dir $(addprefix $(DESTDIR),$(HOOKS) $(MODPROBE_CONF) $(INITRAMFS_FILES) $(TOOL_FILES) $(DOCUMENTS:%=$(DOC)/%)))
	@install -m 644 $(DKMS_FILES) $(DESTDIR)$(DKMS_TREE)
	@install -m 644 src/*.c src/*.h $(DESTDIR)$(DKMS_TREE)/src
	@install -m 755 $(addprefix tools/,$(DKMS_TOOLS)) $(DESTDIR)$(DKMS_TREE)/tools
	@install -m 755 $(addprefix tools/,$(TOOLS)) $(DESTDIR)$(LIBDIR)
	@install -m 644 $(addprefix tools/,$(SHARED)) $(DESTDIR)$(LIBDIR)
	@$(call place,tools/modprobe.conf.in,$(MODPROBE_CONF),644)
	@install -m 755 $(OUT)/vfio-passfix $(DESTDIR)$(TOOL)
	@install -m 644 $(OUT)/vfio-passfix.8 $(DESTDIR)$(MANUAL)
	@install -m 644 tools/completions/vfio-passfix.bash $(DESTDIR)$(COMPLETION_bash)
	@install -m 644 tools/completions/vfio-passfix.zsh $(DESTDIR)$(COMPLETION_zsh)
	@install -m 644 tools/completions/vfio-passfix.fish $(DESTDIR)$(COMPLETION_fish)
	@for document in $(DOCUMENTS); do install -m 644 $$document $(DESTDIR)$(DOC)/$$document || exit; done
	@for hook in $(HOOKS); do $(call place,tools/fetch-hook,$$hook,755) || exit; done
	@$(if $(INITRAMFS_HOOK),$(call place,tools/initramfs-hook,$(INITRAMFS_HOOK),755))
	@$(call place,tools/dracut-module,$(DRACUT_MODULE)/module-setup.sh,755)

uninstall: ## takes away all that install put there, and the cache
	@if [ -z "$(DESTDIR)" ] && [ -d /var/lib/vfio-passfix/setup ]; then $(TOOL) remove --apply; fi
	@if [ -z "$(DESTDIR)" ]; then bash tools/dkms-setup uninstall; fi
	@rm -rf $(addprefix $(DESTDIR),$(DKMS_TREE) $(LIBDIR) $(OLD_LIBDIR) $(DRACUT_MODULE) $(DOC))
	@rm -f $(addprefix $(DESTDIR),$(HOOKS) $(MODPROBE_CONF) $(INITRAMFS_HOOK) $(TOOL_FILES))
	@rmdir -p --ignore-fail-on-non-empty $(DESTDIR)$(PREFIX)/lib/kernel/install.d \
		$(dir $(addprefix $(DESTDIR),$(INITRAMFS_HOOK) $(DRACUT_MODULE) $(LIBDIR) $(TOOL_FILES) $(DOC))) 2>/dev/null || true

demo: ## the main job, shown on two kernels in QEMU
	@tests/demo

test: ## all tests; ends with: N passed, N failed
	@tests/run

test-debug: ## the VM tests and heavier ones on a kernel that looks for bugs, which is built first
	@tests/run --debug

test-kernels: ## the scenarios in small guests on Debian's other kernels (some: KERNELS=PATTERN)
	@tests/run --kernels $(if $(KERNELS),'^t/($(KERNELS))/')

check: ## static analysis; ends with: N passed, N failed
	@tests/check

mutants: ## plants faults on purpose, and sees their tests fail; ends with: N passed, N failed
	@tests/mutants

docs: ## redraws the figures of docs/
	@command -v dot >/dev/null || { echo "vfio-passfix: cannot draw: there is no dot." \
		"Debian, Ubuntu: apt install graphviz; Fedora: dnf install graphviz" >&2; exit 1; }
	@for source in docs/*.dot; do \
		dot -Tsvg "$$source" -o "$${source%.dot}.svg" || exit; \
	done
	@sed -n '/^\$$ vfio-passfix doctor gpu$$/,/^\[exit/{/^[$$[]/!p;/^\[exit/q}' tests/tool/hosts/guide/doctor.transcript | \
		awk -v label="What vfio-passfix doctor gpu answers" -f docs/terminal.awk >docs/doctor.svg

bench: ## what the fix costs against stock, and a kernel update against rebuilding one; 16 minutes
	@tests/bench

PACKAGES := $(if $(filter file,$(origin OUT)),$(CURDIR)/build/packages,$(abspath $(OUT)))
dist: ## the source as a tarball, in build/packages (elsewhere: OUT)
deb: ## packages for Debian and Ubuntu, in build/packages (elsewhere: OUT)
rpm: ## the same for Fedora
arch: ## the same for Arch
kits: ## source packages and recipes for those who publish, in build/packages (elsewhere: OUT)
dist deb rpm arch kits:
	@bash packaging/make $@ $(PACKAGES)

release-check: ## builds a release twice, compares, and tries its packages; ends with: N passed, N failed
	@packaging/release check $(PACKAGES)

clean: ## what was built here
	@if [ -d $(KDIR) ]; then $(MAKE) -s -C $(KDIR) M=$(CURDIR) $(if $(LLVM),LLVM=$(LLVM)) clean; fi
	@rm -rf build type1

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12
