/* SPDX-License-Identifier: GPL-2.0 */
/* Forget the formats of insn.def; included after each use of the table. */
#undef NONE
#undef DST
#undef DTS
#undef DTA
#undef DT
#undef D
#undef S
#undef ST
#undef DS
#undef TSI
#undef TSU
#undef TU
#undef TIB
#undef TIB9
#undef TSPX
#undef TSPXM
#undef TSPXU
#undef TSPI
#undef STO
#undef SO
#undef O
#undef O26
#undef T26
