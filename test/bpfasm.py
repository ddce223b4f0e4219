# SPDX-License-Identifier: GPL-2.0
"""Programs in BPF assembler text, many in one file.

A file consists of cases. "-- NAME" starts a case; "-- mem", "-- result" and
"-- args" within it start sections of hexadecimal text, "-- options" one of words
for golden.c; everything else is BPF
assembler as LLVM takes it, '#' starts a comment. Some lines are ours, for what
LLVM's assembler has no text for:

	call sub LABEL			subprogram
	call kfunc N			kernel function; 100: bpf_throw()
	tail_call			bpf_tail_call()
	rN = func LABEL			address of a subprogram
	rN = exception_cb LABEL		the same; makes it the exception callback
	rN = memory			address of the memory
	rN = percpu memory		the same as a per-CPU address
	rN = this_cpu rM		this CPU's address of a per-CPU address
	may_goto LABEL			jump when the time of the loop is over
	rN = *(u64 *)(r11 + 8)		argument 6 and so on
	*(u64 *)(r11 - 8) = rN		the same for the next call; or a constant
	rN = array			the prog_array
	rN = target LABEL		where the address of LABEL is stored
	goto *rN			indirect jump
	nospec				speculation barrier
	rN = probe *(u32 *)(rM + 8)	load that survives a fault; s32 sign-extends
	rN = arena *(u32 *)(rM + 8)	access to the arena; s32 sign-extends
	arena *(u32 *)(rM + 8) = rN	the same, storing a register or a constant
	arena ATOMIC			any atomic of LLVM's on the arena
"""

import os
import re
import subprocess
import sys
import tempfile

SIZE = {"8": 0x10, "16": 0x08, "32": 0x00, "64": 0x18}


class Case:
    """One program with its data."""

    def __init__(self, name, path, line):
        self.name, self.path, self.line = name, path, line
        self.text = []          # (line of the file, source line)
        self.sections = {}
        self.code = b""

    def fail(self, why):
        sys.exit(f"{self.path}:{self.line}: case '{self.name}': {why}")


def read(path):
    """Cases of a file."""
    cases, section = [], None
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.split("#")[0].rstrip()
            mark = re.fullmatch(r"--\s+(.+)", line)
            if mark and mark[1] in ("mem", "result", "args", "options"):
                section = mark[1]
                cases[-1].sections[section] = ""
            elif mark:
                cases.append(Case(mark[1], path, number))
                section = None
            elif section and line.strip():
                cases[-1].sections[section] += line.strip()
            elif line.strip():
                cases[-1].text.append((number, line.strip()))
    return cases


def raw(code, dst=0, src=0, off="0", imm="0"):
    """Text of one instruction slot; off and imm are expressions."""
    return (f".8byte {code | int(dst) << 8 | int(src) << 12:#x} | ((({off}) & 0xffff) << 16)"
            f" | ((({imm}) & 0xffffffff) << 32)")


def distance(label):
    return f"({label} - . - 8) / 8"


def ours_jump(s, start):
    """Lines that LLVM does not know: control flow. None: it is not one of them."""
    if m := re.fullmatch(r"call sub (\w+)", s):
        return [raw(0x85, src=1, imm=distance(m[1]))]
    if m := re.fullmatch(r"call kfunc (\w+)", s):
        return [raw(0x85, src=2, imm=m[1])]
    if s == "tail_call":
        return [raw(0x85, imm="12")]
    if m := re.fullmatch(r"r(\d+) = func (\w+)", s):
        return [raw(0x18, m[1], 4, imm=distance(m[2])), ".8byte 0"]
    if m := re.fullmatch(r"r(\d+) = exception_cb (\w+)", s):
        return [raw(0x18, m[1], 4, 1, imm=distance(m[2])), ".8byte 0"]
    if m := re.fullmatch(r"r(\d+) = (percpu )?memory", s):
        return [raw(0x18, m[1], 2, imm="-2" if m[2] else "-1"), ".8byte 0"]
    if m := re.fullmatch(r"r(\d+) = this_cpu r(\d+)", s):
        return [raw(0xbf, m[1], m[2], "-1")]
    if m := re.fullmatch(r"may_goto (\w+)", s):
        return [raw(0xe5, off=distance(m[1]))]
    if m := re.fullmatch(r"r(\d+) = array", s):
        return [raw(0x18, m[1], 1), ".8byte 0"]
    if m := re.fullmatch(r"r(\d+) = target (\w+)", s):
        return [raw(0x18, m[1], 2, imm=f"({m[2]} - {start}) / 8"), ".8byte 0"]
    if m := re.fullmatch(r"goto \*r(\d+)", s):
        return [raw(0x0d, m[1])]
    return [raw(0xc2)] if s == "nospec" else None


