# SPDX-License-Identifier: GPL-2.0
# For people. The kernel's build system reads Kbuild only.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
BOARD ?= loong64-7.2
SUITE ?= test_bpf
TARGET ?= loongarch64
COUNT ?= 100000
JOBS ?= $(shell nproc)
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
DKMS_SRC := /usr/src/bpfjit_ng-$(VERSION)

# Options of "make vm" that are passed on when they are set.
VM_OPTIONS := JIT HARDEN RANGE SMP ICOUNT HOOK TIMEOUT PARAMS SECONDS CYCLES ROUNDS OTHERS CPU MODULE APPEND
vm-args = $(foreach o,$(VM_OPTIONS),$(if $($(o)),$(o)='$($(o))'))

.DEFAULT_GOAL := help
.PHONY: help module clean install uninstall dkms-install dkms-remove \
	demo check check-full lint enc golden exec fuzz fuzz-plant unit bless plugin \
	vm boards bench guest dkms-check toolbox dist kernels selftests

help:
	@sed 's/@KDIR@/$(subst /,\/,$(KDIR))/;s/@BOARD@/$(BOARD)/;s/@TARGET@/$(TARGET)/' scripts/help.txt

# --- the module on this machine

$(KDIR):
	@echo "error: $(KDIR) does not exist; install the headers of your kernel (linux-headers-$(KVER)) or set KDIR=" >&2
	@exit 1

module: | $(KDIR)
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

clean:
	rm -rf build
	@if [ -d $(KDIR) ]; then $(MAKE) -s -C $(KDIR) M=$(CURDIR) clean; fi

install: module
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_DIR=updates modules_install
	depmod -a $(KVER)

uninstall:
	rm -f /lib/modules/$(KVER)/updates/bpfjit_ng.ko*
	depmod -a $(KVER)

dkms-install:
	@command -v dkms >/dev/null || { echo "error: dkms is missing; install the package dkms" >&2; exit 1; }
	mkdir -p $(DKMS_SRC)
	cp -r Kbuild Makefile dkms.conf COPYING module arch-loongarch arch-mips arch-arm64 scripts $(DKMS_SRC)/
	dkms add -m bpfjit_ng -v $(VERSION)
	dkms install -m bpfjit_ng -v $(VERSION) -k $(KVER)

dkms-remove:
	dkms remove -m bpfjit_ng -v $(VERSION) --all
	rm -rf $(DKMS_SRC)

# --- shows and tests, all inside the toolbox and its guests

toolbox:
	@scripts/toolbox.sh

demo:
	@scripts/demo.sh $(BOARD)

check:
	@scripts/check.sh

check-full:
	@scripts/check.sh full

lint:
	@scripts/lint.sh

enc golden exec unit bless plugin:
	@$(MAKE) --no-print-directory -C test $@ TARGET=$(TARGET)

fuzz:
	@$(MAKE) --no-print-directory -C test fuzz TARGET=$(TARGET) COUNT=$(COUNT) $(if $(SEED),SEED=$(SEED))

fuzz-plant:
	@$(MAKE) --no-print-directory -C test fuzz-plant TARGET=$(TARGET)

vm:
	@scripts/vm.sh $(BOARD) $(SUITE) $(vm-args)

boards:
	@scripts/boards.sh --list

bench:
	@scripts/bench.sh $(BOARD)

guest:
	@scripts/guest-dkms.sh $(if $(filter arm64%,$(BOARD)),$(BOARD))

dkms-check:
	@scripts/dkms-check.sh

kernels:
	@scripts/build-kernel.sh $(KERNEL)

selftests:
	@scripts/selftests.sh $(BOARD) $(foreach o,JIT TESTS SMP SLOW,$(if $($(o)),$(o)='$($(o))'))

dist:
	@mkdir -p build
	git archive --prefix=bpfjit_ng-$(VERSION)/ -o build/bpfjit_ng-$(VERSION).tar.gz HEAD
	@echo build/bpfjit_ng-$(VERSION).tar.gz
