// SPDX-License-Identifier: GPL-2.0
/*
 * What a program written in C with libbpf needs callbacks for, and more stack than one function may have. Compiled
 * without the kernel's BTF: nothing here looks into the kernel.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ENTRIES		8
#define CLOCK_MONOTONIC	1

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ENTRIES);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

struct alarm {
	struct bpf_timer timer;
	__u64 rings;
	__u64 sum;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct alarm);
} alarms SEC(".maps");

/* sum and product modulo 2^64 of all indices */
struct loop {
	__u64 sum, product;
};

static long loop_step(__u32 index, struct loop *l)
{
	l->sum += index;
	l->product = l->product * 3 + index;
	return l->sum > 1000000;	/* ends early */
}

/* Half of the words of a packet's length: bpf_loop() with a context, ending early, and nested. */
static long outer_step(__u32 index, __u64 *total)
{
	struct loop l = { 0, 1 };

	bpf_loop(index, loop_step, &l, 0);
	*total += l.sum;
	return 0;
}

SEC("tc")
int loop(struct __sk_buff *skb)
{
	struct loop l = { 0, 1 };
	__u64 total = 0;
	long n;

	n = bpf_loop(100, loop_step, &l, 0);	/* 100 rounds, sum 4950 */
	if (n != 100 || l.sum != 4950)
		return 1;
	l.sum = 999999;
	n = bpf_loop(100, loop_step, &l, 0);	/* over the limit at index 2 */
	if (n != 3 || l.sum != 1000002)
		return 2;
	bpf_loop(10, outer_step, &total, 0);	/* sum of i * (i - 1) / 2 for i below 10 */
	if (total != 120)
		return 3;
	return 4242;
}

static long each_number(void *map, __u32 *key, __u64 *value, __u64 *sum)
{
	*value += *key;
	*sum += *value;
	return *key == ENTRIES - 2;	/* the last one is left alone */
}

SEC("tc")
int for_each(struct __sk_buff *skb)
{
	__u64 sum = 0, *last;
	__u32 key = ENTRIES - 1;
	long n;

	n = bpf_for_each_map_elem(&numbers, each_number, &sum, 0);
	last = bpf_map_lookup_elem(&numbers, &key);
	if (n != ENTRIES - 1 || !last || *last != 107)
		return 1;
	return sum;	/* user space has put 100 + key into every entry */
}

static int ring(void *map, int *key, struct alarm *a)
{
	struct loop l = { 0, 1 };

	bpf_loop(10, loop_step, &l, 0);
	a->sum += l.sum;
	if (++a->rings < 5)
		bpf_timer_start(&a->timer, 1000000, 0);
	return 0;
}

SEC("tc")
int timer(struct __sk_buff *skb)
{
	struct alarm *a;
	__u32 key = 0;

	a = bpf_map_lookup_elem(&alarms, &key);
	if (!a)
		return 1;
	if (bpf_timer_init(&a->timer, &alarms, CLOCK_MONOTONIC))
		return 2;
	if (bpf_timer_set_callback(&a->timer, ring))
		return 3;
	if (bpf_timer_start(&a->timer, 1000000, 0))
		return 4;
	return 4343;
}

__u64 deep_result;

/* The compiler must not know what is in there. */
static __always_inline void used(__u64 *words)
{
	asm volatile ("" : : "r"(words) : "memory");
}

static __noinline __u64 deep_below(__u64 n)
{
	__u64 words[50];

	for (int i = 0; i < 50; i++)
		words[i] = n + i;
	used(words);
	return words[7] + words[49];
}

/* 400 bytes here and 400 below: the kernel's own stack of a program ends at 512 */
SEC("kprobe")
int deep(void *ctx)
{
	__u64 words[50];

	for (int i = 0; i < 50; i++)
		words[i] = i;
	used(words);
	deep_result = deep_below(1000) + words[3] + words[48];
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
