/* CO-RE: which types and paths of the target stand for those of the object. See core.h. */
#include "config.h"

#include "sim/object/core.h"

#include "sim/object/btf.h"

#include <string.h>

enum { MAX_CHAIN = 32 }; /* pointers and arrays in a row, and nested prototypes: as libbpf */

/* "___" with something before and after it begins a flavor; of several the last one. */
size_t
core_name_bytes(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = n < 5 ? 0 : n - 4; i-- > 0;)
        if (name[i] != '_' && !strncmp(name + i + 1, "___", 3) && name[i + 4] != '_')
            return i + 1;
    return n;
}

static bool
is_same_name(const char *a, const char *b)
{
    size_t n = core_name_bytes(a);
    return n == core_name_bytes(b) && !strncmp(a, b, n);
}

static bool
is_plain_int(const struct btf_type *t)
{
    return btf_int_offset(t) == 0;
}

/* ---------------------------------------------------------------- whole types */

enum core_answer
core_types_fit(const struct btf *local, uint32_t local_id, const struct btf *target, uint32_t target_id, int level,
               struct core_budget *budget)
{
    if (level <= 0)
        return CORE_BROKEN;
    if (!btf_kind_core_compat(btf__type_by_id(local, local_id), btf__type_by_id(target, target_id)))
        return CORE_NO;
    for (int i = 0; i < MAX_CHAIN && core_spend(budget); i++) {
        const struct btf_type *l = btf_skip(local, &local_id), *t = btf_skip(target, &target_id);
        if (!btf_kind_core_compat(l, t))
            return CORE_NO;
        switch (btf_kind(l)) {
        case BTF_KIND_UNKN:
        case BTF_KIND_STRUCT:
        case BTF_KIND_UNION:
        case BTF_KIND_ENUM:
        case BTF_KIND_ENUM64:
        case BTF_KIND_FWD:
            return CORE_YES;
        case BTF_KIND_INT:
            return is_plain_int(l) && is_plain_int(t) ? CORE_YES : CORE_NO;
        case BTF_KIND_ARRAY:
            local_id = btf_array(l)->type;
            target_id = btf_array(t)->type;
            continue;
        case BTF_KIND_PTR:
            break;
        case BTF_KIND_FUNC_PROTO:
            if (btf_vlen(l) != btf_vlen(t))
                return CORE_NO;
            for (uint32_t arg = 0; arg < btf_vlen(l); arg++) {
                uint32_t local_arg = btf_params(l)[arg].type, target_arg = btf_params(t)[arg].type;
                btf_skip(local, &local_arg);
                btf_skip(target, &target_arg);
                enum core_answer answer = core_types_fit(local, local_arg, target, target_arg, level - 1, budget);
                if (answer != CORE_YES)
                    return answer;
            }
            break;
        default:
            return CORE_NO;
        }
        local_id = l->type; /* pointee or returned type */
        target_id = t->type;
    }
    return CORE_BROKEN;
}

static enum core_answer
enums_match(const struct btf *local, const struct btf_type *l, const struct btf *target, const struct btf_type *t,
            struct core_budget *budget)
{
    if (!btf_is_any_enum(t) || l->size != t->size || btf_vlen(l) > btf_vlen(t))
        return CORE_NO;
    for (uint32_t i = 0; i < btf_vlen(l); i++) {
        bool is_found = false;
        for (uint32_t j = 0; j < btf_vlen(t) && !is_found; j++) {
            if (!core_spend(budget))
                return CORE_BROKEN;
            is_found = is_same_name(btf_enum_name(local, l, i), btf_enum_name(target, t, j));
        }
        if (!is_found)
            return CORE_NO;
    }
    return CORE_YES;
}

/* Every member of local has one of the same name in target that matches. */
static enum core_answer
composites_match(const struct btf *local, const struct btf_type *l, const struct btf *target, const struct btf_type *t, int level,
                 struct core_budget *budget)
{
    if (btf_kind(l) != btf_kind(t) || btf_vlen(l) > btf_vlen(t))
        return CORE_NO;
    for (uint32_t i = 0; i < btf_vlen(l); i++) {
        const struct btf_member *lm = &btf_members(l)[i];
        enum core_answer answer = CORE_NO;
        for (uint32_t j = 0; j < btf_vlen(t) && answer == CORE_NO; j++) {
            const struct btf_member *tm = &btf_members(t)[j];
            if (!core_spend(budget))
                return CORE_BROKEN;
            if (is_same_name(btf_name(local, lm->name_off), btf_name(target, tm->name_off)))
                answer = core_types_match(local, lm->type, target, tm->type, false, level - 1, budget);
        }
        if (answer != CORE_YES)
            return answer;
    }
    return CORE_YES;
}

