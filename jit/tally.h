/* What executed the instructions of a run, for people who wonder. Internal to jit/. */
#ifndef JIT_TALLY_H
#define JIT_TALLY_H

#include "sim/base/buf.h"
#include "sim/machine/machine.h"

enum tally_kind {
#define TALLY(id, text) TALLY_##id,
#include "jit/tally.def"
    N_TALLIES
};

struct tally {
    uint64_t n[N_TALLIES];
    enum tally_kind last; /* who executed last */
};

/* The machine is about to run: forgets what belongs to a run before. */
static inline void
tally_begin(struct tally *tally, const struct machine *m)
{
    if (!m->n_insns)
        *tally = (struct tally){ 0 };
}

static inline void
tally_add(struct tally *tally, enum tally_kind kind, uint64_t n)
{
    if (!n)
        return;
    tally->n[kind] += n;
    tally->last = kind;
}

/* Appends a line for each row that is not zero; the one that executed last is marked. */
void tally_text(const struct tally *tally, struct buf *out);

#endif
