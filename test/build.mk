# SPDX-License-Identifier: GPL-2.0
# Inside the toolbox: how things are built and run.

include targets.mk
ifeq ($(filter $(TARGET),$(TARGETS)),)
$(error TARGET=$(TARGET) is none of: $(TARGETS))
endif

TOP   := $(abspath $(CURDIR)/..)
OUT   := $(TOP)/build/test/$(TARGET)
HOST  := $(TOP)/build/test/host
SAN   := $(TOP)/build/test/san
LIBF  := $(TOP)/build/test/libfuzzer
ARCH  := $($(TARGET)_ARCH)
CROSS := $($(TARGET)_CROSS)
ABI   := $($(TARGET)_ABI)
QEMU  := $($(TARGET)_QEMU)
MC    := llvm-mc $($(TARGET)_MC)

WARN   := -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
CFLAGS := -O2 -I$(TOP)/module -g -std=gnu11 -fno-strict-aliasing $(WARN)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined
export TOP OUT HOST TARGET ARCH QEMU MC

CORE    := module/core/compile.c
EMITTER := $(foreach f,$(patsubst $(TOP)/%,%,$(wildcard $(TOP)/$(ARCH)/*.c)),$(if $(findstring /kglue,$f),,$f))
INTERP  := $(patsubst $(TOP)/%,%,$(wildcard $(TOP)/test/interp/*.c))
BENCH   := $(addprefix test/exec/,fixup.c frames.c validate.c jit.c run.c world.c helpers.c kfuncs.c \
	   session.c parse.c target-$(TARGET).c entry-$(TARGET).S) $(CORE) $(EMITTER) $(INTERP) \
	   $($(TARGET)_ASM)
FUZZ    := $(addprefix test/fuzz/,fuzz.c gen.c gen-mem.c gen-call.c gen-frame.c compare.c minimise.c plant.c)

objs = $(addprefix $1/,$(addsuffix .o,$(basename $2)))

$(OUT)/%.o: $(TOP)/%.c build.mk
	@mkdir -p $(@D)
	@$(CROSS)gcc $(ABI) $(CFLAGS) -MMD -MP -c -o $@ $<
$(OUT)/%.o: $(TOP)/%.S build.mk
	@mkdir -p $(@D)
	@$(CROSS)gcc $(ABI) -fno-pic -I$(TOP)/test/exec/kernel -MMD -MP -c -o $@ $<
$(SAN)/%.o: $(TOP)/%.c build.mk
	@mkdir -p $(@D)
	@gcc $(CFLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<
$(HOST)/%.o: $(TOP)/%.c build.mk
	@mkdir -p $(@D)
	@gcc $(CFLAGS) -MMD -MP -c -o $@ $<
link = @mkdir -p $(@D); $(CROSS)gcc $(ABI) -static -o $@ $^

$(OUT)/bpf-plugin: $(call objs,$(OUT),$(BENCH) test/exec/plugin.c)
	$(link)
$(OUT)/bpf-conform: $(call objs,$(OUT),$(BENCH) test/exec/conform.c test/exec/sweep.c test/exec/cover.c)
	$(link)
$(OUT)/bpf-fuzz: $(call objs,$(OUT),$(BENCH) $(FUZZ))
	$(link)

$(HOST)/enc-$(TARGET): $(call objs,$(HOST),test/enc/enc.c test/enc/enc-$(TARGET).c $($(TARGET)_ENC))
	@mkdir -p $(@D); gcc -o $@ $^

CASES := $(wildcard exec/corpus/*.data)

$(OUT)/cases: $(CASES) exec/cases.py bpfasm.py
	@mkdir -p $(@D)
	@python3 exec/cases.py $(CASES) >$@.tmp && mv $@.tmp $@

$(HOST)/golden-$(TARGET): $(call objs,$(HOST),test/golden/golden.c test/golden/golden-$(TARGET).c \
		test/exec/fixup.c test/exec/frames.c test/exec/jit.c test/exec/parse.c $(CORE) $(EMITTER))
	@mkdir -p $(@D); gcc -o $@ $^

$(SAN)/unit: $(call objs,$(SAN),$(patsubst $(TOP)/%,%,$(wildcard $(TOP)/test/unit/*.c)) $(CORE))
	@gcc $(SANITIZE) -o $@ $^

# Arbitrary bytes through the driver and the emitter, built for the host by clang.
DRIVER_OBJS := $(call objs,$(LIBF),test/fuzz/driver.c test/golden/golden-$(TARGET).c $(CORE) $(EMITTER))

$(LIBF)/%.o: $(TOP)/%.c build.mk
	@mkdir -p $(@D)
	@clang $(CFLAGS) $(SANITIZE) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(LIBF)/driver-$(TARGET): $(DRIVER_OBJS)
	@clang $(SANITIZE) -fsanitize=fuzzer -o $@ $^

# What each goal needs. Building is done by one make at a time, whoever else works in this tree.
NEEDS_unit        := $(SAN)/unit
NEEDS_enc         := $(HOST)/enc-$(TARGET)
NEEDS_golden      := $(HOST)/golden-$(TARGET)
NEEDS_bless       := $(NEEDS_golden)
NEEDS_exec        := $(OUT)/bpf-conform $(OUT)/cases
NEEDS_fuzz        := $(OUT)/bpf-fuzz
NEEDS_fuzz-plant  := $(NEEDS_fuzz)
NEEDS_words       := $(NEEDS_fuzz)
NEEDS_words-all   := $(NEEDS_fuzz)
NEEDS_fuzz-driver := $(LIBF)/driver-$(TARGET) $(OUT)/cases
NEEDS_plugin      := $(OUT)/bpf-plugin
build = @mkdir -p $(TOP)/build/test && flock $(TOP)/build/test/lock \
	$(MAKE) --no-print-directory BUILD=1 TARGET=$(TARGET) $@

ifdef BUILD

.SECONDEXPANSION:
$(filter-out check clean,$(GOALS)): $$(NEEDS_$$@)
	@:

else

COUNT ?= 200000
SEED  ?= 1
JOBS  ?= 2
RUNS  ?= 200000
LEVEL ?= 0
LEVELS := $(sort 0 $(patsubst $(TARGET)_MC_%,%,$(filter $(TARGET)_MC_%,$(.VARIABLES))))

enc:
	$(build)
	@enc/enc.sh $(NEEDS_enc) $(OUT)/enc $($(TARGET)_ORDER) $(MC)

exec:
	$(build)
	@$(QEMU) $(NEEDS_exec)

golden:
	$(build)
	@python3 golden/golden.py check $(NEEDS_golden) golden/$(TARGET) $($(TARGET)_ORDER) $(MC)

bless:
	$(build)
	@python3 golden/golden.py bless $(NEEDS_bless) golden/$(TARGET) $($(TARGET)_ORDER) $(MC)

unit:
	$(build)
	@$(NEEDS_unit)

fuzz-driver:
	$(build)
	@fuzz/driver.sh $(NEEDS_fuzz-driver) $(LIBF)/seeds-$(TARGET) $(RUNS)

fuzz:
	$(build)
	@$(TOP)/scripts/fuzz.sh $(NEEDS_fuzz) $(COUNT) $(SEED) $(JOBS)

fuzz-plant:
	$(build)
	@$(QEMU) $(NEEDS_fuzz-plant) -p -n 20000

words:
	$(build)
	@fuzz/words.sh $(NEEDS_words) $(OUT)/words $($(TARGET)_ORDER) 10000 $(LEVEL) \
		llvm-mc $(or $($(TARGET)_MC_$(LEVEL)),$($(TARGET)_MC))

words-all:
	$(build)
	@passed=0; for l in $(LEVELS); do \
		! $(MAKE) --no-print-directory words LEVEL=$$l || passed=$$((passed + 1)); \
	done; failed=$$(($(words $(LEVELS)) - passed)); echo "$$passed passed, $$failed failed"; [ $$failed = 0 ]

plugin:
	$(build)
	@echo $(NEEDS_plugin)

check:
	@MAKE="$(MAKE)" ./check.sh unit enc golden exec words fuzz-plant fuzz-driver fuzz=400000

endif

clean:
	rm -rf $(TOP)/build/test

ifdef BUILD
-include $(shell find $(TOP)/build/test -name '*.d' 2>/dev/null)
endif
