#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""cases.py FILE...: print each case as "NAME PROGRAM MEMORY RESULT" for bpf-conform."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import bpfasm  # noqa: E402


def main():
    cases = [c for path in sys.argv[1:] for c in bpfasm.read(path)]
    bpfasm.assemble(cases)
    for c in cases:
        topic = os.path.splitext(os.path.basename(c.path))[0]
        mem = re.sub(r"\s", "", c.sections.get("mem", "")) or "-"
        if "result" not in c.sections:
            c.fail("it has no result")
        result = c.sections["result"]
        print(f"{topic}/{c.name.replace(' ', '_')} {c.code.hex()} {mem} {int(result, 16) % 2 ** 64:x}")


main()
