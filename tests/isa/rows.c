/* Writes every row of the ISA table, with random operands, as assembler data: input for disassemblers of others (objdump.sh). Only the
 * pseudo sources of 16-byte loads are left out: they don't occur in objects, and llvm-objdump splits some of them in two.
 * Usage: rows SEED */
#include "config.h"

#include "tests/isa/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VARIANTS = 8 };

int
main(int argc, char **argv)
{
    uint64_t state = argc > 1 ? strtoull(argv[1], NULL, 0) : random_seed();
    printf("\t.section code, \"ax\"\n\t.globl rows\n\t.type rows, @function\nrows:\n");
    for (uint32_t op = 0; op < N_OPS; op++) {
        bool is_pseudo = insn_rows[op].kind == KIND_LDDW && insn_rows[op].src;
        for (int i = 0; i < VARIANTS && !is_pseudo; i++) {
            struct insn insn = random_insn(op, &state);
            uint8_t code[16];
            uint32_t n = insn_encode(&insn, code);
            for (uint32_t k = 0; k < n; k++) {
                uint64_t slot;
                memcpy(&slot, code + k * SLOT_BYTES, sizeof slot);
                printf("\t.quad 0x%016" PRIx64 "\n", slot);
            }
        }
    }
    printf("\t.size rows, . - rows\n");
    return 0;
}
