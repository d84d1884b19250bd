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

void
output_clear(struct machine *m)
{
    for (uint32_t i = 0; i < m->n_outputs; i++)
        free(m->outputs[i].bytes);
    m->n_outputs = 0;
    m->output_bytes = m->n_outputs_lost = 0;
}
