/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract between the compile driver and an emitter.
 *
 * An emitter is pure: it sees the program, a handful of facts about kernel and
 * CPU passed by value, and a context to write machine words into. It allocates
 * nothing, calls nothing of the kernel and keeps no state of its own.
 */
#ifndef BJN_CORE_BACKEND_H
#define BJN_CORE_BACKEND_H

#include "isa.h"

enum bjn_feature {
#define BJN_FEATURE(id, name, what) BJN_F_##id,
#include "features.def"
#undef BJN_FEATURE
	BJN_NR_FEATURES
};

#define BJN_FEAT(id)	(1ull << BJN_F_##id)

#define BJN_NO_OFFSET	0xffffffffu

#define BJN_NR_ENV_HELPERS	26

/**
 * struct bjn_env - facts of this kernel and CPU, constant after load
 * @features: BJN_FEAT() bits in effect
 * @cpu: CPU capability bits, defined by the back end
 * @off_array_max_entries: byte offset of bpf_array.map.max_entries (u32)
 * @off_array_ptrs: byte offset of bpf_array.ptrs (pointers)
 * @off_prog_bpf_func: byte offset of bpf_prog.bpf_func (pointer)
 * @off_thread_cpu: byte offset of the CPU number (u32) from the thread register
 * @off_thread_task: byte offset of the pointer to the current task from the
 *	thread register, or BJN_NO_OFFSET when that register is the pointer
 * @patch_target: where the branch at the end of an image leads while nothing
 *	is attached to the program; on machines that have such a branch
 * @level_bytes: bytes of stack that a program with its subprograms may hold on to
 *	when one of them tail-calls, which 33 more may do on top of it; 0: as many as
 *	the verifier lets it (256 and what the frames cost)
 * @reg_ax: number of BPF_REG_AX (11 up to Linux 6.x, 12 from 7.2 on)
 * @helper: addresses of functions and tables that emitted code uses on its own
 *	account, defined by the back end
 */
struct bjn_env {
	u64 features;
	u64 cpu;
	u32 off_array_max_entries;
	u32 off_array_ptrs;
	u32 off_prog_bpf_func;
	u32 off_thread_cpu;
	u32 off_thread_task;
	u64 patch_target;
	u32 level_bytes;
	u8 reg_ax;
	u64 helper[BJN_NR_ENV_HELPERS];
};

/* What a BPF call instruction turns into. */
enum bjn_call_kind {
	BJN_CALL_HELPER,	/* C function: u64 result, five u64 arguments */
	BJN_CALL_KFUNC,		/* C function with the prototype in struct bjn_call */
	BJN_CALL_SUBPROG,	/* bpf2bpf: address known in the extra pass only */
	BJN_CALL_CPU_ID,	/* inlined bpf_get_smp_processor_id() */
	BJN_CALL_CURRENT,	/* inlined bpf_get_current_task{,_btf}() */
	BJN_CALL_THROW,		/* bpf_throw(): jump to the exception callback */
	BJN_CALL_MAY_GOTO,	/* arch_bpf_timed_may_goto(): AX in and out */
};

/* Flags of struct bjn_call.arg_flags, one byte per argument. */
#define BJN_ARG_SIGNED	1	/* sign-extended by the C ABI */
#define BJN_ARG_ARENA	2	/* arena pointer; the function wants the kernel's view */
#define BJN_ARG_NULLABLE 4	/* ... and NULL stays NULL */

/**
 * struct bjn_call - resolved target of a call instruction
 * @addr: address of the function; 0 while a subprogram is not compiled yet.
 *	BJN_CALL_THROW: address of the pointer to the exception callback, to be
 *	read when the program throws. BJN_CALL_MAY_GOTO: a routine that takes
 *	the address of the count in the back end's register of BPF_REG_AX,
 *	returns the new count in it and preserves every other register that
 *	may hold a BPF register.
 * @kind: how to call it
 * @nargs: kfunc: number of arguments
 * @arg_size: kfunc: size of each argument in bytes (1, 2, 4, 8)
 * @arg_flags: kfunc: BJN_ARG_* of each argument
 * @ret_size: kfunc: size of its result in bytes, 0: none
 * @ret_flags: kfunc, BJN_CALL_CURRENT: BJN_ARG_SIGNED, if its result is signed
 */
struct bjn_call {
	u64 addr;
	enum bjn_call_kind kind;
	u8 nargs;
	u8 arg_size[BJN_MAX_ARGS];
	u8 arg_flags[BJN_MAX_ARGS];
	u8 ret_size;
	u8 ret_flags;
};

struct bjn_prog;

