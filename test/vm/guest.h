/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every suite in the guest uses: reporting over the result channel, files, modules, the kernel log
 * and the bpf(2) system call.
 */
#ifndef BJN_GUEST_H
#define BJN_GUEST_H

#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define SYSFS		"/sys/kernel/bpfjit_ng/"
#define DEBUGFS		"/sys/kernel/debug/bpfjit_ng/"
#define MODULE		"bpfjit_ng"
#define MODULE_KO	"/modules/bpfjit_ng.ko"
#define SABOTAGE_KO	"/modules/bpfjit_ng-sabotage.ko"
#define TEST_BPF_KO	"/modules/test_bpf.ko"

/* report.c: KTAP and key=value lines on the result channel */

/** report_open() - send reports to @fd; results of earlier processes keep counting. */
void report_open(int fd);
/** say() - one line, verbatim. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** note() - a diagnostic line. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** check() - one test result; returns @ok. */
bool check(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** skip() - a test that cannot run here, with the reason. */
void skip(const char *name, const char *reason);
/** report_end() - print the plan; returns the number of failed tests. */
int report_end(void);

/* files.c */

/** file_read() - first @size - 1 bytes of @path, trailing newline removed; -errno or length. */
int file_read(const char *path, char *buf, size_t size);
/** file_num() - decimal content of @path, or @fallback. */
long file_num(const char *path, long fallback);
/** file_write() - write @text to an existing file; 0 or -errno. */
int file_write(const char *path, const char *text);
/** file_exists() - whether @path can be reached. */
bool file_exists(const char *path);
/** file_has() - whether the content of @path contains @needle. */
bool file_has(const char *path, const char *needle);
/** job() - value of @key of this run, or @fallback. */
const char *job(const char *key, const char *fallback);
/** job_read() - parse key=value lines of @path. */
void job_read(const char *path);

/* kernel.c: modules, kernel log, counters */

/** module_load() - finit_module(); 0 or -errno. Never retries. */
int module_load(const char *path, const char *params);
/** module_unload() - delete_module() without waiting or force; 0 or -errno. */
int module_unload(const char *name);
/** module_loaded() - whether the kernel lists @name. */
bool module_loaded(const char *name);
/** kmsg_mark() - forget all kernel messages so far. */
void kmsg_mark(void);
/** kmsg_each() - call @fn with each message since the mark (text only) and move the mark. */
void kmsg_each(void (*fn)(const char *text, void *arg), void *arg);
/** kmsg_find() - whether a message since the mark contains @a and @b (NULL: anything); moves the mark. */
bool kmsg_find(const char *a, const char *b);

struct counters {
	long compiled, declined, failed, bytes, programs;
};
/** counters_read() - the module's counters; all -1 when it is not loaded. */
struct counters counters_read(void);
/* The kernel's stack is 8 KB, not 16. */
#define SMALL_STACK	(sizeof(long) == 4 && getpagesize() == 4096)

/** is_observer() - module loaded, but without an emitter for this architecture. */
bool is_observer(void);
/** ng_load() - load the module with @params and report the outcome under @what. */
bool ng_load(const char *params, const char *what);
/** ng_unload() - unload, waiting up to two seconds for references to go; 0 or -errno. */
int ng_unload(void);

/* leaks.c: only on kernels with kmemleak */

/** leaks_mark() - forget what has leaked so far. */
void leaks_mark(void);
/** leaks_check() - report what has leaked since; slow. */
void leaks_check(void);

/* bpf.c: raw bpf(2) */

#define INSN(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOV64_IMM(d, i)		INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define MOV64_REG(d, s)		INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define ALU64_IMM(op, d, i)	INSN(BPF_ALU64 | (op) | BPF_K, d, 0, 0, i)
#define ALU64_REG(op, d, s)	INSN(BPF_ALU64 | (op) | BPF_X, d, s, 0, 0)
#define JMP_IMM(op, d, i, o)	INSN(BPF_JMP | (op) | BPF_K, d, 0, o, i)
#define LDX(sz, d, s, o)	INSN(BPF_LDX | BPF_MEM | (sz), d, s, o, 0)
#define STX(sz, d, s, o)	INSN(BPF_STX | BPF_MEM | (sz), d, s, o, 0)
#define ST_IMM(sz, d, o, i)	INSN(BPF_ST | BPF_MEM | (sz), d, 0, o, i)
#define ATOMIC(sz, op, d, s, o)	INSN(BPF_STX | BPF_ATOMIC | (sz), d, s, o, op)
#define CALL(f)			INSN(BPF_JMP | BPF_CALL, 0, 0, 0, f)
#define CALL_REL(i)		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, i)
#define LD_IMM64(d, s, lo, hi) \
	INSN(BPF_LD | BPF_DW | BPF_IMM, d, s, 0, lo), INSN(0, 0, 0, 0, hi)
#define LD_MAP_FD(d, fd)	LD_IMM64(d, BPF_PSEUDO_MAP_FD, fd, 0)
#define EXIT()			INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/** prog_load() - load a program of @type; file descriptor or -errno. prog_log() has the verifier's words. */
int prog_load(enum bpf_prog_type type, const struct bpf_insn *insn, unsigned int count);
/** prog_load_attr() - the same with more attributes, zeroed or set by the caller. */
int prog_load_attr(union bpf_attr *attr, enum bpf_prog_type type, const struct bpf_insn *insn,
		   unsigned int count);
#define BTF_ID_SUB	5	/* in the BTF of these programs */
/** prog_load_sub_as() - a program of @type whose subprogram at instruction @sub has BTF. */
int prog_load_sub_as(enum bpf_prog_type type, const struct bpf_insn *insn, unsigned int count,
		     unsigned int sub);
/** prog_load_subprog() - a socket filter whose subprogram at instruction @sub has BTF. */
int prog_load_subprog(const struct bpf_insn *insn, unsigned int count, unsigned int sub);
/**
 * prog_load_globals() - a socket filter with @nr global functions int (int), of @each instructions, the first one at
 *	@first
 */
int prog_load_globals(const struct bpf_insn *insn, unsigned int count, unsigned int first,
		      unsigned int each, unsigned int nr);
/** prog_load_filter() - the same as prog_load() for a socket filter, which test_run can execute. */
int prog_load_filter(const struct bpf_insn *insn, unsigned int count);
/** prog_log() - verifier log of the last prog_load(). */
const char *prog_log(void);
/** prog_run() - execute once; 0 or -errno, result in @retval. */
int prog_run(int fd, uint32_t *retval);
/** prog_jited_len() - bytes of machine code, 0 when interpreted, or -errno. */
int prog_jited_len(int fd);
/** map_create() - file descriptor or -errno. */
int map_create(enum bpf_map_type type, unsigned int key, unsigned int value, unsigned int entries);
/** map_create_mmapable() - array of one @size byte value in the kernel's vmalloc area; file descriptor or -errno. */
int map_create_mmapable(unsigned int size);
/** map_set() - set an array-like element; 0 or -errno. */
int map_set(int fd, uint32_t key, const void *value);
/** map_get() - read an element; 0 or -errno. */
int map_get(int fd, uint32_t key, void *value);
/** map_del() - remove an element; 0 or -errno. */
int map_del(int fd, uint32_t key);
/** load_const() - a filter that returns @value; file descriptor or -errno. */
int load_const(int value);
/** runs_ok() - whether @fd returns @want; notes what it did otherwise. */
bool runs_ok(int fd, uint32_t want);
/** kernel_func() - BTF id of a function of the kernel, or -errno. */
int kernel_func(const char *name);
/** kernel_type() - BTF id of a type of the kernel of @kind (BTF_KIND_*), or -errno. */
int kernel_type(unsigned int kind, const char *name);
/** btf_of_many_args() - BTF of a main program (4) and a function of twelve longs (5); file descriptor or -errno. */
int btf_of_many_args(void);
/** map_create_timer() - array of one struct bpf_timer with a u64 behind it; file descriptor or -errno. */
int map_create_timer(void);
/** bpf_settle() - wait until freed programs are really gone (deferred by RCU), at most ten seconds. */
void bpf_settle(long programs);

/* suites */

struct suite {
	const char *name;
	void (*run)(void);
};
extern const struct suite suites[];

#define SUITE(name) void suite_##name(void);
#include "suites.def"
#undef SUITE

#endif
