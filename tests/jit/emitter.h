/* A place to stand between the JIT's compiler and what it puts: every call of a function of x64.h, every site and every decision of
 * blocks.c passes through here as data, together with the instruction that it is for, and can be changed or dropped before it takes
 * effect.
 *
 * The linker does it (--wrap, emitter.wrap): the compiler's objects are those that ship, and know nothing of it. A program that links
 * emitter.c must be linked with MUTANT_LDFLAGS of Makefile.am. Calls inside of one file (job.c to job.c) are not seen; calls
 * of the emitter always are. */
#ifndef TESTS_JIT_EMITTER_H
#define TESTS_JIT_EMITTER_H

#include "jit/blocks.h"
#include "jit/compile.h"

/* What passes: a function of x64.h, or */
enum emit_kind {
#define EMITTER(name, ...) EMIT_##name,
#include "tests/jit/emitter.def"
    N_EMITTERS,
    EMIT_site = N_EMITTERS, /* a way out, before its code: .site */
    EMIT_block,             /* a block that was found: .block */
    EMIT_check,             /* a check that was decided on: .check, .slot_site */
    N_EMITS
};

/* Who puts it. */
enum emit_part {
    PART_BLOCK,      /* compile.c: heads, alignment, branches, exits */
    PART_HEAD_COST,  /* the cycles of a block that counts itself */
    PART_CHECK,      /* whether an access is good */
    PART_TEMPLATE,   /* template_alu, template_memory */
    PART_COMPARE,    /* template_compare */
    PART_FUSED,      /* fuse: insn is the first of them */
    PART_LOCAL_CALL,
    PART_MAY_GOTO,
    PART_SIDE_EXIT,  /* a conditional branch in the middle of a block */
    PART_ON,         /* from the end of a block to the next: insn is the last one */
    PART_COLD,       /* what a side exit leads to, and a check of last resort */
    PART_POINT,      /* points.c: breakpoints before an instruction */
    PART_WATCH,      /* points.c: watches after one */
    PART_FIRE,       /* points.c: the rest of both, which is rarely executed */
    PART_CONDITION,  /* of a point at that instruction */
    PART_SITE,       /* a way out: insn is where it comes out */
    PART_STUBS,      /* into and out of native code; insn says nothing */
    PART_DECISION    /* blocks.c */
};

struct emit {
    enum emit_kind fn;
    enum emit_part part;
    uint32_t nth;            /* of this fn since the part was begun for this instruction, from 0 */
    const struct insn *insn; /* never NULL: OP_illegal where there is none */
    bool is_dropped;         /* set it and nothing is put; a branch becomes one that is never taken */
    /* parameters, named as in emitter.def */
    bool wide;
    uint32_t bits, op;
    enum x64_reg dst, src, count;
    struct x64_mem mem;
    int32_t imm;
    uint64_t value;
    uint8_t amount;
    uint32_t target;
    /* decisions; the pointers lead to what will be used */
    struct site site;
    struct block *block;
    struct check *check;
    uint8_t *slot_site;      /* blocks.site of the slot where it is done */
};

/* Called for everything that passes; NULL: nothing is changed. */
typedef void emit_hook_fn(struct emit *e);
void emitter_set_hook(emit_hook_fn *hook);

/* Bytes of instructions that did not pass here: 0, unless emitter.def and emitter.wrap lack a function. */
uint64_t emitter_unseen_bytes(void);

#endif
