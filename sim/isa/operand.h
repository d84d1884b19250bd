/* Reading the parts of an instruction: words, registers, numbers, targets. For match.c and asm.c only. */
#ifndef SIM_ISA_OPERAND_H
#define SIM_ISA_OPERAND_H

#include "sim/isa/match.h"

enum { MAX_EXPECTED = 6 };

/* The furthest place that any form got to in a statement, and what the forms that got there wanted. */
struct failure {
    const char *where;
    struct {
        const char *text;
        size_t len;
        bool is_literal; /* text stands so in the statement; otherwise it describes */
    } expected[MAX_EXPECTED];
    uint32_t n_expected;
};

/* One form of one row, held against a statement. */
struct attempt {
    const char *p, *start, *end; /* next character, and the statement */
    const struct insn_row *row;
    const char *mnemonic, *stem; /* syntax_mnemonic and syntax_stem of the row */
    int32_t (*helper_id)(const char *name);
    struct failure *failure;
    uint8_t known; /* Fd, Fs: already read once */
    struct match out;
};

/* Each of these moves a->p behind what it read, or leaves it, notes in *a->failure what it wanted, and returns false. */

/* The characters of `text`. Unless the form goes on in the same word, a word must end with them. */
bool operand_literal(struct attempt *a, const char *text, size_t len, bool goes_on);

/* What the placeholder of syntax.def stands for, into a->out. */
bool operand_read(struct attempt *a, char placeholder, bool goes_on);

/* Notes that `what`, static text, was wanted at a->p. Always false. */
bool operand_wanted(struct attempt *a, const char *what);

bool operand_is_word(char c); /* can be part of a word or label */
const char *operand_skip_blanks(const char *p, const char *end);
/* Length of the label at text: letters, digits, '_', '.', '$', not beginning with a digit. 0 when there is none. */
size_t operand_identifier(const char *text, const char *end);

#endif
