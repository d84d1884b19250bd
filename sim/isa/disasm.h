/* Text of instructions, both ways. Invariant: asm(disasm(x)) == x for every row of isa.def in both syntaxes. */
#ifndef SIM_ISA_DISASM_H
#define SIM_ISA_DISASM_H

#include "sim/base/buf.h"
#include "sim/isa/isa.h"

enum syntax {
    SYNTAX_KERNEL,   /* r1 += 5; if r1 == 0x5 goto pc+3   as in the verifier log and bpftool */
    SYNTAX_MNEMONIC, /* add r1, 5; jeq r1, 5, +3           as in the conformance vectors and ubpf */
};

/* Names that the ISA does not know. Any member may be NULL; each returns NULL when it has no name. */
struct insn_names {
    const char *(*helper)(void *arg, int32_t id);            /* "bpf_map_lookup_elem" */
    const char *(*target)(void *arg, uint32_t pc);           /* label of a branch or call target, "LBB0_3", "mix" */
    /* what a LDDW at pc loads: "map[flows]", ".rodata+0x10"; the kernel function that a CALLK at pc calls */
    const char *(*constant)(void *arg, uint32_t pc);
    void *arg;
};

/* Appends the text of the instruction at `pc`; no newline. A raw branch offset is written "pc+3"; when names->target has a name,
 * "<name>" follows. OP_illegal and OP_lddw_tail give a text in parentheses: it can't be assembled. */
void insn_disasm(const struct insn *insn, uint32_t pc, enum syntax syntax, const struct insn_names *names, struct buf *out);

#endif
