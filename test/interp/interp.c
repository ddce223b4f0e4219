// SPDX-License-Identifier: GPL-2.0
/* The loop of the interpreter and its table of instructions. */
#include "vm.h"

void (*bi_trace)(const struct bpf_insn *in);

/* One entry per class and low nibble pattern; the rest of the code is decoded by the function. */
static bi_fn find_ldst(u8 code)
{
	u8 mode = BJN_MODE(code);
	bool ldx = BJN_CLASS(code) == BPF_LDX;

	switch (mode) {
	case BPF_MEM:
	case BJN_PROBE_MEM32:
		return ldx ? bi_ldx : BJN_CLASS(code) == BPF_ST ? bi_st : bi_stx;
	case BJN_PROBE_MEM:
	case BJN_PROBE_MEMSX:
	case BPF_MEMSX:
		return ldx ? bi_ldx : NULL;
	case BPF_ATOMIC:	/* the number of PROBE_MEM32SX and NOSPEC as well */
		if (BJN_CLASS(code) == BPF_ST)
			return code == (BPF_ST | BJN_NOSPEC) ? bi_nospec : NULL;
		return ldx ? bi_ldx : bi_atomic;
	case BJN_PROBE_ATOMIC:
		return BJN_CLASS(code) == BPF_STX ? bi_atomic : NULL;
	}
	return NULL;
}

static bi_fn find_jmp(u8 code)
{
	static const struct {
		u8 code;
		bi_fn fn;
	} whole[] = {
		{ BPF_JMP | BPF_JA,	bi_ja },
		{ BJN_GOTOX,		bi_gotox },
		{ BJN_GOTOL,		bi_gotol },
		{ BPF_JMP | BPF_CALL,	bi_call },
		{ BPF_JMP | BPF_EXIT,	bi_exit },
		{ BJN_TAIL_CALL,	bi_tail_call },
		{ BI_MAY_GOTO,		bi_may_goto },
	};
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(whole); i++)
		if (whole[i].code == code)
			return whole[i].fn;
	switch (BJN_OP(code)) {
	case BPF_JA:
	case BPF_CALL:
	case BPF_EXIT:
	case 0xe0:
	case 0xf0:
		return NULL;
	}
	return bi_jmp;
}

static bi_fn find(u8 code)
{
	switch (BJN_CLASS(code)) {
	case BPF_ALU:
	case BPF_ALU64:
		if (BJN_OP(code) == BPF_END)
			return code == (BPF_ALU64 | BPF_END | BPF_X) ? NULL : bi_end;
		return BJN_OP(code) > BPF_END ? NULL : bi_alu;
	case BPF_JMP:
	case BPF_JMP32:
		return find_jmp(code);
	case BPF_LD:
		return code == BJN_LD_IMM64 ? bi_ld_imm64 : NULL;
	}
	return find_ldst(code);
}

static const bi_fn *table(void)
{
	static bi_fn fn[256];
	u32 i;

	if (!fn[BPF_JMP | BPF_EXIT])
		for (i = 0; i < BJN_ARRAY_SIZE(fn); i++)
			fn[i] = find((u8)i);
	return fn;
}

void bi_fail(struct bi_vm *vm, int err, const char *why)
{
	if (vm->err)
		return;
	vm->err = err;
	vm->why = why;
}

static void step(struct bi_vm *vm, const bi_fn *fn)
{
	struct bi_frame *f = vm->f;
	const struct bpf_insn *in;

	if (f->pc >= f->prog->len) {
		bi_fail(vm, -EFAULT, "ran out of the program");
		return;
	}
	if (!vm->steps--) {
		bi_fail(vm, -ETIME, "too many instructions executed");
		return;
	}
	in = &f->prog->insns[f->pc++];
	if (bi_trace)
		bi_trace(in);
	if (fn[in->code])
		fn[in->code](vm, in);
	else
		bi_fail(vm, -EOPNOTSUPP, "unknown opcode");
}

/* A program starts in a frame: a call made the frame, or a tail call takes it over. */
void bi_start(struct bi_frame *f, const struct bi_prog *prog, u32 pc)
{
	f->prog = prog;
	f->pc = pc;
	f->catches = !pc;
	f->loops = BI_LOOPS;
	f->rounds = 0;
	memset(f->stack, 0, sizeof(f->stack));
}

/* Run a frame from its creation to its exit. */
u64 bi_enter(struct bi_vm *vm, const struct bi_prog *prog, u32 pc, const struct bi_args *args)
{
	const bi_fn *fn = table();
	struct bi_frame *caller = vm->f;
	struct bi_frame f;

	if (vm->depth >= BI_MAX_DEPTH) {
		bi_fail(vm, -E2BIG, "calls are nested too deeply");
		return 0;
	}
	memset(&f, 0, offsetof(struct bi_frame, stack));
	memset(&f.out, 0, sizeof(f.out));
	f.in_gone = false;
	f.done = false;
	memcpy(&f.r[BPF_REG_1], args->r, sizeof(args->r));
	f.r[BPF_REG_10] = (uintptr_t)(f.stack + BI_STACK_SIZE);
	f.in = args;
	bi_start(&f, prog, pc);
	vm->f = &f;
	vm->depth++;
	while (!f.done && !vm->err && !vm->thrown)
		step(vm, fn);
	vm->depth--;
	vm->f = caller;
	if (vm->thrown && f.catches)
		return bi_catch(vm, f.prog);
	return f.r[BPF_REG_0];
}

u64 bi_callback(struct bi_vm *vm, u64 func, const u64 args[5])
{
	struct bi_args a = { .given = 0 };
	u32 pc = (u32)func;
	u64 r0;

	if ((func & ~0xffffffffull) != BI_FUNC_TAG) {
		bi_fail(vm, -EFAULT, "a callback is no function");
		return 0;
	}
	memcpy(a.r, args, sizeof(a.r));
	r0 = bi_enter(vm, vm->f->prog, pc, &a);
	if (vm->thrown)
		bi_fail(vm, -EINVAL, "a callback throws");
	return r0;
}

int bi_run(const struct bi_prog *prog, const u64 args[5], u64 max_steps, u64 *r0,
	   const char **why)
{
	struct bi_vm vm = { .steps = max_steps };
	struct bi_args a = { .given = 0 };

	memcpy(a.r, args, sizeof(a.r));
	*r0 = bi_enter(&vm, prog, 0, &a);
	if (vm.err)
		*why = vm.why;
	return vm.err;
}
