/* Linking one object in all its variants: functions, references, data, externs. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"
#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

/* The only reference of that kind in a function to something of that name. */
static const struct ref *
ref_in(const struct program *p, const char *function, enum ref_kind kind, const char *name)
{
    const struct function *f = function_named(p, function);
    for (uint32_t i = 0; i < p->n_refs; i++) {
        const struct ref *ref = &p->refs[i];
        if (ref->pc < f->pc || ref->pc >= f->pc + f->n_slots || ref->kind != kind)
            continue;
        const char *to = kind == REF_FUNC ? p->functions[ref->index].name
                         : kind == REF_EXTERN ? p->externs[ref->index].name : p->maps[ref->index].name;
        if (strcmp(to, name) == 0)
            return ref;
    }
    cr_assert_fail("%s refers to no %s", function, name);
    return NULL;
}

/* By value: the tests run in processes of their own. */
struct variant {
    char object[16];
};

static struct variant variants[] = { { "calls-v1.o" }, { "calls-v2.o" }, { "calls-v3.o" }, { "calls-gcc.o" } };

TestSuite(link);

ParameterizedTestParameters(link, calls)
{
    return cr_make_param_array(struct variant, variants, ARRAY_LEN(variants));
}

ParameterizedTest(struct variant *variant, link, calls)
{
    struct program *p = object_load(variant->object);

    cr_assert(function_named(p, "first")->is_program);
    cr_assert(function_named(p, "second")->is_program, "called, but global and in a program section");
    cr_assert_str_eq(function_named(p, "third")->section, "tc");
    cr_assert_not(function_named(p, "clamp")->is_program);
    cr_assert_not(function_named(p, "scale")->is_program);
    cr_assert_not(function_named(p, "count")->is_program);
    cr_assert(function_named(p, "scale")->is_static);

    const struct map_def *flows = map_named(p, "flows");
    cr_assert_eq(flows->type, 1);
    cr_assert_eq(flows->key_bytes, 4);
    cr_assert_eq(flows->value_bytes, 8);
    cr_assert_eq(flows->max_entries, 10);
    cr_assert_eq(flows->flags, 1);
    cr_assert_eq(flows->origin, MAP_FROM_BTF);
    cr_assert_eq(p->insns[ref_in(p, "first", REF_MAP, "flows")->pc].imm, (int64_t)(GUEST_MAP + (flows - p->maps) * MAP_STRIDE));

    const struct map_def *data = map_named(p, ".data"), *bss = map_named(p, ".bss");
    const struct ref *start = ref_in(p, "first", REF_DATA, ".data");
    cr_assert_eq(data->init[start->addend], 7);
    cr_assert_eq(p->insns[start->pc].imm, (int64_t)data->value_addr + start->addend);
    cr_assert_null(bss->init);
    cr_assert_not(bss->is_readonly);

    const struct ref *call = ref_in(p, "third", REF_FUNC, "second");
    cr_assert_eq(insn_target(&p->insns[call->pc], call->pc), function_named(p, "second")->pc);
    call = ref_in(p, "first", REF_FUNC, "clamp");
    cr_assert_eq(insn_target(&p->insns[call->pc], call->pc), function_named(p, "clamp")->pc);
    call = ref_in(p, "second", REF_FUNC, "scale");
    cr_assert_eq(insn_target(&p->insns[call->pc], call->pc), function_named(p, "scale")->pc);
    call = ref_in(p, "clamp", REF_FUNC, "scale");
    cr_assert_eq(insn_target(&p->insns[call->pc], call->pc), function_named(p, "scale")->pc);
    call = ref_in(p, "first", REF_FUNC, "count");
    cr_assert_eq(p->insns[call->pc].imm, (int64_t)GUEST_CODE_OF(function_named(p, "count")->pc));

    const struct ref *weak = ref_in(p, "first", REF_EXTERN, "weak_var");
    cr_assert_eq(p->insns[weak->pc].imm, 0);
    cr_assert_eq(p->insns[weak->pc].flags, 0, "a weak extern is null, not unresolved");
    call = ref_in(p, "first", REF_EXTERN, "some_kfunc");
    cr_assert_eq(p->insns[call->pc].op, OP_call_kfunc);
    cr_assert(p->externs[call->index].is_func);
    cr_assert_not(p->externs[call->index].is_resolved);

    cr_assert_str_eq(p->license, "Dual BSD/GPL");
    cr_assert_eq(p->kernel_version, 0x50f00);
    program_free(p);
}

/* A table is addressed through its section symbol with an offset. */
Test(link, section_symbol_with_offset)
{
    struct program *p = object_load("calls-v1.o");
    const struct ref *table = ref_in(p, "scale", REF_DATA, ".rodata");
    int second;
    cr_assert_gt(table->addend, 0, "limit comes first");
    memcpy(&second, map_named(p, ".rodata")->init + table->addend + 4, sizeof second);
    cr_assert_eq(second, 2);
    cr_assert(map_named(p, ".rodata")->is_readonly);
    program_free(p);
}
