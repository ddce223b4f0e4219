# SPDX-License-Identifier: GPL-2.0
# One paragraph for each machine that has an emitter.
#   ARCH   folder of the emitter        BACKEND  its table
#   CROSS  prefix of the cross compiler QEMU     user-mode emulator
#   ABI    option of the compiler, if it needs one
#   ORDER  of the bytes in a machine word
#   ENC    files that the encoders need
#   ASM    code of the module that programs call
#   MC     options of llvm-mc that disassemble what the emitter writes
#   MC_N   the same where only set N of CPU capabilities is allowed (see levels in target-NAME.c)

TARGETS := loongarch64 aarch64 mips64el mips64 mips64r6el mipsel mips mips32r6el mips64el-sim mips64r6el-sim

loongarch64_ARCH    := arch-loongarch
loongarch64_BACKEND := bjn_loongarch
loongarch64_CROSS   := loongarch64-linux-gnu-
loongarch64_QEMU    := qemu-loongarch64
loongarch64_ORDER   := little
loongarch64_ASM     := arch-loongarch/entry.S
loongarch64_MC_0    := -triple=loongarch64 -mattr=+ual
loongarch64_MC_1    := -triple=loongarch64 -mattr=+ual,+lamcas
loongarch64_MC_2    := -triple=loongarch64 -mattr=+ual
loongarch64_MC      := -triple=loongarch64 -mattr=+d,+ual,+lam-bh,+lamcas,+frecipe

aarch64_ARCH        := arch-arm64
aarch64_BACKEND     := bjn_arm64
aarch64_CROSS       := aarch64-linux-gnu-
aarch64_QEMU        := qemu-aarch64
aarch64_ORDER       := little
aarch64_ENC         := arch-arm64/imm.c
aarch64_ASM         := arch-arm64/entry.S
aarch64_MC_1        := -triple=aarch64 -mattr=+v8.5a,+lse,+rcpc,+pauth
aarch64_MC          := -triple=aarch64 -mattr=+v8.5a,+lse,+rcpc,+pauth

# What the MIPS targets share: a folder for both widths, and the levels of the
# instruction set that one emulator can run (CPU bits, see arch-mips/backend.h).
mips64el_ARCH       := arch-mips
mips64el_BACKEND    := bjn_mips64
mips64el_CROSS      := mips64el-linux-gnuabi64-
mips64el_QEMU       := qemu-mips64el
mips64el_ORDER      := little
mips64el_ASM        := arch-mips/entry.S
mips64el_MC_1       := -triple=mips64el-linux-gnuabi64 -mcpu=mips3
mips64el_MC_2       := -triple=mips64el-linux-gnuabi64 -mcpu=mips4
mips64el_MC_3       := -triple=mips64el-linux-gnuabi64 -mcpu=mips64
mips64el_MC_4       := -triple=mips64el-linux-gnuabi64 -mcpu=mips64r2
mips64el_MC_5       := -triple=mips64el-linux-gnuabi64 -mcpu=mips4
mips64el_MC_6       := -triple=mips64el-linux-gnuabi64 -mcpu=mips3
mips64el_MC_7       := -triple=mips64el-linux-gnuabi64 -mcpu=mips3
mips64el_MC         := -triple=mips64el-linux-gnuabi64 -mcpu=mips64r2

mips64_ARCH         := arch-mips
mips64_BACKEND      := bjn_mips64
mips64_CROSS        := mips64-linux-gnuabi64-
mips64_QEMU         := qemu-mips64
mips64_ORDER        := big
mips64_ASM          := arch-mips/entry.S
mips64_MC_1         := -triple=mips64-linux-gnuabi64 -mcpu=mips3
mips64_MC_2         := -triple=mips64-linux-gnuabi64 -mcpu=mips4
mips64_MC_3         := -triple=mips64-linux-gnuabi64 -mcpu=mips64
mips64_MC_4         := -triple=mips64-linux-gnuabi64 -mcpu=mips64r2
mips64_MC_5         := -triple=mips64-linux-gnuabi64 -mcpu=mips4
mips64_MC_6         := -triple=mips64-linux-gnuabi64 -mcpu=mips3
mips64_MC_7         := -triple=mips64-linux-gnuabi64 -mcpu=mips3
mips64_MC           := -triple=mips64-linux-gnuabi64 -mcpu=mips64r2

