/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs of every kind that a guest can do without a loader library, each with a result that is known
 * beforehand and depends on a number of the caller's, so that one program cannot pass for another.
 */
#ifndef BJN_KINDS_H
#define BJN_KINDS_H

#include "guest.h"

#define KIND_SLOTS	8	/* of the prog_array that all makers share */

/**
 * struct maker - what the programs of one process refer to
 * @shared: prog_array that the programs of all processes call through
 * @own: prog_array of two slots for the chain that calls itself
 * @counter: array of one u32, runs of that chain
 * @numbers: array of four u32: 1, 2, 3, 4
 * @arena: arena of one page, or a negative errno
 * @page: where user space sees it
 * @throw_id: BTF id of bpf_throw(), or a negative errno
 */
struct maker {
	int shared, own, counter, numbers, arena;
	uint64_t *page;
	int throw_id;
};

struct kind;

/**
 * struct made - one loaded program
 * @kind: how it was made; NULL: none
 * @fd: file descriptor, or the negative errno of a refused load
 * @map: map of its own, or -1
 * @want: what it returns
 */
struct made {
	const struct kind *kind;
	int fd, map;
	uint32_t want;
};

/**
 * struct kind - how to make and to run one kind of program
 * @name: in reports
 * @load: make one from a number; returns a file descriptor or -errno
 * @run: execute it once; 0 or -errno
 */
struct kind {
	const char *name;
	int (*load)(struct maker *m, struct made *p, uint32_t n);
	int (*run)(struct maker *m, const struct made *p, uint32_t *got);
};

extern const struct kind kinds[];
extern const unsigned int nr_kinds;

/** maker_init() - create the maps; @shared: from another maker, or -1; 0 or -errno. */
int maker_init(struct maker *m, int shared);
/** maker_exit() - close them, the shared one too. */
void maker_exit(struct maker *m);
/** make() - load a program of @kind from the number @n. */
struct made make(struct maker *m, const struct kind *kind, uint32_t n);
/** made_right() - run it: 1 right, 0 a wrong result, or -errno; *@got is the result. */
int made_right(struct maker *m, const struct made *p, uint32_t *got);
/** unmake() - close its descriptors. */
void unmake(struct made *p);

/** enum compiler - who made the machine code of a program with all its subprograms */
enum compiler { BY_US, BY_STOCK, BY_NOBODY, BY_BOTH, NR_COMPILERS };

/**
 * compiled_by() - who compiled a program
 *
 * The kernel tells the address of every function of a program (jited_ksyms), and the module lists the addresses
 * of all images of its own (debugfs programs). A program whose functions are all on the list is wholly ours, one
 * of which none is there wholly stock; anything in between is BY_BOTH, which must never be. The descriptor
 * keeps the images alive while they are compared, so no address can be reused meanwhile.
 */
enum compiler compiled_by(int fd);

#endif
