// SPDX-License-Identifier: GPL-2.0
/*
 * A program for the stock JIT, whose image tells what cannot be read anywhere:
 * the conventions by which programs of both JITs call each other.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/filter.h>

#include "core/isa.h"
#include "glue.h"

/* Exception table entries, which the verifier counts. */
static u32 count_faults(const struct bpf_insn *insns, u32 len)
{
	u32 i, n = 0;

	for (i = 0; i < len; i++)
		n += BJN_CLASS(insns[i].code) == BPF_LDX && BJN_MODE(insns[i].code) == BJN_PROBE_MEM32;
	return n;
}

/**
 * bjn_sample_compile - let the kernel compile a program
 * @insns: instructions, of the kind the verifier would pass
 * @len: number of them
 *
 * To be called before anything is hooked. A failure is logged.
 *
 * Return: the program, to be freed with bpf_prog_free(), or NULL.
 */
struct bpf_prog *bjn_sample_compile(const struct bpf_insn *insns, u32 len)
{
	struct bpf_prog *prog = bpf_prog_alloc(bpf_prog_size(len), 0);
	int err = 0;

	if (prog) {
		prog->len = len;
		prog->type = BPF_PROG_TYPE_SOCKET_FILTER;
		prog->jit_requested = 1;
		prog->aux->num_exentries = count_faults(insns, len);
		memcpy(prog->insnsi, insns, len * sizeof(*insns));
		prog = bpf_prog_select_runtime(prog, &err);
		if (!err && prog->jited)
			return prog;
		bpf_prog_free(prog);
	}
	pr_err("not loaded: the stock JIT does not compile; see net.core.bpf_jit_enable\n");
	return NULL;
}
