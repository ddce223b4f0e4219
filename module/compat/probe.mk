# SPDX-License-Identifier: GPL-2.0
# What the kernel's headers declare, one line each. Versions say little: stable
# kernels and distributions move these, so the headers themselves are asked.

# $(call bjn-probe,MACRO,HEADER,EXTENDED-REGEXP): -DMACRO=1 when a line matches. A parenthesis is written
# as a dot: make would count it.
bjn-probe = $(if $(shell grep -m 1 -E '$(3)' $(srctree)/include/linux/$(2) 2>/dev/null),-D$(1)=1)

# compile contract of 7.x: the verifier's environment comes first, the core blinds constants
bjn-probes := $(call bjn-probe,BJN_COMPILE_HAS_ENV,filter.h,bpf_int_jit_compile.struct bpf_verifier_env)
# stock bpf_jit_free() of this architecture expects an image of the pack allocator: the architecture
# can copy code to read-only memory
bjn-text-copy := larch_insn_text_copy|aarch64_insn_copy
bjn-probes += $(if $(shell grep -r -m 1 -E '$(bjn-text-copy)' $(srctree)/arch/$(bjn-arch)/include/asm 2>/dev/null),-DBJN_HAS_PACK=1)
# ... or images of the older allocator must be made executable
bjn-probes += $(if $(filter -DBJN_HAS_PACK=1,$(bjn-probes)),,$(if $(CONFIG_ARCH_HAS_SET_MEMORY),-DBJN_PROTECTS_IMAGES=1))
# its allocation wants to know whether the program was classic BPF (also backported)
bjn-probes += $(call bjn-probe,BJN_PACK_WAS_CLASSIC,filter.h,bool was_classic)
# 6.1: finishing a pack takes the program as first argument
bjn-probes += $(call bjn-probe,BJN_PACK_FINALIZE_PROG,filter.h,bpf_jit_binary_pack_finalize.struct bpf_prog)
# bpf_address_lookup is a function; before it was an inline
bjn-probes += $(call bjn-probe,BJN_HAS_ADDRESS_LOOKUP,filter.h,^int bpf_address_lookup.unsigned)
# instruction arrays: targets of indirect jumps
bjn-probes += $(call bjn-probe,BJN_HAS_INSN_PTRS,bpf.h,^void bpf_prog_update_insn_ptrs.struct)
bjn-probes += $(call bjn-probe,BJN_HAS_INDIRECT_TARGET,bpf.h,^bool bpf_insn_is_indirect_target.const)
# aux->main_prog_aux: a subprogram knows its main program
bjn-probes += $(call bjn-probe,BJN_HAS_MAIN_PROG_AUX,bpf.h,struct bpf_prog_aux \*main_prog_aux;)
# aux->real_func_cnt: func_cnt plus hidden subprograms
bjn-probes += $(call bjn-probe,BJN_HAS_REAL_FUNC_CNT,bpf.h,u32 real_func_cnt;)
# arenas
bjn-probes += $(call bjn-probe,BJN_HAS_ARENA,bpf.h,^u64 bpf_arena_get_user_vm_start.struct)
# a program's streams; the JIT reports an access to an arena that faults
bjn-probes += $(call bjn-probe,BJN_HAS_STREAMS,bpf.h,^void bpf_prog_report_arena_violation.bool)
# aux->jits_use_priv_stack
bjn-probes += $(call bjn-probe,BJN_HAS_PRIV_STACK,bpf.h,bool jits_use_priv_stack;)
# aux->exception_boundary
bjn-probes += $(call bjn-probe,BJN_HAS_EXCEPTIONS,bpf.h,bool exception_boundary;)
# prog->jit_required: no interpreter behind this program
bjn-probes += $(call bjn-probe,BJN_HAS_JIT_REQUIRED,bpf.h,jit_required:1)
# trampolines are ours: this architecture has none, the kernel asks for the size before it allocates one
bjn-probes += $(if $(CONFIG_MIPS),$(call bjn-probe,BJN_OUR_TRAMPOLINES,bpf.h,^int arch_bpf_trampoline_size.const))
# ... lists of nodes, before they were links
bjn-probes += $(call bjn-probe,BJN_TRAMP_NODES,bpf.h,^struct bpf_tramp_nodes .)
# ... programs can be patched out of them
bjn-probes += $(call bjn-probe,BJN_TRAMP_SKIPS,bpf.h,void bpf_tramp_image_add_skip.struct)
# text pokes name what was there and what will be there
bjn-probes += $(call bjn-probe,BJN_POKE_HAS_TWO_TYPES,bpf.h,bpf_arch_text_poke.void \*ip. enum bpf_text_poke_type old_t)
# sessions: one program on both sides of a function
bjn-probes += $(call bjn-probe,BJN_HAS_FSESSION,filter.h,^bool bpf_jit_supports_fsession.void)
# load-acquire and store-release
bjn-probes += $(call bjn-probe,BJN_HAS_ACQ_REL,../uapi/linux/bpf.h,BPF_LOAD_ACQ)
# instructions of "cpu v4"
bjn-probes += $(call bjn-probe,BJN_HAS_CPUV4,../uapi/linux/bpf.h,BPF_MEMSX)
# questions that the verifier asks the JIT
bjn-probes += $(call bjn-probe,BJN_ASKS_INSN,filter.h,^bool bpf_jit_supports_insn.struct)
bjn-probes += $(call bjn-probe,BJN_ASKS_INLINES,filter.h,^bool bpf_jit_inlines_helper_call.s32)
bjn-probes += $(call bjn-probe,BJN_ASKS_PERCPU_INSN,filter.h,^bool bpf_jit_supports_percpu_insn.void)
bjn-probes += $(call bjn-probe,BJN_ASKS_PTR_XCHG,filter.h,^bool bpf_jit_supports_ptr_xchg.void)
bjn-probes += $(call bjn-probe,BJN_ASKS_STACK_ARGS,filter.h,^bool bpf_jit_supports_stack_args.void)
bjn-probes += $(call bjn-probe,BJN_ASKS_TIMED_MAY_GOTO,filter.h,^bool bpf_jit_supports_timed_may_goto.void)
