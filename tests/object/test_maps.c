/* Map definitions of every dialect. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"
#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

struct variant {
    char suffix[8];
};

static struct variant variants[] = { { "v1" }, { "v2" }, { "v3" }, { "gcc" } };

static struct program *
load_variant(const char *name, const struct variant *variant)
{
    char object[64];
    snprintf(object, sizeof object, "%s-%s.o", name, variant->suffix);
    return object_load(object);
}

static bool
has_note(const struct program *p, const char *text)
{
    for (uint32_t i = 0; i < p->n_notes; i++)
        if (strstr(p->notes[i].text, text))
            return true;
    return false;
}

static void
expect_map(const struct program *p, const char *name, uint32_t type, uint32_t key_bytes, uint32_t value_bytes, uint32_t max_entries)
{
    const struct map_def *def = map_named(p, name);
    cr_expect_eq(def->type, type, "%s: type %u", name, def->type);
    cr_expect_eq(def->key_bytes, key_bytes, "%s: key %u", name, def->key_bytes);
    cr_expect_eq(def->value_bytes, value_bytes, "%s: value %u", name, def->value_bytes);
    cr_expect_eq(def->max_entries, max_entries, "%s: %u entries", name, def->max_entries);
}

static void
expect_function(const struct program *p, const char *map, uint32_t i, uint32_t key, const char *function)
{
    const struct map_def *def = map_named(p, map);
    cr_assert_lt(i, def->n_presets, "%s has %u presets", map, def->n_presets);
    cr_expect_eq(def->presets[i].key, key);
    cr_expect_str_eq(p->functions[def->presets[i].index].name, function);
}

static void
expect_inner(const struct program *p, const char *map, uint32_t i, uint32_t key, const char *inner)
{
    const struct map_def *def = map_named(p, map);
    cr_assert_lt(i, def->n_presets, "%s has %u presets", map, def->n_presets);
    cr_expect_eq(def->presets[i].key, key);
    cr_expect_str_eq(p->maps[def->presets[i].index].name, inner);
}

TestSuite(maps);

ParameterizedTestParameters(maps, btf)
{
    return cr_make_param_array(struct variant, variants, ARRAY_LEN(variants));
}

ParameterizedTest(struct variant *variant, maps, btf)
{
    struct program *p = load_variant("maps", variant);
    expect_map(p, "inner_one", BPF_MAP_TYPE_ARRAY, 4, 8, 3);
    expect_map(p, "outer", BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 4);
    expect_map(p, "outer.inner", BPF_MAP_TYPE_ARRAY, 4, 8, 3);
    expect_map(p, "by_port", BPF_MAP_TYPE_HASH_OF_MAPS, 8, 4, 8);
    expect_map(p, "by_port.inner", BPF_MAP_TYPE_HASH, 4, 2, 5);
    expect_map(p, "jumps", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4);
    expect_map(p, "ring", BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
    expect_map(p, "events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1024);
    expect_map(p, "local", BPF_MAP_TYPE_HASH, 8, 16, 1024);

    cr_expect_eq(&p->maps[map_named(p, "outer")->inner], map_named(p, "outer.inner"));
    cr_expect_eq(map_named(p, "outer")->n_presets, 2);
    expect_inner(p, "outer", 0, 1, "inner_one");
    expect_inner(p, "outer", 1, 3, "inner_two");
    cr_expect_eq(map_named(p, "jumps")->n_presets, 2);
    expect_function(p, "jumps", 0, 0, "tail");
    expect_function(p, "jumps", 1, 2, "other");

    cr_expect(has_note(p, "map ring: a ring buffer has no key and no value"));
    cr_expect(has_note(p, "map events: its key size is not given; 4 is assumed"));
    cr_expect(has_note(p, "map local: max_entries is 0"));

    uint32_t n_loads = 0;
    for (uint32_t i = 0; i < p->n_refs; i++) {
        if (p->refs[i].kind != REF_MAP)
            continue;
        cr_expect_eq(p->insns[p->refs[i].pc].imm, (int64_t)(GUEST_MAP + (uint64_t)p->refs[i].index * MAP_STRIDE));
        n_loads++;
    }
    cr_expect_eq(n_loads, 4);
    program_free(p);
}

ParameterizedTestParameters(maps, legacy)
{
    return cr_make_param_array(struct variant, variants, ARRAY_LEN(variants));
}

ParameterizedTest(struct variant *variant, maps, legacy)
{
    struct program *p = load_variant("legacy", variant);
    cr_assert_eq(p->n_maps, 3);
    expect_map(p, "a_hash", BPF_MAP_TYPE_HASH, 8, 16, 100);
    cr_expect_eq(map_named(p, "a_hash")->flags, 1);
    cr_expect_eq(map_named(p, "a_hash")->origin, MAP_FROM_LEGACY);
    expect_map(p, "b_inner", BPF_MAP_TYPE_ARRAY, 4, 4, 1);
    expect_map(p, "c_outer", BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 2);
    cr_expect_eq(&p->maps[map_named(p, "c_outer")->inner], map_named(p, "b_inner"));
    cr_expect_not_null(program_ref_at(p, p->refs[0].pc, REF_MAP));
    cr_expect_eq(p->n_notes, 0, "%s", p->notes[0].text);
    program_free(p);
}

ParameterizedTestParameters(maps, legacy_id)
{
    return cr_make_param_array(struct variant, variants, ARRAY_LEN(variants));
}

ParameterizedTest(struct variant *variant, maps, legacy_id)
{
    struct program *p = load_variant("legacy_id", variant);
    cr_assert_eq(p->n_maps, 2);
    expect_map(p, "policy", BPF_MAP_TYPE_HASH, 8, 4, 16);
    expect_map(p, "calls", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 32);
    cr_expect_eq(map_named(p, "calls")->n_presets, 2);
    expect_function(p, "calls", 0, 7, "seventh");
    expect_function(p, "calls", 1, 16, "sixteenth");
    cr_expect(has_note(p, "section 9/1: no program array has id 9"));
    program_free(p);
}

ParameterizedTestParameters(maps, legacy_iproute2)
{
    return cr_make_param_array(struct variant, variants, ARRAY_LEN(variants));
}

ParameterizedTest(struct variant *variant, maps, legacy_iproute2)
{
    struct program *p = load_variant("legacy_iproute2", variant);
    cr_assert_eq(p->n_maps, 2);
    expect_map(p, "within", BPF_MAP_TYPE_ARRAY, 4, 12, 6);
    expect_map(p, "around", BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 5);
    cr_expect_eq(&p->maps[map_named(p, "around")->inner], map_named(p, "within"));
    expect_inner(p, "around", 0, 3, "within");
    program_free(p);
}
