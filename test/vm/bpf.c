// SPDX-License-Identifier: GPL-2.0
/* Raw bpf(2): the guest has no libbpf. */
#include <sys/syscall.h>
#include <unistd.h>
#include "guest.h"

static char log_buf[1 << 16];

static int sys_bpf(int cmd, union bpf_attr *attr)
{
	int ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

static uint64_t ptr64(const void *p)
{
	return (uintptr_t)p;
}

int prog_load_attr(union bpf_attr *attr, enum bpf_prog_type type, const struct bpf_insn *insn,
		   unsigned int count)
{
	attr->prog_type = type;
	attr->insns = ptr64(insn);
	attr->insn_cnt = count;
	attr->license = ptr64("GPL");
	attr->log_buf = ptr64(log_buf);
	attr->log_size = sizeof(log_buf);
	/* what is said of a long program would not fit */
	attr->log_level = count < 500 ? 1 : 4;
	log_buf[0] = 0;
	return sys_bpf(BPF_PROG_LOAD, attr);
}

int prog_load(enum bpf_prog_type type, const struct bpf_insn *insn, unsigned int count)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return prog_load_attr(&attr, type, insn, count);
}

int prog_load_filter(const struct bpf_insn *insn, unsigned int count)
{
	return prog_load(BPF_PROG_TYPE_SOCKET_FILTER, insn, count);
}

const char *prog_log(void)
{
	return log_buf;
}

int prog_run(int fd, uint32_t *retval)
{
	static char packet[64];
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.data_in = ptr64(packet);
	attr.test.data_size_in = sizeof(packet);
	attr.test.repeat = 1;
	err = sys_bpf(BPF_PROG_TEST_RUN, &attr);
	*retval = attr.test.retval;
	return err;
}

int prog_jited_len(int fd)
{
	struct bpf_prog_info info;
	union bpf_attr attr;
	int err;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = ptr64(&info);
	err = sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
	return err < 0 ? err : (int)info.jited_prog_len;
}

int map_create(enum bpf_map_type type, unsigned int key, unsigned int value, unsigned int entries)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = entries;
	return sys_bpf(BPF_MAP_CREATE, &attr);
}

int map_create_mmapable(unsigned int size)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = size, .max_entries = 1,
		.map_flags = BPF_F_MMAPABLE,
	};

	return sys_bpf(BPF_MAP_CREATE, &attr);
}

int map_set(int fd, uint32_t key, const void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = ptr64(&key);
	attr.value = ptr64(value);
	return sys_bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

int map_get(int fd, uint32_t key, void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = ptr64(&key);
	attr.value = ptr64(value);
	return sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr);
}

int map_del(int fd, uint32_t key)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = ptr64(&key);
	return sys_bpf(BPF_MAP_DELETE_ELEM, &attr);
}

int load_const(int value)
{
	const struct bpf_insn prog[] = { MOV64_IMM(BPF_REG_0, value), EXIT() };

	return prog_load_filter(prog, ARRAY_SIZE(prog));
}

bool runs_ok(int fd, uint32_t want)
{
	uint32_t got = 0;
	int err = fd < 0 ? fd : prog_run(fd, &got);

	if (err)
		note("the program does not %s: %s", fd < 0 ? "load" : "run", strerror(-err));
	else if (got != want)
		note("the program returns %u instead of %u", got, want);
	return !err && got == want;
}

void bpf_settle(long programs)
{
	for (int i = 0; i < 200; i++) {
		if (file_num(SYSFS "programs", 0) <= programs)
			return;
		usleep(50000);
	}
}
