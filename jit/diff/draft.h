/* A draft: a subject taken apart into instructions that may be removed and changed. Branches, local calls and addresses of functions hold the
 * instruction that they mean instead of a distance, so that they stay right whatever becomes of the code around them. */
#ifndef JIT_DIFF_DRAFT_H
#define JIT_DIFF_DRAFT_H

#include "jit/diff/subject.h"

enum { DRAFT_NOWHERE = -1 };

struct draft_insn {
    struct insn insn;
    uint8_t raw[SLOT_BYTES]; /* the bytes of what is no instruction (OP_illegal, or one with reserved fields) */
    bool is_raw;
    int32_t target;          /* index of the instruction that it means, n: the end; DRAFT_NOWHERE: it means none, its distance counts */
    bool is_gone;            /* not part of the program any more: what means it means the next one that is */
};

struct draft {
    struct subject *subject; /* all but the code, the targets and the pcs of points */
    struct draft_insn *insns;
    uint32_t n;
    uint32_t targets[SUBJECT_MAX_TARGETS]; /* indices where tail-called programs begin */
    uint32_t points[SUBJECT_MAX_POINTS];   /* indices that points stand at; n: the end, or inside of an instruction */
};

/* The subject must outlive the draft, which owns its list. */
struct draft draft_open(struct subject *s);
void draft_close(struct draft *d);

/* Makes `to`, opened before or zero, equal to `from`, with a subject of its own when it has one. */
void draft_copy(struct draft *to, const struct draft *from);

/* Marks as gone what no way leads to. */
void draft_drop_unreachable(struct draft *d);

/* Removes a point. */
void draft_drop_point(struct draft *d, uint32_t point);

/* Writes the code, the targets and the pcs of points of what is left into the draft's subject and forgets what is gone. False, and the draft is good for
 * draft_copy only, when nothing is left or a distance does not fit into its field. */
bool draft_write(struct draft *d);

/* What instructions mean by other instructions: JCC, JA, MAYGOTO, CALLL, and ld_func. */
bool draft_has_target(const struct insn *insn);

#endif
