// SPDX-License-Identifier: GPL-2.0
/* Memory, maps and facts of the test world. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target.h"
#include "world.h"

struct bt_world bt_world;

/* What the inlined helpers read relative to the thread register. */
static __thread struct {
	uintptr_t task;
	u32 cpu;
} thread_info;

/* @size bytes between two pieces of address space in which every access faults. */
static u8 *map_guarded(size_t size, size_t before, size_t after)
{
	u8 *p = mmap(NULL, before + size + after, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED || mprotect(p + before, size, PROT_READ | PROT_WRITE))
		return NULL;
	return p + before;
}

/**
 * bt_world_init - create memory, arena and prog_array
 *
 * Return: 0 or -ENOMEM.
 */
int bt_world_init(void)
{
	struct bt_world *w = &bt_world;
	size_t span = sizeof(void *) == 8 ? 1ull << 32 : BT_ARENA_SIZE;
	u32 i;

	w->mem = map_guarded(BT_MEM_SIZE, 65536, 65536);
	w->arena = map_guarded(BT_ARENA_SIZE, 65536, span + 65536);
	w->jump_table = mmap(NULL, 8 * BT_MAX_INSNS, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!w->mem || !w->arena || w->jump_table == MAP_FAILED)
		return -ENOMEM;
	w->array.max_entries = BT_NR_SLOTS;
	for (i = 0; i < BT_NR_SLOTS; i++)
		w->array.ptrs[i] = i == BT_SLOT_NULL ? NULL : &w->slots[i];
	return 0;
}

/**
 * bt_world_env - facts for the emitter
 * @env: filled in; features are those of the back end
 */
void bt_world_env(struct bjn_env *env)
{
	const u8 *tp = bt_target_thread_pointer();

	memset(env, 0, sizeof(*env));
	thread_info.cpu = 7;
	thread_info.task = (uintptr_t)0xfedcba98f6543210ull;
	env->features = bt_target.be->features;
	env->cpu = bt_target.cpu;
	env->off_array_max_entries = offsetof(struct bt_fake_array, max_entries);
	env->off_array_ptrs = offsetof(struct bt_fake_array, ptrs);
	env->off_prog_bpf_func = offsetof(struct bt_fake_prog, bpf_func);
	env->off_thread_cpu = (u32)((const u8 *)&thread_info.cpu - tp);
	env->off_thread_task = (u32)((const u8 *)&thread_info.task - tp);
	env->reg_ax = 12;
	if (bt_target.facts)
		bt_target.facts(env);
}

static bool within(u64 addr, u32 size, const void *base, u64 len)
{
	u64 off = addr - (uintptr_t)base;

	return off < len && size <= len - off;
}

static bool host_mapped(u64 addr, u32 size)
{
	return within(addr, size, bt_world.mem, BT_MEM_SIZE) ||
	       within(addr, size, bt_world.arena, BT_ARENA_SIZE);
}

static const struct bi_prog *host_tail_target(u64 array, u32 index)
{
	const struct bt_fake_array *a = (const void *)(uintptr_t)array;

	if (index >= a->max_entries || !a->ptrs[index])
		return NULL;
	return a->ptrs[index]->interp;
}

static int host_helper(struct bi_vm *vm, s32 id, const u64 *arg, u64 *ret)
{
	const struct bt_func *f = bt_helper(id);
	struct bi_vm *outer = bt_current_vm;

	if (id == BT_H_CPU_ID) {
		*ret = (u32)thread_info.cpu;
		return 0;
	}
	if (id == BT_H_CURRENT) {
		*ret = (u64)(s64)(intptr_t)thread_info.task; /* (long)current */
		return 0;
	}
	if (id == BT_H_CURRENT_BTF) {
		*ret = thread_info.task;
		return 0;
	}
	if (!f)
		return -EINVAL;
	bt_current_vm = vm;
	*ret = f->call(arg);
	bt_current_vm = outer;
	return 0;
}

static int host_kfunc(struct bi_vm *vm, s32 id, const u64 *arg, u32 given, u64 *ret)
{
	const struct bt_func *f = bt_kfunc(id);

	(void)vm;
	if (!f || f->nargs > given)
		return -EINVAL;
	*ret = f->call(arg);
	return 0;
}

const struct bi_host bt_host = {
	.helper = host_helper,
	.kfunc = host_kfunc,
	.throw_id = BT_K_THROW,
	.mapped = host_mapped,
	.tail_target = host_tail_target,
};
