// SPDX-License-Identifier: GPL-2.0
/*
 * A program is verified with answers of ours and compiled later, and somebody
 * may turn the switches in between. So that every program is compiled by whom
 * the verifier was told about, the switches are read once, when its load
 * begins, and what was read holds until it has been compiled. Turning a switch
 * therefore waits for nobody.
 *
 * Some kernels compile inside of bpf_check(). On the others a program without
 * subprograms is compiled a little later, so its promise is kept beyond the
 * end of bpf_check() and found again by the program.
 */
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "bjn.h"
#include "compat/compat.h"
#include "load.h"

static LIST_HEAD(loads);
static DEFINE_SPINLOCK(lock);

static void add(struct bjn_load *load)
{
	spin_lock(&lock);
	list_add(&load->node, &loads);
	spin_unlock(&lock);
}

static void del(struct bjn_load *load)
{
	spin_lock(&lock);
	list_del(&load->node);
	spin_unlock(&lock);
}

/*
 * Nothing that was promised is lost by unloading the module. Nothing is promised
 * to a program that no JIT will see (net.core.bpf_jit_enable=0): the verifier
 * does not always ask about that before it relies on an answer of ours. Nor is a
 * private stack to a program of which two runs may share a CPU.
 */
static void promise(struct bjn_switches *s, const struct bpf_prog *prog)
{
	bjn_switches_read(s);
	if (!prog->jit_requested)
		s->offered = 0;
	if (bjn_says_uprobe(prog))
		s->offered &= ~BJN_FEAT(PRIVATE_STACK);
	if (s->enabled && !try_module_get(THIS_MODULE)) {
		s->enabled = false;
		s->offered = 0;
	}
}

static void release(const struct bjn_switches *s)
{
	if (s->enabled)
		module_put(THIS_MODULE);
}

/**
 * bjn_load_begin - the current task begins to verify a program
 * @load: to be given to bjn_load_end()
 * @prog: the program, as it was given to the verifier
 */
void bjn_load_begin(struct bjn_load *load, const struct bpf_prog *prog)
{
	load->task = current;
	load->aux = NULL;
	promise(&load->switches, prog);
	add(load);
}

/**
 * bjn_load_end - verification is over
 * @load: from bjn_load_begin()
 * @prog: the program
 * @good: it was accepted
 */
void bjn_load_end(struct bjn_load *load, const struct bpf_prog *prog, bool good)
{
	struct bjn_load *kept;

	del(load);
	/* Has it been compiled already, or will it be next? */
	if (!good || prog->bpf_func) {
		release(&load->switches);
		return;
	}
	kept = kmalloc(sizeof(*kept), GFP_KERNEL | __GFP_NOFAIL);
	*kept = *load;
	kept->task = NULL;
	kept->aux = prog->aux;
	add(kept);
}

static bool find_locked(const struct task_struct *task, struct bjn_switches *s)
{
	struct bjn_load *load;

	list_for_each_entry(load, &loads, node) {
		if (load->task == task) {
			*s = load->switches;
			return true;
		}
	}
	return false;
}

/**
 * bjn_load_switches - what holds for the program that the current task verifies
 *
 * Return: the switches as they were when the load began, or as they are now
 * when the task does not verify anything.
 */
struct bjn_switches bjn_load_switches(void)
{
	struct bjn_switches s;
	bool found;

	spin_lock(&lock);
	found = find_locked(current, &s);
	spin_unlock(&lock);
	if (!found)
		bjn_switches_read(&s);
	return s;
}

/**
 * bjn_load_take - a verified program is about to be compiled, or freed
 * @prog: program
 *
 * Return: what was kept for it, to be given to bjn_load_put() afterwards; or
 * NULL, as always while it is being verified.
 */
struct bjn_load *bjn_load_take(const struct bpf_prog *prog)
{
	struct bjn_load *load, *found = NULL;

	if (list_empty_careful(&loads))
		return NULL;
	spin_lock(&lock);
	list_for_each_entry(load, &loads, node) {
		if (!load->task && load->aux == prog->aux) {
			list_del(&load->node);
			found = load;
			break;
		}
	}
	spin_unlock(&lock);
	return found;
}

/**
 * bjn_load_put - a promise has been kept
 * @load: from bjn_load_take(), may be NULL
 */
void bjn_load_put(struct bjn_load *load)
{
	if (!load)
		return;
	release(&load->switches);
	kfree(load);
}

/**
 * bjn_load_exit - forget programs that found the compiler given back already
 *
 * Nothing was promised to them: a promise holds the module.
 */
void bjn_load_exit(void)
{
	struct bjn_load *load, *next;

	list_for_each_entry_safe(load, next, &loads, node)
		kfree(load);
	INIT_LIST_HEAD(&loads);
}