/* A struct behind a pointer matches by name and kind alone; either side may only be a forward declaration. */
static bool
pointees_match(const struct btf_type *l, const struct btf_type *t)
{
    if (btf_kind(l) == btf_kind(t))
        return !btf_is_fwd(l) || btf_kflag(l) == btf_kflag(t);
    const struct btf_type *forward = btf_is_fwd(l) ? l : t, *full = btf_is_fwd(l) ? t : l;
    return btf_is_fwd(forward) && btf_is_composite(full) && btf_kflag(forward) == btf_is_union(full);
}

static bool
ints_match(const struct btf_type *l, const struct btf_type *t)
{
    return btf_is_int(t) && l->size == t->size && !((btf_int_encoding(l) ^ btf_int_encoding(t)) & BTF_INT_SIGNED);
}

enum core_answer
core_types_match(const struct btf *local, uint32_t local_id, const struct btf *target, uint32_t target_id, bool is_behind_pointer,
                 int level, struct core_budget *budget)
{
    if (level <= 0)
        return CORE_BROKEN;
    for (int i = 0; i < MAX_CHAIN && core_spend(budget); i++) {
        const struct btf_type *l = btf_skip(local, &local_id), *t = btf_skip(target, &target_id);
        if (!is_same_name(btf_name(local, l->name_off), btf_name(target, t->name_off)))
            return CORE_NO;
        switch (btf_kind(l)) {
        case BTF_KIND_UNKN:
            return btf_is_void(t) ? CORE_YES : CORE_NO;
        case BTF_KIND_INT:
            return ints_match(l, t) ? CORE_YES : CORE_NO;
        case BTF_KIND_ENUM:
        case BTF_KIND_ENUM64:
            return enums_match(local, l, target, t, budget);
        case BTF_KIND_FWD:
            if (!is_behind_pointer && !btf_is_fwd(t))
                return CORE_NO;
            return pointees_match(l, t) ? CORE_YES : CORE_NO;
        case BTF_KIND_STRUCT:
        case BTF_KIND_UNION:
            if (!is_behind_pointer)
                return composites_match(local, l, target, t, level, budget);
            return pointees_match(l, t) ? CORE_YES : CORE_NO;
        case BTF_KIND_ARRAY:
            if (!btf_is_array(t) || btf_array(l)->nelems != btf_array(t)->nelems)
                return CORE_NO;
            local_id = btf_array(l)->type;
            target_id = btf_array(t)->type;
            continue;
        case BTF_KIND_PTR:
            if (!btf_is_ptr(t))
                return CORE_NO;
            is_behind_pointer = true;
            break;
        case BTF_KIND_FUNC_PROTO:
            if (!btf_is_func_proto(t) || btf_vlen(l) != btf_vlen(t))
                return CORE_NO;
            for (uint32_t arg = 0; arg < btf_vlen(l); arg++) {
                enum core_answer answer = core_types_match(local, btf_params(l)[arg].type, target, btf_params(t)[arg].type,
                                                           is_behind_pointer, level - 1, budget);
                if (answer != CORE_YES)
                    return answer;
            }
            break;
        default:
            return CORE_NO;
        }
        local_id = l->type; /* pointee or returned type */
        target_id = t->type;
    }
    return CORE_BROKEN;
}

/* ---------------------------------------------------------------- fields */

/* Whether a field of one type may stand for one of another: sizes and signs may differ, what it is may not. */
static enum core_answer
fields_fit(const struct btf *local, uint32_t local_id, const struct btf *target, uint32_t target_id)
{
    const struct btf_type *l = btf_skip(local, &local_id), *t = btf_skip(target, &target_id);
    while (btf_is_array(l) && btf_is_array(t)) { /* the number of elements may differ */
        local_id = btf_array(l)->type;
        target_id = btf_array(t)->type;
        l = btf_skip(local, &local_id);
        t = btf_skip(target, &target_id);
    }
    if (btf_is_composite(l) && btf_is_composite(t))
        return CORE_YES;
    if (!btf_kind_core_compat(l, t))
        return CORE_NO;
    const char *local_name = btf_name(local, l->name_off), *target_name = btf_name(target, t->name_off);
    switch (btf_kind(l)) {
    case BTF_KIND_PTR:
    case BTF_KIND_FLOAT:
        return CORE_YES;
    case BTF_KIND_INT:
        return is_plain_int(l) && is_plain_int(t) ? CORE_YES : CORE_NO;
    case BTF_KIND_FWD:
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
        return !*local_name || !*target_name || is_same_name(local_name, target_name) ? CORE_YES : CORE_NO;
    default:
        return CORE_NO;
    }
}

