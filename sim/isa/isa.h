/* The instruction set as data: the enum, one row per operation, decoded instructions, and what can be derived from a row.
 * Source: RFC 9669; for what is newer, Linux 6.18 kernel/bpf/verifier.c. Everything here is derived from isa.def. */
#ifndef SIM_ISA_ISA_H
#define SIM_ISA_ISA_H

#include "sim/base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Not REG_R0...: <sys/ucontext.h>, which <signal.h> brings, has REG_R8 and its like. */
enum { REG_0, REG_1, REG_2, REG_3, REG_4, REG_5, REG_6, REG_7, REG_8, REG_9, REG_10, N_REGS };

enum op {
#define INSN(kind, name, ...) OP_##name,
#include "sim/isa/isa.def"
    N_OPS,                /* rows of the table */
    OP_lddw_tail = N_OPS, /* the second slot of a 16-byte instruction: never executed on its own */
    OP_illegal,           /* bytes that no row matches */
    N_OPS_ALL
};

enum insn_kind {
    KIND_ALU, KIND_NEG, KIND_MOVSX, KIND_SWAP, KIND_ADDRSPACE,
    KIND_JCC, KIND_JA, KIND_MAYGOTO, KIND_CALL, KIND_CALLL, KIND_CALLK, KIND_CALLX, KIND_EXIT,
    KIND_LDX, KIND_LDSX, KIND_ST, KIND_STX,
    KIND_ATOMIC, KIND_ATOMIC_FETCH, KIND_ATOMIC_CMPXCHG, KIND_LDACQ, KIND_STREL,
    KIND_LDDW, KIND_LDABS, KIND_LDIND,
    KIND_NONE /* OP_lddw_tail and OP_illegal */
};

enum insn_group { GROUP_base32, GROUP_base64, GROUP_divmul32, GROUP_divmul64, GROUP_atomic32, GROUP_atomic64, GROUP_packet, GROUP_ext };

/* Operand fields of an encoding; see isa.def. */
enum { Fd = 1, Fs = 2, Fo = 4, Fi = 8 };

struct insn_row {
    const char *name; /* "add64_k" */
    const char *text; /* column text */
    uint8_t opcode, fields, kind, group, cpu, width_bits;
    uint8_t src;      /* constants of the fields that are not operands */
    int16_t off;
    int32_t imm;
};

/* Indexed by enum op; the rows of OP_lddw_tail and OP_illegal have KIND_NONE. */
extern const struct insn_row insn_rows[N_OPS_ALL];

enum {
    INSN_RESERVED = 1, /* a field that must hold a constant doesn't; decoded as if it did (the kernel refuses such code) */
    INSN_UNRESOLVED = 2 /* set by the linker: refers to something that the object does not provide; stops when executed */
};

/* One decoded slot. pc everywhere is an index of such slots (8 bytes of encoding each); a 16-byte instruction takes two, the
 * second one with op OP_lddw_tail. */
struct insn {
    uint16_t op; /* enum op */
    uint8_t dst, src;
    int16_t off;
    uint16_t flags; /* INSN_* */
    int64_t imm;    /* sign-extended from 32 bits; LDDW: all 64 bits */
};

/* The 8 bytes of one slot as they stand in a file or in the kernel, little-endian. */
#define SLOT_BYTES 8

/* Decodes slot `pc` of `code` (n_slots * 8 bytes). Always fills *out: OP_illegal when no row matches, INSN_RESERVED set when
 * only reserved fields are wrong. Returns OK, ERR_ILLEGAL_INSN, ERR_RESERVED_FIELD, or, with OP_illegal, ERR_BAD_REGISTER (an operand
 * names r11-r15) or ERR_SPLIT_LDDW (16-byte instruction whose second slot is missing or malformed). Reserved are the fields that do not
 * tell rows of one opcode apart: "mov r1, r2" with an imm is reserved, an atomic with an unknown imm is illegal. For a LDDW the caller
 * marks slot pc + 1 as OP_lddw_tail. */
enum err insn_decode(const uint8_t *code, uint32_t n_slots, uint32_t pc, struct insn *out, struct errinfo *e);

/* Decodes all slots, second slots included. Returns the number of slots that were not OK; the program can be run all the same. */
uint32_t insn_decode_all(const uint8_t *code, uint32_t n_slots, struct insn *out);

/* Writes the encoding of one instruction, 8 or 16 bytes, and returns the number of slots (1 or 2). op is a row of the table. */
uint32_t insn_encode(const struct insn *insn, uint8_t out[16]);

static inline const struct insn_row *
insn_row(const struct insn *insn)
{
    return &insn_rows[insn->op];
}

static inline enum insn_kind
insn_kind(const struct insn *insn)
{
    return (enum insn_kind)insn_rows[insn->op].kind;
}

/* Slots that the instruction takes: 2 for LDDW, otherwise 1. */
static inline uint32_t
insn_slots(const struct insn *insn)
{
    return insn_kind(insn) == KIND_LDDW ? 2 : 1;
}

/* True for everything that may change pc to anything but the next instruction: JCC, JA, MAYGOTO, calls to BPF code, EXIT. */
bool insn_is_branch(const struct insn *insn);

/* Slot that a JCC, JA, MAYGOTO or CALLL at `pc` goes to (may lie outside of the program); -1 for other kinds. */
int64_t insn_target(const struct insn *insn, uint32_t pc);

/* Masks of registers (bit n = rn) that the instruction reads and writes. Calls read r1-r5 and write r0-r5; LDABS/LDIND read r6 and
 * write r0-r5; EXIT reads r0. */
uint16_t insn_reads(const struct insn *insn);
uint16_t insn_writes(const struct insn *insn);

#endif
