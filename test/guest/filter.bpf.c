// SPDX-License-Identifier: GPL-2.0
/*
 * A socket filter: datagrams that begin with 'k' are kept, all others are dropped, both are counted.
 */
#include <linux/bpf.h>

#define SEC(name)	__attribute__((section(name), used))
#define UDP_HEADER	8

static long (*const skb_load_bytes)(const void *skb, __u32 offset, void *to, __u32 len) =
	(void *)BPF_FUNC_skb_load_bytes;

__u64 kept, dropped;

SEC("socket")
int guest_filter(struct __sk_buff *skb)
{
	char c = 0;

	if (skb_load_bytes(skb, UDP_HEADER, &c, sizeof(c)) || c != 'k') {
		__sync_fetch_and_add(&dropped, 1);
		return 0;
	}
	__sync_fetch_and_add(&kept, 1);
	return skb->len;
}

char license_text[] SEC("license") = "GPL";
