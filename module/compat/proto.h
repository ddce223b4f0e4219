/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prototypes of hooked kernel functions that differ between kernels.
 */
#ifndef BJN_COMPAT_PROTO_H
#define BJN_COMPAT_PROTO_H

struct bpf_prog;
struct bpf_verifier_env;

#ifdef BJN_COMPILE_HAS_ENV
#define BJN_COMPILE_PARAMS	(struct bpf_verifier_env *env, struct bpf_prog *prog)
#define BJN_COMPILE_ARGS(env, prog)	(env, prog)
#define BJN_COMPILE_ENV(env)	(env)
#else
#define BJN_COMPILE_PARAMS	(struct bpf_prog *prog)
#define BJN_COMPILE_ARGS(env, prog)	(prog)
#define BJN_COMPILE_ENV(env)	NULL
#endif

/* bpf_check() is only passed through; its last parameters have changed. */
#define BJN_SIX_WORDS	(unsigned long a, unsigned long b, unsigned long c, \
			 unsigned long d, unsigned long e, unsigned long f)

#endif
