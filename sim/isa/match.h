/* Reads ONE instruction by matching it against the forms of syntax.def. Only the assembler (asm.c) includes this. */
#ifndef SIM_ISA_MATCH_H
#define SIM_ISA_MATCH_H

#include "sim/base/buf.h"
#include "sim/isa/isa.h"

#include <stddef.h>

/* The forms and words of all rows, made once per assembly. */
struct matcher;

struct matcher *matcher_new(int32_t (*helper_id)(const char *name));
void matcher_free(struct matcher *m);

/* What a statement says. */
struct match {
    struct insn insn;
    const char *label; /* where it goes to, NULL when that is in insn; points into the text */
    size_t label_len;
};

/* Reads [text, end), a statement without comment or line end. False when no form fits: then *where points to the place up to which
 * the best one did, and `expected` (emptied before) says what could stand there. */
bool matcher_read(const struct matcher *m, const char *text, const char *end, struct match *out, const char **where,
                  struct buf *expected);

#endif