mips64r6el_ARCH     := arch-mips
mips64r6el_BACKEND  := bjn_mips64
mips64r6el_CROSS    := mipsisa64r6el-linux-gnuabi64-
mips64r6el_QEMU     := qemu-mips64el
mips64r6el_ORDER    := little
mips64r6el_ASM      := arch-mips/entry.S
mips64r6el_MC_1     := -triple=mips64el-linux-gnuabi64 -mcpu=mips64r6
mips64r6el_MC       := -triple=mips64el-linux-gnuabi64 -mcpu=mips64r6

mipsel_ARCH         := arch-mips
mipsel_BACKEND      := bjn_mips32
mipsel_CROSS        := mipsel-linux-gnu-
mipsel_QEMU         := qemu-mipsel
mipsel_ORDER        := little
mipsel_ASM          := arch-mips/entry.S
mipsel_MC_1         := -triple=mipsel-linux-gnu -mcpu=mips2
mipsel_MC_2         := -triple=mipsel-linux-gnu -mcpu=mips4
mipsel_MC_3         := -triple=mipsel-linux-gnu -mcpu=mips32
mipsel_MC_4         := -triple=mipsel-linux-gnu -mcpu=mips32r2
mipsel_MC_5         := -triple=mipsel-linux-gnu -mcpu=mips4
mipsel_MC_6         := -triple=mipsel-linux-gnu -mcpu=mips2
mipsel_MC           := -triple=mipsel-linux-gnu -mcpu=mips32r2

mips_ARCH           := arch-mips
mips_BACKEND        := bjn_mips32
mips_CROSS          := mips-linux-gnu-
mips_QEMU           := qemu-mips
mips_ORDER          := big
mips_ASM            := arch-mips/entry.S
mips_MC_1           := -triple=mips-linux-gnu -mcpu=mips2
mips_MC_2           := -triple=mips-linux-gnu -mcpu=mips4
mips_MC_3           := -triple=mips-linux-gnu -mcpu=mips32
mips_MC_4           := -triple=mips-linux-gnu -mcpu=mips32r2
mips_MC_5           := -triple=mips-linux-gnu -mcpu=mips4
mips_MC_6           := -triple=mips-linux-gnu -mcpu=mips2
mips_MC             := -triple=mips-linux-gnu -mcpu=mips32r2

mips32r6el_ARCH     := arch-mips
mips32r6el_BACKEND  := bjn_mips32
mips32r6el_CROSS    := mipsisa64r6el-linux-gnuabi64-
mips32r6el_ABI      := -mabi=32
mips32r6el_QEMU     := qemu-mipsel
mips32r6el_ORDER    := little
mips32r6el_ASM      := arch-mips/entry.S
mips32r6el_MC_1     := -triple=mipsel-linux-gnu -mcpu=mips32r6
mips32r6el_MC       := -triple=mipsel-linux-gnu -mcpu=mips32r6

# The same code on a simulator that knows what the architecture leaves open.
mips64el-sim_ARCH    := arch-mips
mips64el-sim_BACKEND := bjn_mips64
mips64el-sim_CROSS   := mips64el-linux-gnuabi64-
mips64el-sim_QEMU    := qemu-mips64el
mips64el-sim_ORDER   := little
mips64el-sim_ASM     := arch-mips/entry.S
mips64el-sim_MC      := $(mips64el_MC)

mips64r6el-sim_ARCH    := arch-mips
mips64r6el-sim_BACKEND := bjn_mips64
mips64r6el-sim_CROSS   := mipsisa64r6el-linux-gnuabi64-
mips64r6el-sim_QEMU    := qemu-mips64el
mips64r6el-sim_ORDER   := little
mips64r6el-sim_ASM     := arch-mips/entry.S
mips64r6el-sim_MC      := $(mips64r6el_MC)
