// SPDX-License-Identifier: GPL-2.0
/*
 * Loads each program of callbacks.bpf.o by itself, runs it, and prints a line for each:
 *	NAME refused ERRNO | NAME LENGTH right|wrong DETAIL
 * LENGTH is that of the machine code, 0 when the program is interpreted.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define ENTRIES	8

struct alarm {
	__u64 timer[2];
	__u64 rings;
	__u64 sum;
};

static int test_run(int fd)
{
	static char packet[64];

	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 1);

	return bpf_prog_test_run_opts(fd, &opts) ? -1 : (int)opts.retval;
}

static int map_of(struct bpf_object *obj, const char *name)
{
	return bpf_object__find_map_fd_by_name(obj, name);
}

static int run_loop(struct bpf_object *obj, struct bpf_program *prog)
{
	(void)obj;
	return test_run(bpf_program__fd(prog));
}

static int run_for_each(struct bpf_object *obj, struct bpf_program *prog)
{
	for (__u32 key = 0; key < ENTRIES; key++) {
		__u64 value = 100 + key;

		bpf_map_update_elem(map_of(obj, "numbers"), &key, &value, 0);
	}
	return test_run(bpf_program__fd(prog));
}

static int run_timer(struct bpf_object *obj, struct bpf_program *prog)
{
	int ret = test_run(bpf_program__fd(prog));
	struct alarm a = { 0 };
	__u32 key = 0;

	if (ret != 4343)
		return ret;
	for (int i = 0; i < 500 && a.rings < 5; i++) {
		usleep(10000);
		bpf_map_lookup_elem(map_of(obj, "alarms"), &key, &a);
	}
	return a.rings * 1000 + a.sum;
}

static int run_deep(struct bpf_object *obj, struct bpf_program *prog)
{
	struct bpf_link *link = bpf_program__attach_kprobe(prog, false, "ksys_sync");
	__u32 key = 0;
	struct bpf_map *bss = bpf_object__find_map_by_name(obj, "callback.bss");
	__u64 result = 0;

	if (!link)
		return -errno;
	sync();
	bpf_link__destroy(link);
	if (!bss)
		return -2;
	bpf_map_lookup_elem(bpf_map__fd(bss), &key, &result);
	return result;
}

static const struct {
	const char *name;
	int (*run)(struct bpf_object *obj, struct bpf_program *prog);
	int want;
} tests[] = {
	{ "loop", run_loop, 4242 },
	/* 100 + 2 * key for 0 to 6 */
	{ "for_each", run_for_each, 742 },
	/* five rings, each with a loop whose sum is 45 */
	{ "timer", run_timer, 5000 + 5 * 45 },
	/* 1007 + 1049 + 3 + 48 */
	{ "deep", run_deep, 2107 },
	{ NULL, NULL, 0 }
};

static int code_length(int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) ? -errno : (int)info.jited_prog_len;
}

static void one(unsigned int t)
{
	struct bpf_object *obj = bpf_object__open_file("/libbpf/callbacks.bpf.o", NULL);
	struct bpf_program *prog, *mine = NULL;
	int err, got;

	if (!obj) {
		printf("%s refused %d: the object does not open\n", tests[t].name, errno);
		return;
	}
	bpf_object__for_each_program(prog, obj) {
		bool is_mine = !strcmp(bpf_program__name(prog), tests[t].name);

		bpf_program__set_autoload(prog, is_mine);
		if (is_mine)
			mine = prog;
	}
	err = bpf_object__load(obj);
	if (err) {
		printf("%s refused %d\n", tests[t].name, -err);
	} else {
		got = tests[t].run(obj, mine);
		printf("%s %d %s: %d, should be %d\n", tests[t].name, code_length(bpf_program__fd(mine)),
		       got == tests[t].want ? "right" : "wrong", got, tests[t].want);
	}
	bpf_object__close(obj);
}

/* The verifier's words are wanted only when asked for. */
static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc < 2)
		libbpf_set_print(quiet);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (unsigned int t = 0; tests[t].name; t++)
		one(t);
	return 0;
}
