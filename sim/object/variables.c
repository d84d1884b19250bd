/* Look-ups of variables and scopes. See variables.h; they are read by dwarf_variables.c. */
#include "config.h"

#include "sim/object/variables.h"

#include <stdlib.h>
#include <string.h>

static bool
is_in_scope(const struct variables *v, const struct scope *s, uint32_t at)
{
    for (uint32_t i = 0; i < s->n_spans; i++) {
        const struct code_span *span = &v->spans[s->first_span + i];
        if (at >= span->from && at < span->to)
            return true;
    }
    return false;
}

/* Inner scopes come later and lie within outer ones: the last one that has the place is the innermost. */
int32_t
variables_scope_at(const struct variables *v, uint32_t at)
{
    for (uint32_t i = v ? v->n_scopes : 0; i-- > 0;) {
        if (is_in_scope(v, &v->scopes[i], at))
            return (int32_t)i;
    }
    return -1;
}

int32_t
variables_function_of(const struct variables *v, int32_t scope)
{
    while (scope >= 0 && v->scopes[scope].kind == SCOPE_BLOCK)
        scope = v->scopes[scope].parent;
    return scope;
}

const struct variable_place *
variables_place(const struct variables *v, const struct variable_info *info, uint32_t at)
{
    for (uint32_t i = 0; i < info->n_places; i++) {
        const struct variable_place *place = &v->places[info->first_place + i];
        if (at >= place->from && at < place->to)
            return place;
    }
    return NULL;
}

/* Of several of one name in a scope the last one is meant: C has it so only when the compiler made blocks one. */
int64_t
variables_find(const struct variables *v, int32_t scope, const char *name)
{
    for (; v && scope >= 0; scope = v->scopes[scope].parent) {
        const struct scope *s = &v->scopes[scope];
        for (uint32_t i = s->n_variables; i-- > 0;) {
            if (!strcmp(v->list[s->first_variable + i].name, name))
                return s->first_variable + i;
        }
    }
    return -1;
}

const struct call_value *
variables_call_value(const struct variables *v, uint32_t return_pc, uint32_t reg)
{
    uint32_t lo = 0, hi = v ? v->n_calls : 0;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (v->calls[mid].return_pc < return_pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; v && lo < v->n_calls && v->calls[lo].return_pc == return_pc; lo++) {
        if (v->calls[lo].reg == reg)
            return &v->calls[lo];
    }
    return NULL;
}

void
variables_free(struct variables *v)
{
    if (!v)
        return;
    for (uint32_t i = 0; i < v->n_scopes; i++)
        free(v->scopes[i].name);
    for (uint32_t i = 0; i < v->n; i++)
        free(v->list[i].name);
    free(v->spans);
    free(v->scopes);
    free(v->list);
    free(v->places);
    free(v->ops);
    free(v->calls);
    free(v);
}
