/* The machine's outputs. See output.h. */
#include "config.h"

#include "sim/machine/output.h"

#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

void
output_add(struct machine *m, enum output_kind kind, uint32_t map, const void *bytes, uint32_t n)
{
    uint64_t cost = (uint64_t)n + sizeof(struct output);
    if (m->output_bytes + cost > OUTPUT_MAX_BYTES) {
        m->n_outputs_lost++;
        return;
    }
    m->output_bytes += cost;
    m->outputs = grow(m->outputs, m->n_outputs, &m->cap_outputs, sizeof *m->outputs);
    struct output *o = &m->outputs[m->n_outputs++];
    *o = (struct output){ .kind = kind, .map = map, .n_insns = m->n_insns, .pc = m->pc, .bytes = xmalloc(n), .n_bytes = n };
    if (n)
        memcpy(o->bytes, bytes, n);
}

bool
output_equal(const struct output *a, const struct output *b)
{
    return a->kind == b->kind && a->map == b->map && a->n_insns == b->n_insns && a->pc == b->pc && a->n_bytes == b->n_bytes &&
           (!a->n_bytes || !memcmp(a->bytes, b->bytes, a->n_bytes));
}

/* Drops the records from index n on. */
static void
cut(struct machine *m, uint32_t n)
{
    for (uint32_t i = n; i < m->n_outputs; i++)
        free(m->outputs[i].bytes);
    m->n_outputs = n;
}

void
output_copy(struct machine *to, const struct machine *from)
{
    uint32_t n = 0;
    while (n < to->n_outputs && n < from->n_outputs && output_equal(&to->outputs[n], &from->outputs[n]))
        n++;
    cut(to, n);
    for (; n < from->n_outputs; n++) {
        const struct output *o = &from->outputs[n];
        to->outputs = grow(to->outputs, n, &to->cap_outputs, sizeof *to->outputs);
        to->outputs[n] = *o;
        to->outputs[n].bytes = xmalloc(o->n_bytes);
        if (o->n_bytes)
            memcpy(to->outputs[n].bytes, o->bytes, o->n_bytes);
        to->n_outputs = n + 1;
    }
    to->output_bytes = from->output_bytes;
    to->n_outputs_lost = from->n_outputs_lost;
}

void
output_clear(struct machine *m)
{
    cut(m, 0);
    m->output_bytes = m->n_outputs_lost = 0;
}