/**
 * struct bjn_prog_ops - what an emitter may ask the driver about a program
 * @call_target: resolve the call instruction @idx; 0 or a negative errno
 * @indirect_target: may a gotox land on instruction @idx? NULL: on any
 */
struct bjn_prog_ops {
	int (*call_target)(const struct bjn_prog *prog, u32 idx, struct bjn_call *call);
	bool (*indirect_target)(const struct bjn_prog *prog, u32 idx);
};

/**
 * struct bjn_prog - one program, by value
 * @insns: instructions, @len of them
 * @len: number of instruction slots
 * @stack_depth: bytes of BPF stack below R10
 * @image: final address of the code, or 0 while it is not known. It is known
 *	whenever @extra_pass is set; the code must not be longer then.
 * @arena_kern: kernel address of the arena, or 0
 * @arena_user: user address of the arena, or 0
 * @priv_stack: per-CPU address that R10 holds on this program's private stack,
 *	or 0: the program's stack is the kernel's
 * @is_subprog: called from BPF or as a callback, not by the kernel's BPF_PROG_RUN
 * @is_main_of_many: body of the main program of a program with subprograms
 * @tail_call_reachable: the tail call counter must be carried through
 * @exception_boundary: body of a main program below which somebody throws: it
 *	saves every callee-saved register of the ABI, and the exception callback
 *	can find its frame
 * @exception_cb: exception callback: runs on the frame of the boundary and
 *	returns to the boundary's caller
 * @attachable: something may be attached to the program while it runs (struct
 *	bjn_entry), if the back end has BJN_F_TRAMPOLINES
 * @hidden_args: subprogram that has arguments on the stack of which the kernel does not
 *	know: a trampoline of the stock JIT would lose them, so the back end makes the
 *	kernel's attempt to attach one fail
 * @extension: main program that replaces a function of another program: it is
 *	called as a subprogram is
 * @wide_result: whoever calls this main program wants all of R0, not a C int
 * @extra_pass: second pass over a program with subprograms: targets are known
 * @ops: questions to the driver
 * @priv: for the driver
 */
struct bjn_prog {
	const struct bpf_insn *insns;
	u32 len;
	u32 stack_depth;
	u64 image;
	u64 arena_kern;
	u64 arena_user;
	u64 priv_stack;
	bool is_subprog;
	bool is_main_of_many;
	bool tail_call_reachable;
	bool exception_boundary;
	bool exception_cb;
	bool attachable;
	bool hidden_args;
	bool extension;
	bool wide_result;
	bool extra_pass;
	const struct bjn_prog_ops *ops;
	void *priv;
};

/* What an opcode does, for the planning pass (struct bjn_op.flags). */
#define BJN_OP_JUMP	0x01	/* may need a forward fix-up */
#define BJN_OP_CALL	0x02	/* calls something: ra and argument registers die */
#define BJN_OP_TAIL	0x04	/* tail call */
#define BJN_OP_EXTABLE	0x08	/* may need an exception table entry */
#define BJN_OP_ARENA	0x10	/* needs the arena base */
#define BJN_OP_EXIT	0x20	/* leaves the program */
#define BJN_OP_TWO	0x40	/* occupies two slots */
#define BJN_OP_EXTABLE2	0x80	/* may need a second exception table entry */
#define BJN_OP_INDIRECT	0x100	/* jumps to an instruction that only indirect_target() knows */

struct bjn_ctx;

/**
 * struct bjn_op - one opcode of a back end's table
 * @emit: writes the code of the instruction; NULL: not supported
 * @max_words: upper bound of what @emit writes, in machine words
 * @flags: BJN_OP_*
 */
struct bjn_op {
	void (*emit)(struct bjn_ctx *c, const struct bpf_insn *insn);
	u16 max_words;
	u16 flags;
};

/**
 * struct bjn_fixup - a forward branch whose target was not yet emitted
 * @at: word offset of the branch
 * @target: BPF instruction it goes to; the program's length means the epilogue
 * @kind: form of the branch, defined by the back end
 */
struct bjn_fixup {
	u32 at;
	u32 target;
	u32 kind;
};

#define BJN_EX_NO_REG	0xff

/**
 * struct bjn_extable - one instruction that may fault
 * @at: word offset of the instruction
 * @resume: word offset at which execution goes on
 * @reg: machine register to be zeroed, or BJN_EX_NO_REG
 * @arena: machine register with the 32-bit arena pointer at the time of the
 *	fault, or BJN_EX_NO_REG: not to be reported as an arena access
 * @write: the arena access writes
 * @off: offset of the arena access from @arena
 */
