// SPDX-License-Identifier: GPL-2.0
/*
 * Routing. One program, one JIT: every subprogram and both passes go the same
 * way. The core compiles the main body (func_idx 0) first, so it decides, and
 * the registry remembers the decision for as long as the program is pending.
 */
#include "bjn.h"
#include "compat/compat.h"
#include "core/isa.h"
#include "registry.h"
#include "route.h"

static u64 content_alu(const struct bpf_insn *i)
{
	switch (BJN_OP(i->code)) {
	case BPF_MOV:
		if (BJN_CLASS(i->code) == BPF_ALU64 && i->off == BJN_MOV_PERCPU)
			return BJN_FEAT(PERCPU_INSN);
		if (BJN_CLASS(i->code) == BPF_ALU64 && i->off == BJN_MOV_ARENA_CAST)
			return BJN_FEAT(ARENA);
		return i->off ? BJN_FEAT(CPUV4) : 0;
	case BPF_DIV:
	case BPF_MOD:
		return i->off ? BJN_FEAT(CPUV4) : 0;
	case BPF_END:
		return BJN_CLASS(i->code) == BPF_ALU64 ? BJN_FEAT(CPUV4) : 0;
	}
	return 0;
}

static u64 content_jmp(const struct bpf_insn *i)
{
	if (i->code == BJN_GOTOX)
		return BJN_FEAT(GOTOX);
	if (i->code == BJN_GOTOL)
		return BJN_FEAT(CPUV4);
	if (i->code != (BPF_JMP | BPF_CALL))
		return 0;
	if (i->src_reg == BPF_PSEUDO_CALL)
		return BJN_FEAT(SUBPROG_CALLS);
	if (i->src_reg == BPF_PSEUDO_KFUNC_CALL)
		return BJN_FEAT(KFUNC_CALL);
	if (bjn_is_inlined_helper(i))
		return BJN_FEAT(INLINE_HELPERS);
	return bjn_is_may_goto(i) ? BJN_FEAT(TIMED_MAY_GOTO) : 0;
}

static u64 content_load(const struct bpf_insn *i)
{
	switch (BJN_MODE(i->code)) {
	case BPF_MEMSX:
	case BJN_PROBE_MEMSX:
		return BJN_FEAT(CPUV4);
	case BJN_PROBE_MEM32:
		return BJN_FEAT(ARENA);
	case BJN_PROBE_MEM32SX:
		return BJN_FEAT(ARENA) | BJN_FEAT(CPUV4);
	}
	return 0;
}

static u64 content_store(const struct bpf_insn *i)
{
	switch (BJN_MODE(i->code)) {
	case BJN_PROBE_MEM32:
		return BJN_FEAT(ARENA);
	case BJN_PROBE_ATOMIC:
		return BJN_FEAT(ARENA_ATOMICS);
	case BPF_ATOMIC:	/* class ST: a speculation barrier */
		if (BJN_CLASS(i->code) == BPF_STX &&
		    (i->imm == BPF_LOAD_ACQ || i->imm == BPF_STORE_REL))
			return BJN_FEAT(ACQ_REL);
	}
	return 0;
}

/**
 * bjn_route_content - which features occur in a program?
 * @prog: program
 *
 * Return: BJN_FEAT() bits.
 */
u64 bjn_route_content(const struct bpf_prog *prog)
{
	u64 feat = bjn_aux_features(prog->aux);
	u32 i;

	for (i = 0; i < prog->len; i++) {
		const struct bpf_insn *insn = &prog->insnsi[i];

		if (insn->code == BJN_LD_IMM64) {
			i++;
			continue;
		}
		/* Register 11 points to stack arguments where it is not AX. */
		if (BPF_REG_AX != 11 && (insn->dst_reg == 11 || insn->src_reg == 11))
			feat |= BJN_FEAT(STACK_ARGS);
		switch (BJN_CLASS(insn->code)) {
		case BPF_ALU:
		case BPF_ALU64:
			feat |= content_alu(insn);
			break;
		case BPF_JMP:
		case BPF_JMP32:
			feat |= content_jmp(insn);
			break;
		case BPF_LDX:
			feat |= content_load(insn);
			break;
		case BPF_ST:
		case BPF_STX:
			feat |= content_store(insn);
		}
	}
	return feat;
}

/*
 * What a JIT without the feature compiles to junk, or to code that trusts in a
 * check the verifier left out: to a call of nowhere where the verifier left the
 * id of a helper, to arguments as helpers take them where a kfunc is called, to
 * a plain move where an arena pointer is cast. A JIT without one of the others
 * refuses.
 */
#define SILENT	(BJN_FEAT(STACK_ARGS) | BJN_FEAT(PERCPU_INSN) | BJN_FEAT(EXCEPTIONS) | \
		 BJN_FEAT(PRIVATE_STACK) | BJN_FEAT(TIMED_MAY_GOTO) | \
		 BJN_FEAT(INLINE_HELPERS) | BJN_FEAT(KFUNC_CALL) | \
		 BJN_FEAT(ARENA) | BJN_FEAT(ARENA_ATOMICS))

/**
 * bjn_route_needs_us - would the stock JIT miscompile a program?
 * @prog: program
 *
 * True for a program that was verified on the promise of a feature that only
 * we have.
 */
bool bjn_route_needs_us(const struct bpf_prog *prog)
{
	u64 only_ours = SILENT & bjn.possible & ~bjn.stock;

	return only_ours && (bjn_route_content(prog) & only_ours);
}

/**
 * bjn_route_needs_jit - would the interpreter miscompute a program?
 * @prog: program that was verified on the promise of a JIT
 *
 * It calls the id of a helper as if it were its distance, takes a per-CPU
 * offset for an address and knows no access to an arena.
 */
bool bjn_route_needs_jit(const struct bpf_prog *prog)
{
	return bjn_route_content(prog) & SILENT & bjn.possible;
}

/**
 * bjn_route - who compiles a program?
 * @prog: program, with jit_requested set
 * @enabled: the switch, as it was when its load began
 */
enum bjn_route bjn_route(const struct bpf_prog *prog, bool enabled)
{
	if (!bjn.be)
		return BJN_ROUTE_STOCK;
	if (bjn.be->stock_classic && bpf_prog_was_classic(prog))
		return BJN_ROUTE_STOCK;
	if (prog->jited)
		return bjn_registry_find(prog) ? BJN_ROUTE_EXTRA : BJN_ROUTE_STOCK;
	if (prog->is_func && prog->aux->func_idx) {
		if (bjn_registry_has_group(bjn_group_key(prog)))
			return BJN_ROUTE_FIRST;
		return bjn_route_needs_us(prog) ? BJN_ROUTE_NOBODY : BJN_ROUTE_STOCK;
	}
	if (enabled || bjn_route_needs_us(prog))
		return BJN_ROUTE_FIRST;
	return BJN_ROUTE_STOCK;
}
