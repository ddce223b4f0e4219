# SPDX-License-Identifier: GPL-2.0
# One paragraph for each machine that has an emitter.
#   ARCH   folder of the emitter        BACKEND  its table
#   CROSS  prefix of the cross compiler QEMU     user-mode emulator
#   ORDER  of the bytes in a machine word
#   MC     options of llvm-mc that disassemble what the emitter writes

TARGETS := loongarch64

loongarch64_ARCH    := arch-loongarch
loongarch64_BACKEND := bjn_loongarch
loongarch64_CROSS   := loongarch64-linux-gnu-
loongarch64_QEMU    := qemu-loongarch64
loongarch64_ORDER   := little
loongarch64_MC      := -triple=loongarch64 -mattr=+d,+ual,+lam-bh,+lamcas,+frecipe
