/* What disassembler and assembler share: the form of a row (syntax.def) and its mnemonic. Only they include this. */
#ifndef SIM_ISA_SYNTAX_H
#define SIM_ISA_SYNTAX_H

#include "sim/isa/disasm.h"

enum { MNEMONIC_MAX_BYTES = 24 };

/* The form of a row of the table (not of OP_lddw_tail or OP_illegal): text with the placeholders of syntax.def. O(forms). */
const char *syntax_form(const struct insn_row *row, enum syntax syntax);

/* Writes the row's mnemonic, NUL-terminated: "add32", "jeq", "ldxw", "fetch_add32". Returns its length. */
uint32_t syntax_mnemonic(const struct insn_row *row, char out[MNEMONIC_MAX_BYTES]);

/* The row's name without its operand form and width: "add64_k" is "add", "fetch_add32" is "fetch_add". Same conventions. */
uint32_t syntax_stem(const struct insn_row *row, char out[MNEMONIC_MAX_BYTES]);

/* "u8" .. "u64". */
const char *syntax_mem_type(const struct insn_row *row);

#endif
