/* Bookmarks. See bookmark.h. */
#include "config.h"

#include "debugger/bookmark.h"

#include "sim/base/base.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

uint32_t
bookmark_add(struct session *s)
{
    s->bookmarks = grow(s->bookmarks, s->n_bookmarks, &s->cap_bookmarks, sizeof *s->bookmarks);
    s->bookmarks[s->n_bookmarks++] = (struct bookmark){ .number = ++s->last_bookmark, .pc = s->machine->pc, .moment = s->machine->n_insns };
    return s->last_bookmark;
}

const struct bookmark *
bookmark_numbered(const struct session *s, uint64_t number)
{
    for (uint32_t i = 0; i < s->n_bookmarks; i++)
        if (s->bookmarks[i].number == number)
            return &s->bookmarks[i];
    return NULL;
}

void
bookmark_delete(struct session *s, uint32_t number)
{
    struct bookmark *b = (struct bookmark *)bookmark_numbered(s, number);
    assert(b);
    memmove(b, b + 1, (size_t)(s->bookmarks + --s->n_bookmarks - b) * sizeof *b);
}

void
bookmarks_cut(struct session *s, uint64_t moment)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_bookmarks; i++)
        if (s->bookmarks[i].moment <= moment)
            s->bookmarks[n++] = s->bookmarks[i];
    s->n_bookmarks = n;
}

void
bookmarks_forget(struct session *s)
{
    s->n_bookmarks = 0;
}

void
bookmarks_free(struct session *s)
{
    free(s->bookmarks);
}
