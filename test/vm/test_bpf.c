// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own test_bpf.ko. Its result exists only in the kernel log, so the three summaries are picked
 * up from /dev/kmsg. A failing test_bpf refuses to load; it is not tried again, and the suites run one
 * by one because a failure in one would hide the others.
 */
#include "guest.h"

struct outcome {
	int summaries;
	int passed, failed, jited, of;
	char last[256];		/* pr_cont may split a line: text that a FAIL belongs to */
};

static void collect(const char *text, void *arg)
{
	struct outcome *o = arg;
	const char *s = strstr(text, "Summary: ");

	if (strstr(text, "FAIL") && !s)
		note("%s%s%s", strstr(text, "#") ? "" : o->last, strstr(text, "#") ? "" : " ", text);
	snprintf(o->last, sizeof(o->last), "%s", text);
	if (!s || !strstr(text, "test_bpf"))
		return;
	say("%s", text);
	o->summaries++;
	if (sscanf(s, "Summary: %d PASSED, %d FAILED, [%d/%d", &o->passed, &o->failed, &o->jited, &o->of) < 4)
		o->of = -1;
}

static void run(const char *name, const char *range)
{
	struct outcome o = { 0 };
	char params[128];
	int err;

	snprintf(params, sizeof(params), "test_suite=%s%s%s", name, range ? " test_range=" : "",
		 range ? range : "");
	kmsg_mark();
	err = module_load(TEST_BPF_KO, params);
	kmsg_each(collect, &o);
	check(!err && o.summaries == 1 && o.passed > 0 && o.failed == 0, "test_bpf %s: %d passed, %d failed%s%s",
	      params, o.passed, o.failed, err ? ", insmod: " : "", err ? strerror(-err) : "");
	/* test_skb_segment has no programs and prints no JIT figures */
	if (o.of >= 0)
		check(o.jited == o.of, "test_bpf %s: %d of %d compiled", params, o.jited, o.of);
	if (!err && module_unload("test_bpf"))
		check(false, "test_bpf %s: rmmod", params);
}

void suite_test_bpf(void)
{
	struct counters c;

	run("test_bpf", job("RANGE", NULL));
	run("test_tail_calls", NULL);
	run("test_skb_segment", NULL);
	c = counters_read();
	if (c.compiled >= 0 && !is_observer())
		check(c.compiled > 0 && !c.declined && !c.failed, "every program compiled by " MODULE);
}
