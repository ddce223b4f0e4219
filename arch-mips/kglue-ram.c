// SPDX-License-Identifier: GPL-2.0
/*
 * Which addresses a BPF_PROBE_MEM load may touch (BJN_MIPS_WINDOWS).
 *
 * An access through the page table that fails is a fault, and the exception
 * table takes care of it. The segments that map physical memory directly have
 * no such safety: where there is no memory the access is a bus error, which
 * the kernel does not survive (do_be() in arch/mips/kernel/traps.c), or it
 * reads a device. User addresses are no kernel pointers, and are left out. So is
 * what the handler of page faults does not know as the kernel's (do_page_fault() in
 * arch/mips/mm/fault.c), such as error pointers: it looks for it among the
 * addresses of the current process, and waits for their lock.
 */
#include <linux/ioport.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/pgtable.h>
#include <linux/sizes.h>
#include <asm/addrspace.h>

#include "backend.h"
#include "compat/compat.h"
#include "kglue.h"

/* Pieces of memory; what lies between more of them is taken for memory. */
#define MAX_PIECES	2

/* A gap of this size between two pieces is a reservation, not a device. */
#define SMALL_GAP	SZ_1M

struct pieces {
	u64 start[MAX_PIECES];
	u64 end[MAX_PIECES];
	unsigned int nr;
};

/* Resources come in the order of their addresses. */
static int add_piece(struct resource *res, void *arg)
{
	struct pieces *p = arg;
	bool apart = !p->nr || res->start > p->end[p->nr - 1] + SMALL_GAP;

	if (apart && p->nr < MAX_PIECES)
		p->start[p->nr++] = res->start;
	p->end[p->nr - 1] = res->end + 1;
	return 0;
}

static void add_window(struct bjn_env *env, unsigned int *nr, u64 start, u64 size)
{
	u64 *window = &env->helper[BJN_MIPS_WINDOWS + 2 * *nr];

	window[0] = start;
	window[1] = size;
	++*nr;
}

#ifdef CONFIG_64BIT

#define DIRECT_LIMIT	~0ull

/*
 * The segment of vmalloc() has more addresses than the CPU implements, and one
 * that it does not is an address error, which the kernel takes for an access
 * that is not aligned (arch/mips/kernel/unaligned.c) and does not survive.
 * Behind the modules there are error pointers, see above.
 */
static void add_mapped(struct bjn_env *env, unsigned int *nr, u64 low_start, u64 low_end)
{
	if (low_start < low_end)
		add_window(env, nr, CKSEG0 + low_start, low_end - low_start);
	add_window(env, nr, VMALLOC_START, VMALLOC_END - VMALLOC_START);
#ifdef MODULES_VADDR
	add_window(env, nr, MODULES_VADDR, MODULES_END - MODULES_VADDR);
#endif
}

static bool is_known_layout(void)
{
	return (unsigned long)phys_to_virt(0) >> 62 == 2;
}

#else

#define DIRECT_LIMIT	((u64)SZ_512M)

static void add_mapped(struct bjn_env *env, unsigned int *nr, u64 low_start, u64 low_end)
{
	add_window(env, nr, VMALLOC_START, VMALLOC_END - VMALLOC_START);
}

static bool is_known_layout(void)
{
	return !IS_ENABLED(CONFIG_EVA) && (unsigned long)phys_to_virt(0) == KSEG0;
}

#endif

/**
 * bjn_mips_find_ram - fill in where loads need no second thought
 * @env: facts for the emitter; without windows nothing is checked
 */
void bjn_mips_find_ram(struct bjn_env *env)
{
	struct pieces p = { .nr = 0 };
	unsigned int nr = 0, i;

	walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, 0, -1, &p,
			    add_piece);
	if (!p.nr || !is_known_layout())
		return;
	for (i = 0; i < p.nr && p.start[i] < DIRECT_LIMIT; i++)
		add_window(env, &nr, (unsigned long)phys_to_virt(p.start[i]),
			   min_t(u64, p.end[i], DIRECT_LIMIT) - p.start[i]);
	add_mapped(env, &nr, p.start[0], min_t(u64, p.end[0], SZ_512M));
}
