/* Finds in words. See fuzz.h. */
#include "config.h"

#include "jit/diff/fuzz.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

/* Why a run ended, in a word. */
static const char *
stop_word(uint64_t reasons)
{
    return reasons & STOP_EXIT ? "exit" : reasons & STOP_FAULT ? "fault" : reasons & STOP_BUDGET ? "goes on" : "stop";
}

/* Whether the values of a difference mean something else than numbers; appends it. */
static bool
put_in_words(const struct find *find, struct buf *out)
{
    const struct difference *d = &find->first;
    switch (d->kind) {
    case DIFFERENCE_SIGNAL:
        if (d->right == SIGVTALRM)
            buf_printf(out, "%s: does not end", find->right);
        else
            buf_printf(out, "%s: killed by signal %" PRIu64 " (%s)", find->right, d->right, strsignal((int)d->right));
        return true;
    case DIFFERENCE_STOP:
        buf_printf(out, "end: %s %s, %s %s", find->left, stop_word(d->left), find->right, stop_word(d->right));
        return true;
    case DIFFERENCE_MAP:
        if (d->addr == UINT64_MAX)
            buf_printf(out, "%s: only in %s", d->name, d->left ? find->left : find->right);
        return d->addr == UINT64_MAX;
    default:
        return false;
    }
}

void
find_text(const struct find *find, struct buf *out)
{
    const struct difference *d = &find->first;
    if (put_in_words(find, out))
        return;
    if (d->kind == DIFFERENCE_MEMORY)
        buf_printf(out, "memory at 0x%" PRIx64, d->addr);
    else if (d->kind == DIFFERENCE_PACKET)
        buf_printf(out, "packet+%" PRIu64, d->addr);
    else if (d->kind == DIFFERENCE_CONTEXT)
        buf_printf(out, "context+%" PRIu64, d->addr);
    else if (d->kind == DIFFERENCE_MAP)
        buf_printf(out, "%s+%" PRIu64, d->name, d->addr);
    else
        buf_puts(out, d->name);
    buf_printf(out, ": %s 0x%" PRIx64 ", %s 0x%" PRIx64, find->left, d->left, find->right, d->right);
}
