// SPDX-License-Identifier: GPL-2.0
/* Nothing of ours outlives the module: as long as a program of ours is held, rmmod is refused. */
#include <linux/filter.h>
#include <sys/socket.h>
#include <unistd.h>
#include "guest.h"

#define REFCNT "/sys/module/" MODULE "/refcnt"

/* rmmod must be refused while @what lives and work within two seconds after @release(@arg) */
static void held(const char *what, void (*release)(int), int arg)
{
	int err = module_unload(MODULE);

	check(err == -EWOULDBLOCK || err == -EBUSY, "rmmod is refused: %s", what);
	if (!err && !ng_load("", "again"))
		return;
	check(file_num(SYSFS "programs", -1) > 0, "programs counts it");
	release(arg);
	bpf_settle(0);
	check(file_num(SYSFS "programs", -1) == 0, "programs is 0 once it is gone");
	for (int i = 0; i < 20 && file_num(REFCNT, -1) != 0; i++)
		usleep(50000);
	err = ng_unload();
	check(!err, "rmmod works once it is gone%s%s", err ? ": " : "", err ? strerror(-err) : "");
	if (!err)
		ng_load("", "load again");
}

static void release_fd(int fd)
{
	close(fd);
}

static void held_by_fd(void)
{
	int fd = load_const(21);

	check(runs_ok(fd, 21), "a program of ours runs");
	held("a file descriptor holds a program", release_fd, fd);
}

static void held_by_map(void)
{
	int map = map_create(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1), fd = load_const(22);

	check(map >= 0 && !map_set(map, 0, &fd), "a program is put into a prog_array");
	close(fd);
	held("a prog_array holds a program", release_fd, map);
}

static void held_by_socket(void)
{
	struct sock_filter code[] = { { BPF_RET | BPF_K, 0, 0, 0xffff } };
	struct sock_fprog prog = { 1, code };
	int sock = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (sock < 0 || setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog))) {
		check(false, "a classic filter is attached: %s", strerror(errno));
		return;
	}
	if (!file_has(SYSFS "backend", "arm64")) {
		held("a socket holds a classic filter", release_fd, sock);
		return;
	}
	check(file_num(SYSFS "programs", -1) == 0, "a classic filter stays with the stock JIT here");
	close(sock);
}

static void held_subprogs(void)
{
	const struct bpf_insn prog[] = {
		MOV64_IMM(BPF_REG_1, 20),
		CALL_REL(2),
		ALU64_IMM(BPF_ADD, BPF_REG_0, 1),
		EXIT(),
		MOV64_REG(BPF_REG_0, BPF_REG_1),
		ALU64_IMM(BPF_ADD, BPF_REG_0, 2),
		EXIT(),
	};
	int fd = prog_load_filter(prog, ARRAY_SIZE(prog));

	check(runs_ok(fd, 23), "a program with a subprogram runs");
	held("a program with a subprogram", release_fd, fd);
}

/* programs of the stock JIT hold nothing: they survive rmmod */
static void stock_survives(void)
{
	int fd, err;

	check(!file_write(SYSFS "enabled", "0"), "enabled=0");
	fd = load_const(24);
	check(runs_ok(fd, 24), "a program of the stock JIT runs");
	err = ng_unload();
	check(!err, "rmmod with a live stock program%s%s", err ? ": " : "", err ? strerror(-err) : "");
	check(runs_ok(fd, 24), "it still runs");
	close(fd);
}

static void nothing_left(void)
{
	int fd = load_const(25);

	check(!module_loaded(MODULE) && !file_exists("/sys/kernel/bpfjit_ng"), "the module is gone");
	check(runs_ok(fd, 25) && prog_jited_len(fd) > 0, "the stock JIT compiles");
	close(fd);
}

void suite_unload(void)
{
	if (!ng_load("", "unload"))
		return;
	if (is_observer()) {
		skip("programs of ours hold the module", "this module has no emitter for this architecture");
	} else {
		held_by_fd();
		held_by_map();
		held_by_socket();
		held_subprogs();
	}
	stock_survives();
	nothing_left();
}
