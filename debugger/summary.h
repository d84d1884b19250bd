/* What counts come to: per instruction, line and function. Made when somebody asks; a value of its own that stays when counting goes on. */
#ifndef DEBUGGER_SUMMARY_H
#define DEBUGGER_SUMMARY_H

#include "sim/base/buf.h"
#include "sim/counts.h"

/* Executed instructions and what the cost model says they cost, 1/1000 cycle. What it adds for calls of helpers is in `cycles`, too. */
struct spent {
    uint64_t insns, cycles, helper_cycles;
};

/* How much of something there is, and how much of it was executed. */
struct covered {
    uint32_t n, n_hit;
};

struct summary_function {
    uint64_t calls;          /* times its first instruction was executed, coming from elsewhere */
    struct spent own;
    uint64_t all_insns, all_cycles; /* with all that it called; what it went to by a tail call is not it. Recursion counts at each level */
    struct covered insns, lines;
    struct covered ways;     /* of conditional branches: two each */
};

struct summary_line {
    uint32_t file, line;     /* as in struct line */
    uint32_t function;       /* index; the first one that has the line */
    uint64_t hits;           /* of its most executed instruction; when several functions have it (inlined), their sum */
    struct spent spent;
};

struct summary {
    const struct counts *counts;
    const struct program *program;
    uint64_t *hits;          /* per slot */
    struct summary_function *functions; /* as program->functions */
    struct summary_line *lines; /* that have code, by file and line */
    uint32_t n_lines;
    struct spent total;
};

/* O(n log n) in instructions. Owned by the caller. */
void summary_make(const struct counts *counts, struct summary *out);
void summary_free(struct summary *summary);

/* What one instruction has cost in all. */
struct spent summary_insn(const struct summary *summary, uint32_t pc);

/* What all that the call at pc has entered came to, 1/1000 cycle. */
uint64_t summary_called_cycles(const struct summary *summary, uint32_t pc);

/* The line of an instruction; NULL: not known. */
const struct line *summary_line_of(const struct program *p, uint32_t pc);

/* Index of the function that the call at pc enters: of a local call, or of the callback that the helper at pc was given, as far as the
 * instructions before it tell; -1: not known, or none. */
int64_t summary_callee(const struct program *p, uint32_t pc);

/* Index of the function at pc; -1: none. */
int64_t summary_function_at(const struct program *p, uint32_t pc);

/* "12.3" of 1/1000 cycles; whole numbers without a point. */
void summary_put_cycles(uint64_t cycles, struct buf *out);

#endif