struct bjn_extable {
	u32 at;
	u32 resume;
	u8 reg;
	u8 arena;
	bool write;
	s16 off;
};

/**
 * struct bjn_facts - what the planning pass learned about a program
 * @regs: bit n: BPF register n occurs as dst or src
 * @flags: all BJN_OP_* that occur
 * @jumps: number of instructions with BJN_OP_JUMP or BJN_OP_EXIT
 * @extable: upper bound of the number of exception table entries
 * @max_words: upper bound of the whole image in machine words
 */
struct bjn_facts {
	u32 regs;
	u32 flags;
	u32 jumps;
	u32 extable;
	u32 max_words;
};

/**
 * struct bjn_entry - how an attachable program is redirected, in words from its start
 * @body: where the original goes on when a detour has been taken
 * @detour: where the first word branches to while something is attached
 * @pointer: address that the detour goes to, as wide as a machine register; 0: the program is
 *	not attachable
 */
struct bjn_entry {
	u32 body;
	u32 detour;
	u32 pointer;
};

/**
 * struct bjn_ctx - one compilation
 * @env: facts of kernel and CPU
 * @prog: the program
 * @be: the back end
 * @facts: result of bjn_plan()
 * @code: machine words, @cap of them, @pos written
 * @cap: capacity of @code in words
 * @pos: next word
 * @off: @prog->len + 1 word offsets. For an instruction already emitted its
 *	exact start, for a later one an upper bound; [len] is the epilogue.
 * @idx: BPF instruction being emitted
 * @bound: upper bound that bjn_plan() computed for the start of @idx
 * @far: set by the back end: a branch took its long form, which a better bound
 *	or, unless it is known, the final address of the code may save
 * @err: first error, sticky; 0 while all is well
 * @err_idx: BPF instruction at which @err happened
 * @err_why: one phrase that names the reason
 * @fix: forward branches, capacity @facts.jumps
 * @nr_fix: used entries of @fix
 * @ex: exception table, capacity @facts.extable
 * @nr_ex: used entries of @ex
 * @entry: set by the back end for an attachable program
 * @frame_bytes: size of the stack frame, set by the back end
 * @arch: frame layout and the like, private to the back end
 *
 * The driver provides @off before bjn_plan() and @code, @fix and @ex before
 * bjn_emit().
 */
struct bjn_ctx {
	const struct bjn_env *env;
	const struct bjn_prog *prog;
	const struct bjn_backend *be;
	struct bjn_facts facts;
	u32 *code;
	u32 cap;
	u32 pos;
	u32 *off;
	u32 idx;
	u32 bound;
	bool far;
	int err;
	u32 err_idx;
	const char *err_why;
	struct bjn_fixup *fix;
	u32 nr_fix;
	struct bjn_extable *ex;
	u32 nr_ex;
	struct bjn_entry entry;
	u32 frame_bytes;
	u64 arch[16];
};

/**
 * struct bjn_backend - an emitter
 * @name: shown in sysfs
 * @features: BJN_FEAT() bits it implements
 * @ops: one entry per opcode byte
 * @max_frame_words: upper bound of prologue plus epilogue, in words
 * @landing_words: upper bound of what @landing writes, in words
 * @tail_words: words at the end of every image that are no code: the kernel
 *	expects them behind what bpf_prog.jited_len covers
 * @image_align: alignment of an image in bytes, at most 8
 * @stock_classic: programs that were classic BPF stay with the stock JIT
 * @begin: lay out the frame from the facts, before anything is emitted
 * @prologue: everything before the first BPF instruction
 * @epilogue: common exit, placed behind the last BPF instruction
 * @landing: NULL, or what comes first at an instruction of a program with indirect jumps
 * @patch: fill in a forward branch; @delta is target minus branch, in words
 * @learn: optional: what is known behind an instruction that was just written.
 *	A back end that has it can ask where jumps lead (bjn_is_joined())
 */
struct bjn_backend {
	const char *name;
	u64 features;
	const struct bjn_op *ops;
	u32 max_frame_words;
	u32 landing_words;
	u32 tail_words;
	u32 image_align;
	bool stock_classic;
	void (*begin)(struct bjn_ctx *c);
	void (*prologue)(struct bjn_ctx *c);
	void (*epilogue)(struct bjn_ctx *c);
	void (*landing)(struct bjn_ctx *c);
	void (*patch)(struct bjn_ctx *c, const struct bjn_fixup *fix, s32 delta);
	void (*learn)(struct bjn_ctx *c, const struct bpf_insn *insn);
};

int bjn_plan(struct bjn_ctx *c);
int bjn_emit(struct bjn_ctx *c);

#endif