/* Looks for the member that `step` names in *id and in the unnamed structs inside of it; *id becomes the member's type. *out is
 * advanced on CORE_YES only. */
static enum core_answer
match_member(const struct core_spec *local, const struct core_step *step, struct core_spec *out, uint32_t *id, struct core_budget *budget)
{
    uint32_t owner = *id;
    const struct btf_type *t = btf_skip(out->btf, &owner);
    uint32_t local_type = btf_members(btf__type_by_id(local->btf, step->type_id))[step->index].type;
    for (uint32_t i = 0; btf_is_composite(t) && i < btf_vlen(t); i++) {
        const struct btf_member *m = &btf_members(t)[i];
        const char *name = btf_name(out->btf, m->name_off);
        if (out->depth == CORE_MAX_PATH || !core_spend(budget))
            return CORE_BROKEN;
        if (*name && strcmp(name, step->name))
            continue;
        uint32_t next = m->type;
        out->depth++;
        out->bit_off += btf_member_bit_offset(t, i);
        enum core_answer answer = *name ? fields_fit(local->btf, local_type, out->btf, next)
                                        : match_member(local, step, out, &next, budget);
        if (answer == CORE_YES) {
            if (*name)
                out->steps[out->n_steps++] = (struct core_step){ owner, i, name };
            *id = next;
        }
        if (answer != CORE_NO)
            return answer;
        out->depth--;
        out->bit_off -= btf_member_bit_offset(t, i);
        if (*name)
            return CORE_NO;
    }
    return CORE_NO;
}

static enum core_answer
match_element(const struct core_step *step, struct core_spec *out, uint32_t *id)
{
    const struct btf_type *t = btf_skip(out->btf, id);
    if (out->n_steps) { /* the first step indexes from the root, which is an element already */
        if (!btf_is_array(t) || !core_has_element(out, t, step->index))
            return CORE_NO;
        *id = btf_array(t)->type;
        btf_skip(out->btf, id);
    }
    int64_t bytes = btf_bytes(out->btf, *id);
    if (bytes < 0 || out->depth == CORE_MAX_PATH)
        return CORE_BROKEN;
    out->depth++;
    out->steps[out->n_steps++] = (struct core_step){ *id, step->index, NULL };
    out->bit_off += (uint64_t)bytes * 8 * step->index;
    return CORE_YES;
}

static enum core_answer
match_enumerator(const struct core_step *step, struct core_spec *out, uint32_t id, struct core_budget *budget)
{
    const struct btf_type *t = btf_skip(out->btf, &id);
    for (uint32_t i = 0; btf_is_any_enum(t) && i < btf_vlen(t); i++) {
        const char *name = btf_enum_name(out->btf, t, i);
        if (!core_spend(budget))
            return CORE_BROKEN;
        if (is_same_name(step->name, name)) {
            out->steps[out->n_steps++] = (struct core_step){ id, i, name };
            return CORE_YES;
        }
    }
    return CORE_NO;
}

enum core_answer
core_match(const struct core_spec *local, const struct btf *target, uint32_t target_id, struct core_budget *budget, struct core_spec *out)
{
    *out = (struct core_spec){ .btf = target, .kind = local->kind, .root_id = target_id };
    if (local->kind == BPF_CORE_TYPE_MATCHES)
        return core_types_match(local->btf, local->root_id, target, target_id, false, MAX_CHAIN, budget);
    if (core_kinds[local->kind].family == CORE_TYPE)
        return core_types_fit(local->btf, local->root_id, target, target_id, MAX_CHAIN, budget);
    if (core_kinds[local->kind].family == CORE_ENUMVAL)
        return match_enumerator(&local->steps[0], out, target_id, budget);
    enum core_answer answer = CORE_YES;
    for (uint32_t i = 0; i < local->n_steps && answer == CORE_YES; i++) {
        const struct core_step *step = &local->steps[i];
        answer = step->name ? match_member(local, step, out, &target_id, budget) : match_element(step, out, &target_id);
    }
    return answer;
}
