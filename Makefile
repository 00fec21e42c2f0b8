# qemu-armv9: build, test, demonstrate.  "make help" lists what there is.
# SPDX-License-Identifier: GPL-2.0-or-later

ROOT := $(patsubst %/,%,$(dir $(realpath $(lastword $(MAKEFILE_LIST)))))
BUILDDIR ?= $(ROOT)/build
B := $(abspath $(or $(BUILDDIR),$(ROOT)/build))
ifneq ($(words $(ROOT) $(B)),2)
$(error the path must not contain white space: $(ROOT) $(BUILDDIR))
endif
KERNEL ?= 6.12
NINJA ?= ninja
export BUILDDIR

# V=1 shows the commands; -jN is for ninja, which by itself uses all CPUs.
NINJAFLAGS ?= $(if $(V),-v) $(filter-out -j,$(filter -j%,$(MAKEFLAGS)))
export NINJAFLAGS

.PHONY: all
all: qemu

.PHONY: help
help:
	@sed -n 's/^## //p' $(ROOT)/Makefile

## Build:
##   make              the fork, for this machine
##   make arm64        the arm64 KVM-only QEMU, for use inside guests
##   make install      DESTDIR= and prefix= as usual
##   make clean        remove what was compiled; make distclean: the build folder
## Look:
##   make demo         a KVM host and its guest use FPMR; perf traces a program
##                     (KERNEL=6.12 or 7.2)
##   make shell        an interactive stock guest
## Test:
##   make check            all of these, and a summary
##   make check-unit       pure C parts: unit tests and fuzzers, no QEMU
##   make check-overlay    the house rules, the composition of the tree
##   make check-qtest      QEMU's qtests, ours
##   make check-baremetal  programs without an operating system, at every EL
##   make check-trace      traced programs: the decoded flow is what ran
##   make check-guest      stock kernels
##   make check-nested     stock kernels as KVM host, our arm64 QEMU in them
##   make check-perf       trace in stock kernels, at length (not in check)
##   make check-firmware   trace under Trusted Firmware-A, which is fetched and
##                         built (not in check)
##   make check-idregs     ID registers under KVM, at length (not in check)
##   make check-kselftest  Linux's own KVM selftests, which are fetched (not in
##                         check)
##   make check-targets    user mode, AArch32 and a foreign target, which link
##                         and start (not in check)
##   make check-torture    TLB invalidation in stock kernels and their KVM
##                         guests, at length (not in check)
##   make check-upstream   upstream's own aarch64 qtests
##   make check-peer       FP8 and its kin against Debian's newest QEMU; not
##                         part of make check
##   make bench            cost, against vanilla QEMU built the same way
##   make fuzz             the fuzzers of check-unit, for longer (SECONDS=600)

.PHONY: compose
compose: $(B)/config.status
	@$(ROOT)/overlay/compose $(B)

# Configured again, with the same options, when what configure goes by changed.
$(B)/config.status: $(addprefix $(ROOT)/,configure VERSION overlay/pin)
	@mkdir -p $(B)
	@if [ -e $@ ]; then exec $@; fi; \
	    if [ $(B) = $(ROOT)/build ]; then cd $(ROOT); else cd $(B); fi && \
	    exec $(ROOT)/configure

.PHONY: qemu
qemu: compose
	@[ -e $(B)/qemu/build.ninja ] || { \
	    echo "make: configure did not finish; run it again" >&2; exit 1; }
	@$(ROOT)/overlay/progress "building QEMU" \
	    $(NINJA) -C $(B)/qemu $(NINJAFLAGS) $$(cat $(B)/targets)

.PHONY: arm64
arm64: compose
	@$(ROOT)/overlay/arm64 $(B)

.PHONY: qtests
qtests: compose
	@$(ROOT)/overlay/qtests $(B)

.PHONY: install
install: qemu
	@DESTDIR='$(DESTDIR)' $(ROOT)/overlay/install $(B) '$(prefix)'

# Packages first, and all at once: who is not root gets one line to run.
.PHONY: demo
demo:
	@$(ROOT)/overlay/need build test
	@$(MAKE) --no-print-directory -C $(ROOT) BUILDDIR=$(B) qemu arm64
	@$(ROOT)/tests/guest/demo --builddir=$(B) --kernel=$(KERNEL)

.PHONY: shell
shell:
	@$(ROOT)/overlay/need build test
	@$(MAKE) --no-print-directory -C $(ROOT) BUILDDIR=$(B) qemu
	@$(ROOT)/tests/guest/shell --builddir=$(B) --kernel=$(KERNEL)

CHECKS := overlay unit upstream qtest baremetal trace guest nested

.PHONY: check
check:
	@$(ROOT)/overlay/need build test unit trace
	@$(ROOT)/tests/armv9/check $(B) $(CHECKS)

MORE_CHECKS := peer perf firmware idregs kselftest targets torture

.PHONY: $(addprefix check-,$(CHECKS) $(MORE_CHECKS))
$(addprefix check-,$(CHECKS) $(MORE_CHECKS)): check-%:
	@$(ROOT)/overlay/need python
	@$(ROOT)/tests/armv9/check $(B) $*

.PHONY: fuzz
SECONDS ?= 600
fuzz:
	@$(ROOT)/overlay/need python
	@FUZZ_SECONDS=$(SECONDS) $(ROOT)/tests/armv9/check $(B) unit

.PHONY: bench
bench:
	@$(ROOT)/overlay/need build test bench
	@$(MAKE) --no-print-directory -C $(ROOT) BUILDDIR=$(B) qemu
	@$(ROOT)/tests/bench/bench --builddir=$(B) $(BENCHFLAGS)

.PHONY: clean
clean:
	@[ ! -e $(B)/qemu/build.ninja ] || $(NINJA) -C $(B)/qemu -t clean
	@rm -rf $(B)/arm64 $(B)/vanilla $(B)/vanilla-arm64 $(B)/targets \
	    $(B)/unit $(B)/guest $(B)/bench

.PHONY: distclean
distclean:
	@[ $(B) = $(ROOT)/build ] || [ ! -e $(B) ] || [ -e $(B)/.qemu-armv9 ] || { \
	    echo "make: BUILDDIR=$(B) is no build folder of configure's;" \
	        "remove it by hand" >&2; exit 1; }
	rm -rf $(B)