ADDRESS = r"\*\s*\((u|s)(8|16|32|64) \*\)\(r(\d+) ([+-]) (\w+)\)"


def ours_mem(s):
    """Lines that LLVM does not know: memory."""
    if m := re.fullmatch(r"r(\d+) = (probe|arena) " + ADDRESS, s):
        mode = {"probeu": 0x20, "probes": 0x40, "arenau": 0xa0, "arenas": 0xc0}[m[2] + m[3]]
        return [raw(0x01 | mode | SIZE[m[4]], m[1], m[5], m[6] + m[7])]
    if m := re.fullmatch(r"arena " + ADDRESS + r" = r(\d+)", s):
        return [raw(0xa3 | SIZE[m[2]], m[3], m[6], m[4] + m[5])]
    if m := re.fullmatch(r"r(\d+) = " + ADDRESS, s):
        return [raw(0x61 | SIZE[m[3]], m[1], 11, m[5] + m[6])] if m[4] == "11" else None
    if (m := re.fullmatch(ADDRESS + r" = (?:r(\d+)|(-?\w+))", s)) and m[3] == "11":
        return [raw((0x63 if m[6] else 0x62) | SIZE[m[2]], 11, m[6] or 0, m[4] + m[5], m[7] or "0")]
    if m := re.fullmatch(r"arena " + ADDRESS + r" = (-?\w+)", s):
        return [raw(0xa2 | SIZE[m[2]], m[3], 0, m[4] + m[5], m[6])]
    return None


def slots(line):
    """Number of instruction slots of a source line."""
    if line.endswith(":"):
        return 0
    return 2 if re.search(r" ll$|^r\d+ = (func|array|target|exception_cb|(percpu )?memory)\b", line) else 1


def translate(n, case):
    """A case as text for LLVM, with labels of its own."""
    labels = {m[1] for _, s in case.text if (m := re.fullmatch(r"(\w+):", s))}
    start = f"start_{n}"
    out = [f"{start}:"]
    arena = []
    at = 0
    for _, line in case.text:
        s = re.sub(r"\b\w+\b", lambda m: f"c{n}_{m[0]}" if m[0] in labels else m[0], line)
        own = ours_jump(s, start) or ours_mem(s)
        if not own and s.startswith("arena "):
            arena.append(at)
            s = s[6:]
        out += own or [s]
        at += slots(line)
    out.append(f"end_{n}:")
    return out, arena


def run(case_of_line, *cmd):
    r = subprocess.run(cmd, capture_output=True, text=True, check=False)
    if r.returncode:
        m = re.search(r":(\d+):\d+: error: (.*)", r.stderr)
        if m:
            case_of_line[int(m[1]) - 1].fail(f"{m[2]}\n" + "\n".join(r.stderr.split("\n")[:3]))
        sys.exit(r.stderr)


def assemble(cases):
    """Fill in the code of all cases with one call of llvm-mc."""
    text, owner, arenas = [".text"], [None], []
    for n, case in enumerate(cases):
        lines, arena = translate(n, case)
        arenas.append(arena)
        text += lines
        owner += [case] * len(lines)
    text.append('.section .index,"",@progbits')
    text += [f".4byte end_{n} - start_{n}" for n in range(len(cases))]
    owner += [cases[-1]] * (len(cases) + 1)
    with tempfile.TemporaryDirectory() as d:
        src, obj = os.path.join(d, "a.s"), os.path.join(d, "a.o")
        with open(src, "w", encoding="utf-8") as f:
            f.write("\n".join(text) + "\n")
        run(owner, "llvm-mc", "-triple=bpfel", "-mcpu=v4", "-filetype=obj", src, "-o", obj)
        parts = {}
        for sec in (".text", ".index"):
            out = os.path.join(d, sec)
            run(owner, "llvm-objcopy", "-O", "binary", f"--only-section={sec}",
                f"--set-section-flags={sec}=alloc", obj, out)
            with open(out, "rb") as f:
                parts[sec] = f.read()
    at = 0
    for n, case in enumerate(cases):
        size = int.from_bytes(parts[".index"][4 * n:4 * n + 4], "little")
        code = bytearray(parts[".text"][at:at + size])
        for i in arenas[n]:
            code[8 * i] = code[8 * i] & 0x1f | 0xe0
        case.code = bytes(code)
        at += size
