/* See tally.h. */
#include "config.h"

#include "jit/tally.h"

#include <inttypes.h>

void
tally_text(const struct tally *tally, struct buf *out)
{
    static const char *const texts[N_TALLIES] = {
#define TALLY(id, text) text,
#include "jit/tally.def"
    };
    for (int kind = 0; kind < N_TALLIES; kind++)
        if (tally->n[kind])
            buf_printf(out, "%12" PRIu64 "  %s%s\n", tally->n[kind], texts[kind], kind == (int)tally->last ? " (these ran last)" : "");
}
