#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# lint.sh
#
# What a machine can say about the sources: include direction, purity, budgets, wording, checkpatch, shellcheck.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$REPO"

FUNCTION_LINES=100
FILE_LINES=800

PASSED=0
FAILED=0

# verdict NAME TEXT: a rule holds when TEXT, its list of offenders, is empty
verdict()
{
	if [ -z "$2" ]; then
		PASSED=$((PASSED + 1))
		echo "ok $((PASSED + FAILED)) - $1"
		return
	fi
	FAILED=$((FAILED + 1))
	echo "not ok $((PASSED + FAILED)) - $1"
	printf '#  %s\n' "${2//$'\n'/$'\n'#  }"
}

tracked()
{
	git ls-files --cached --others --exclude-standard -- "$@"
}

mapfile -t C_FILES < <(tracked '*.c' '*.h')
mapfile -t ARCH_PURE < <(tracked 'arch-*/*.[ch]' 'arch-*/*.def' | grep -v '/kglue')
mapfile -t CORE < <(tracked 'module/core/*')
mapfile -t SHELL_FILES < <(git grep -lI --untracked --exclude-standard -E '^#!/bin/(ba)?sh' -- scripts test .ci)

# includes FILES...: "file:line:name" of every include
includes()
{
	grep -HnoE '^[[:space:]]*#[[:space:]]*include[[:space:]]+["<][^">]+[">]' -- "$@" |
		sed -E 's/#[[:space:]]*include[[:space:]]+//' || true
}

core_includes()
{
	includes "${CORE[@]}" | grep -v '^module/core/types.h:' |
		grep -vE ':"(types|isa|backend|buf)\.h"$|:"features\.def"$' || true
}

# An emitter sees the core and its own folder.
arch_includes()
{
	local f dir name

	while IFS=: read -r f _ name; do
		dir=${f%/*}
		case $name in
		\"core/*\") continue ;;
		\"*/*\" | \<*) echo "$f: $name" ;;
		\"*\") [ -e "$dir/$(tr -d '"' <<<"$name")" ] || echo "$f: $name" ;;
		esac
	done < <(includes "${ARCH_PURE[@]}")
}

c_includes()
{
	includes "${C_FILES[@]}" | grep -E '\.c"$' || true
}

pure_config()
{
	grep -nE 'CONFIG_[A-Z]|__KERNEL__' -- "${ARCH_PURE[@]}" "${CORE[@]}" |
		grep -v '^module/core/types.h:' || true
}

versions()
{
	grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION\(' -- "${C_FILES[@]}" | grep -v '^module/compat/' || true
}

# Functions are found by kernel style: the opening and the closing brace stand in column 0.
long_functions()
{
	awk -v max="$FUNCTION_LINES" '
		FNR == 1 { open = 0 }
		/^{/ { open = FNR; head = last }
		/^}/ { if (open && FNR - open + 1 > max) printf "%s:%d: %d lines: %s\n", FILENAME, open, FNR - open + 1, head; open = 0 }
		/^[a-zA-Z_]/ { last = $0 }' "${C_FILES[@]}"
}

long_files()
{
	tracked '*.[chS]' '*.sh' '*.def' 'scripts/*' | xargs wc -l |
		awk -v max="$FILE_LINES" '$2 != "total" && $1 > max { print $2 ": " $1 " lines" }'
}

no_spdx()
{
	local f

	for f in $(tracked '*.[chS]' '*.def' '*.sh' '*.mk' Kbuild Makefile); do
		head -n 3 "$f" | grep -q SPDX-License-Identifier || echo "$f"
	done
}

wording()
{
	git grep -nIiE --untracked --exclude-standard \
		'[l]anguage model|\b[s]ub-?agent|(^|[ =:(])/(root|work)/|[i]ssue #[0-9]' -- . || true
}

checkpatch()
{
	local tree

	tree=$(scripts/kernel-source.sh 7.2 2>/dev/null) || {
		echo "linux-source-7.2 could not be fetched, so checkpatch could not run"
		return
	}
	tracked '*.[chS]' '*.def' | xargs -P "$(nproc)" -n 16 \
		scripts/in-toolbox perl "$tree/scripts/checkpatch.pl" --no-tree --no-summary --terse -q \
		--max-line-length=120 --ignore "$CHECKPATCH_IGNORE" -f 2>&1 || true
}

# What does not fit this tree:
#  table lines (X-macros) are no statements, do not use every column and bring their own semicolons:
#	COMPLEX_MACRO MULTISTATEMENT_MACRO_USE_DO_WHILE MACRO_ARG_UNUSED TRAILING_SEMICOLON SPDX_LICENSE_TAG
#  interfaces that the oldest supported kernel lacks: ALLOC_WITH_SIZEOF CONST_STRUCT
#  attributes spelled out where user-space tests have no kernel headers: PREFER_DEFINED_ATTRIBUTE_MACRO
#  test names that happen to be function names: EMBEDDED_FUNCTION_NAME
#  no MAINTAINERS file: FILE_PATH_CHANGES; version checks are a rule of ours: LINUX_VERSION_CODE
CHECKPATCH_IGNORE=COMPLEX_MACRO,MULTISTATEMENT_MACRO_USE_DO_WHILE,MACRO_ARG_UNUSED,TRAILING_SEMICOLON
CHECKPATCH_IGNORE+=,SPDX_LICENSE_TAG,ALLOC_WITH_SIZEOF,CONST_STRUCT
CHECKPATCH_IGNORE+=,PREFER_DEFINED_ATTRIBUTE_MACRO,EMBEDDED_FUNCTION_NAME,FILE_PATH_CHANGES,LINUX_VERSION_CODE

shell()
{
	scripts/in-toolbox shellcheck -x "${SHELL_FILES[@]}" 2>&1 || true
}

verdict "the core includes only itself" "$(core_includes)"
verdict "an emitter includes the core and its own folder" "$(arch_includes)"
verdict "nobody includes a .c file" "$(c_includes)"
verdict "no configuration option in pure code" "$(pure_config)"
verdict "kernel versions are checked in module/compat only" "$(versions)"
verdict "functions have at most $FUNCTION_LINES lines" "$(long_functions)"
verdict "files have at most $FILE_LINES lines" "$(long_files)"
verdict "every source has an SPDX line" "$(no_spdx)"
verdict "the sources speak of the project alone" "$(wording)"
verdict "shellcheck is silent" "$(shell)"
verdict "checkpatch is silent" "$(checkpatch)"

echo "$PASSED passed, $FAILED failed"
[ "$FAILED" = 0 ]
