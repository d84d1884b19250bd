/* The BTF types of functions. See debuginfo.h. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"
#include "sim/object/btfext.h"
#include "sim/object/btfindex.h"
#include "sim/object/debuginfo.h"

#include <string.h>

/* The function that begins at pc, NULL when none does. Functions are sorted by pc. */
static struct function *
function_from(struct program *p, uint32_t pc)
{
    uint32_t lo = 0, hi = p->n_functions;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (p->functions[mid].pc < pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < p->n_functions && p->functions[lo].pc == pc ? &p->functions[lo] : NULL;
}

static void
types_from_btfext(const struct object *o, struct program *p)
{
    struct btfext_walk walk;
    struct btfext_record r;
    uint32_t n_types = btf__type_cnt(o->btf);
    btfext_begin(&walk, o, BTFEXT_FUNCS);
    while (btfext_next(&walk, &r)) {
        struct function *f = function_from(p, r.pc);
        if (f && r.word[0] && r.word[0] < n_types && btf_is_func(btf__type_by_id(o->btf, r.word[0])))
            f->btf_id = r.word[0];
    }
    btfext_end(&walk, p);
}

/* The one FUNC of that name; 0 when there is none or several, or too many share its hash for it to be chance. */
static uint32_t
only_func_named(const struct btf_index *ix, const struct btf *btf, const char *name)
{
    uint32_t found = 0, n_tries = 0;
    for (uint32_t id = btf_index_first(ix, name, strlen(name)); id; id = btf_index_next(ix, id)) {
        bool is_it = !strcmp(btf_type_name(btf, id), name);
        if ((is_it && found) || ++n_tries > 256)
            return 0;
        found = is_it ? id : found;
    }
    return found;
}

/* For compilers that emit BTF without .BTF.ext. A static function's name may stand for several: then it has no type. */
static void
types_from_names(const struct object *o, struct program *p)
{
    struct btf_index ix;
    btf_index_build(&ix, o->btf, 1u << BTF_KIND_FUNC, strlen);
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (!p->functions[i].btf_id)
            p->functions[i].btf_id = only_func_named(&ix, o->btf, p->functions[i].name);
    btf_index_free(&ix);
}

void
functions_link_types(const struct object *o, struct program *p)
{
    if (!o->btf)
        return;
    types_from_btfext(o, p);
    types_from_names(o, p);
}
