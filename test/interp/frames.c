// SPDX-License-Identifier: GPL-2.0
/* What the verifier adds to functions: more arguments, exceptions, loops bounded by time. */
#include "vm.h"

/*
 * Number of an argument behind the fifth, from 0. The program names its own
 * [r11 + 8], [r11 + 16] ... and those of its next call [r11 - 8], [r11 - 16] ...
 */
static u32 which(struct bi_vm *vm, const struct bpf_insn *in, s32 bytes)
{
	if (BJN_MODE(in->code) == BPF_MEM && BJN_SIZE(in->code) == BPF_DW && bytes > 0 &&
	    bytes <= 8 * BI_MORE_ARGS && !(bytes & 7))
		return (u32)bytes / 8 - 1;
	bi_fail(vm, -EINVAL, "impossible access to an argument");
	return 0;
}

void bi_load_arg(struct bi_vm *vm, const struct bpf_insn *in)
{
	struct bi_frame *f = vm->f;
	u32 n = which(vm, in, in->off);

	if (f->in_gone || !(f->in->given & 1u << n))
		bi_fail(vm, -EINVAL, "read of an argument that is not there");
	f->r[in->dst_reg] = f->in->more[n];
}

void bi_store_arg(struct bi_vm *vm, const struct bpf_insn *in, u64 v)
{
	struct bi_frame *f = vm->f;
	u32 n = which(vm, in, -in->off);

	f->in_gone = true;
	f->out.more[n] = v;
	f->out.given |= 1u << n;
}

/* Every frame ends, up to and with the one that catches. */
void bi_throw(struct bi_vm *vm, u64 cookie)
{
	vm->thrown = true;
	vm->cookie = cookie;
}

/* The result of a main program below which something was thrown. */
u64 bi_catch(struct bi_vm *vm, const struct bi_prog *prog)
{
	struct bi_args a = { .r = { vm->cookie } };

	vm->thrown = false;
	if (!prog->exception_cb)
		return vm->cookie;
	return bi_enter(vm, prog, prog->exception_cb, &a);
}

/* The jump is taken once no time is left. */
void bi_may_goto(struct bi_vm *vm, const struct bpf_insn *in)
{
	struct bi_frame *f = vm->f;

	if (!f->loops) {
		f->pc += (u32)(s32)in->off;
		return;
	}
	if (!--f->loops && ++f->rounds < BI_ROUNDS)
		f->loops = BI_LOOPS;
}
