/* The assembler: reads what disasm.h writes, in either syntax, plus labels and comments, and what people and clang write by hand
 * ("r1 = *(u32 *)(r2 + 4)", "if r1 == 5 goto out", "call bpf_ktime_get_ns"). There are no directives. Input is hostile: any bytes. */
#ifndef SIM_ISA_ASM_H
#define SIM_ISA_ASM_H

#include "sim/base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Assembles `text` (`len` bytes, lines separated by newline or ';'). Comments start with "//", or with '#' at the start of a line or
 * after a blank. "name:" defines a label; branches and local calls take labels or pc-relative offsets.
 *   helper_id  turns a helper's name into its number, -1 when unknown; NULL: only numbers are taken
 * On OK *code is an allocated encoding of *n_slots * 8 bytes (caller frees) and *lines, when not NULL, one line number (1-based) per
 * slot (caller frees). ERR_SYNTAX with line (off), column (a) and what was expected (subject). At least one and at most
 * ASM_MAX_SLOTS slots. */
enum { ASM_MAX_SLOTS = 1 << 20 };
enum err asm_program(const char *text, size_t len, int32_t (*helper_id)(const char *name), uint8_t **code, uint32_t *n_slots,
                     uint32_t **lines, struct errinfo *e);

#endif
