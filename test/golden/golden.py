#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""golden.py check|bless GOLDEN DIR BYTEORDER LLVM-MC...

Compile golden/bpf/*.bpf with GOLDEN and compare the disassembly with
DIR/*.txt, or rewrite those. Each instruction of a program is followed by the
code made of it; branch targets are labels. Trampolines, where they are ours,
have a file as well.
"""

import difflib
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import bpfasm  # noqa: E402

# A branch of each machine: mnemonic, operands, distance in bytes from the branch.
BRANCHES = {
    "loongarch": r"(b|bl|beqz|bnez|beq|bne|blt|bge|bltu|bgeu)\t(.*?)(-?\d+)",
    "aarch64": r"(b|bl|b\.\w+|cbn?z|tbn?z)\t(.*?)#(-?\d+)",
    "mips": r"(b|bal|bc|balc|b(?:eq|ne|ge|lt|le|gt)[a-z]*)\t(.*?)(-?\d+)",
}


def disassemble(words, order, mc):
    """Text of each word, one call of llvm-mc for all."""
    text = "\n".join(" ".join(f"0x{b:02x}" for b in int(w, 16).to_bytes(4, order)) for w in words)
    r = subprocess.run([*mc, "--disassemble"], input=text, capture_output=True, text=True, check=False)
    lines = [s.strip() for s in r.stdout.split("\n")]
    lines = [s for s in lines if s and not s.startswith((".text", ".section"))]
    if r.returncode or len(lines) != len(words):
        sys.exit("golden: LLVM cannot disassemble what the emitter wrote:\n" + r.stderr[:2000])
    return lines


def label_branches(lines, branch):
    """Distances become labels; gives the lines and which of them carry a label."""
    targets = {}
    for i, s in enumerate(lines):
        if m := branch.fullmatch(s):
            targets.setdefault(i + int(m[3]) // 4, None)
    for n, t in enumerate(sorted(t for t in targets if 0 <= t <= len(lines))):
        targets[t] = f"L{n}"
    out = []
    for i, s in enumerate(lines):
        if (m := branch.fullmatch(s)) and targets[i + int(m[3]) // 4]:
            s = f"{m[1]}\t{m[2]}{targets[i + int(m[3]) // 4]}"
        out.append(s)
    return out, targets


def repeats(lines, i, period):
    """How often the next PERIOD lines follow each other."""
    n = 1
    while lines[i + n * period:i + (n + 1) * period] == lines[i:i + period]:
        n += 1
    return n


def collapse(lines):
    """What repeats at least four times is shown once, with a count."""
    out, i = [], 0
    while i < len(lines):
        for period in range(1, 9):
            n = repeats(lines, i, period)
            if n >= 4:
                out += lines[i:i + period]
                out[-1] += f"\t# {n} times" if period == 1 else f"\t# these {period} lines {n} times"
                i += n * period
                break
        else:
            out.append(lines[i])
            i += 1
    return out


def expand(text):
    """Source lines with .rept unrolled: (slot, line)."""
    out, slot, rept = [], 0, None
    for _, line in text:
        if m := re.fullmatch(r"\.rept (\d+)", line):
            rept = (int(m[1]), [])
        elif line == ".endr":
            for _ in range(rept[0]):
                for s in rept[1]:
                    out.append((slot, s))
                    slot += bpfasm.slots(s)
            rept = None
        elif rept:
            rept[1].append(line)
        else:
            out.append((slot, line))
            slot += bpfasm.slots(line)
    return out


def interleave(case, code, labels_of):
    """The program's lines, each with its code."""
    by_insn = {}
    for at, sub, index, s in code:
        label = labels_of[sub].get(index)
        rows = by_insn.setdefault((sub if at < 0 else -1, at), [])
        if label:
            rows.append(f"    {label}:")
        rows.append("\t\t" + s)
    out = []
    subs = sorted({c[1] for c in code})
    first = {sub: min((c[0] for c in code if c[1] == sub and c[0] >= 0), default=0) for sub in subs}
    source = expand(case.text)
    done = set()
    for slot, line in source:
        for sub in subs:
            if slot == first[sub] and not line.endswith(":") and ("pro", sub) not in done:
                done.add(("pro", sub))
                if rows := by_insn.get((sub, -1)):
                    out += ["    prologue:"] + rows
        out.append(line if line.endswith(":") else "\t" + line)
        if not line.endswith(":"):
            out += by_insn.pop((-1, slot), [])
    end = len(case.code) // 8
    for sub in (s for s in subs if first[s] >= end):
        out += ["\t# exception callback in the absence of one", "    prologue:"]
        out += by_insn.get((sub, -1), []) + ["\tr0 = r1"] + by_insn.get((-1, end), [])
        out += ["\texit"] + by_insn.get((-1, end + 1), [])
    return out


def parse(output):
    """Cases of the compiler's output: name -> [(at, sub, word)] or a reason."""
    cases, name = {}, None
    for line in output.split("\n"):
        key, _, rest = line.partition(" ")
        if key == "case":
            name, sub, at = rest, -1, -1
            cases[name] = []
        elif key == "sub":
            sub += 1
        elif key == "at":
            at = int(rest)
        elif key == "word":
            cases[name].append((at, sub, rest))
        elif key == "declined":
            cases[name] = rest
    return cases


def name_code(got, order, mc, branch):
    """Each word as [(at, sub, index, text)], and the labels of each sub."""
    lines, labels_of, code = disassemble([g[2] for g in got], order, mc), {}, []
    for sub in sorted({g[1] for g in got}):
        part = [(g[0], s) for g, s in zip(got, lines) if g[1] == sub]
        named, labels_of[sub] = label_branches([s for _, s in part], branch)
        code += [(at, sub, i, s) for i, ((at, _), s) in enumerate(zip(part, named))]
    return code, labels_of


def render(cases, compiled, order, mc, branch):
    """Text of a golden file."""
    out = []
    for c in cases:
        got = compiled[c.name]
        out += ["", f"-- {c.name}"]
        if isinstance(got, str):
            out += ["\t" + s for _, s in expand(c.text)] + [f"declined: {got}"]
            continue
        out += collapse(interleave(c, *name_code(got, order, mc, branch)))
    return "\n".join(["# SPDX-License-Identifier: GPL-2.0",
                      "# Written by \"make bless\"; the programs are in golden/bpf."] + out) + "\n"


def render_trampolines(compiled, order, mc, branch):
    """Text of the golden file of trampolines: there is no program, only code."""
    out = []
    for name, got in compiled.items():
        code, labels_of = name_code(got, order, mc, branch)
        out += ["", f"-- {name}"]
        for _, sub, index, s in code:
            if label := labels_of[sub].get(index):
                out.append(f"    {label}:")
            out.append("\t" + s)
    return "\n".join(["# SPDX-License-Identifier: GPL-2.0",
                      "# Written by \"make bless\"; what they do is in golden-mips.h."] + out) + "\n"


def run(golden, *args, cases=""):
    """Output of the compiler."""
    r = subprocess.run([golden, *args], capture_output=True, text=True, check=False, input=cases)
    if r.returncode:
        sys.exit(r.stderr)
    return parse(r.stdout)


def topics(golden, order, mc, branch):
    """Name and text of each golden file."""
    for path in sorted(glob.glob(os.path.join(HERE, "bpf", "*.bpf"))):
        cases = bpfasm.read(path)
        bpfasm.assemble(cases)
        for c in cases:
            if " " in c.name:
                c.fail("a name is one word")
        lines = "".join(f"{c.name} {c.code.hex()} {c.sections.get('options', '')}\n" for c in cases)
        yield (os.path.splitext(os.path.basename(path))[0],
               render(cases, run(golden, cases=lines), order, mc, branch))
    if compiled := run(golden, "trampolines"):
        yield "trampolines", render_trampolines(compiled, order, mc, branch)


def main():
    mode, golden, where, order, *mc = sys.argv[1:]
    branch = re.compile(next(r for m, r in BRANCHES.items() if m in os.path.basename(where)))
    failed = number = 0
    print("TAP version 14")
    for topic, text in topics(golden, order, mc, branch):
        file = os.path.join(where, topic + ".txt")
        number += 1
        if mode == "bless":
            os.makedirs(where, exist_ok=True)
            with open(file, "w", encoding="utf-8") as f:
                f.write(text)
        old = ""
        if os.path.exists(file):
            with open(file, encoding="utf-8") as f:
                old = f.read()
        failed += old != text
        print(f"{'ok' if old == text else 'not ok'} {number} - golden/{topic}")
        for line in list(difflib.unified_diff(old.split("\n"), text.split("\n"), file, "now",
                                              lineterm=""))[:60]:
            print("# " + line)
    print(f"1..{number}")
    if failed:
        print("# make -C test bless rewrites the files: read the difference before committing it")
    print(f"{number - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
