/* Which helper takes which type of map: the verifier's answer against ours, for every map type that we model and every helper that takes a map.
 * Where both agree to run, what happens is compared too. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/machine/map.h"
#include "tests/kernel/fixture.h"
#include "tests/kernel/isa_gen.h"
#include "tests/kernel/lab.h"

#include <criterion/criterion.h>
#include <linux/bpf.h>

/* Sizes that bpf(2) accepts for the type. */
static const struct {
    uint32_t type, key_bytes, value_bytes, max_entries, flags;
} shapes[] = {
    { BPF_MAP_TYPE_HASH, 4, 8, 4, 0 },
    { BPF_MAP_TYPE_ARRAY, 4, 8, 4, 0 },
    { BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0 },
    { BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4, 0 },
    { BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 4, 0 },
    { BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 4, 0 },
    { BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 4, 0 },
    { BPF_MAP_TYPE_LRU_HASH, 4, 8, 64, 0 },
    { BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 64, 0 },
    { BPF_MAP_TYPE_LPM_TRIE, 8, 8, 4, BPF_F_NO_PREALLOC },
    { BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 4, 0 },
    { BPF_MAP_TYPE_HASH_OF_MAPS, 4, 4, 4, 0 },
    { BPF_MAP_TYPE_DEVMAP, 4, 4, 4, 0 },
    { BPF_MAP_TYPE_CPUMAP, 4, 4, 4, 0 },
    { BPF_MAP_TYPE_XSKMAP, 4, 4, 4, 0 },
    { BPF_MAP_TYPE_QUEUE, 0, 8, 4, 0 },
    { BPF_MAP_TYPE_STACK, 0, 8, 4, 0 },
    { BPF_MAP_TYPE_DEVMAP_HASH, 4, 4, 4, 0 },
    { BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0 },
};

/* What goes into r1 to r5. KEY and VALUE are 8 bytes of stack, NUMBER is 0. */
enum argument { NOTHING, CTX, MAP, KEY, VALUE, NUMBER, EIGHT };

static const struct {
    int32_t id;
    enum argument args[5];
} helpers[] = {
    { BPF_FUNC_map_lookup_elem, { MAP, KEY } },
    { BPF_FUNC_map_update_elem, { MAP, KEY, VALUE, NUMBER } },
    { BPF_FUNC_map_delete_elem, { MAP, KEY } },
    { BPF_FUNC_map_lookup_percpu_elem, { MAP, KEY, NUMBER } },
    { BPF_FUNC_map_push_elem, { MAP, VALUE, NUMBER } },
    { BPF_FUNC_map_pop_elem, { MAP, VALUE } },
    { BPF_FUNC_map_peek_elem, { MAP, VALUE } },
    { BPF_FUNC_tail_call, { CTX, MAP, NUMBER } },
    { BPF_FUNC_perf_event_output, { CTX, MAP, NUMBER, VALUE, EIGHT } },
    { BPF_FUNC_redirect_map, { MAP, NUMBER, NUMBER } },
    { BPF_FUNC_ringbuf_output, { MAP, VALUE, EIGHT, NUMBER } },
    { BPF_FUNC_ringbuf_query, { MAP, NUMBER } },
};

static struct insn
argument_insn(enum argument argument, uint8_t reg)
{
    switch (argument) {
    case CTX: return insn_of(OP_mov64_x, reg, 6, 0, 0);
    case MAP: return insn_of(OP_ld_map_fd, reg, 0, 0, 0);
    case KEY: return insn_of(OP_mov64_x, reg, 7, 0, 0);
    case VALUE: return insn_of(OP_mov64_x, reg, 8, 0, 0);
    case EIGHT: return insn_of(OP_mov64_k, reg, 0, 0, 8);
    default: return insn_of(OP_mov64_k, reg, 0, 0, 0);
    }
}

/* r6 = ctx, r7 = key, r8 = value; the call; r0 = its result where that is a number. */
static void
make_program(struct fixture *f, uint32_t shape, uint32_t helper)
{
    struct insn code[24] = {
        insn_of(OP_mov64_x, 6, 1, 0, 0),
        insn_of(OP_st_dw, 10, 0, -8, 1),
        insn_of(OP_st_dw, 10, 0, -16, 99),
        insn_of(OP_mov64_x, 7, 10, 0, 0),
        insn_of(OP_add64_k, 7, 0, 0, -8),
        insn_of(OP_mov64_x, 8, 10, 0, 0),
        insn_of(OP_add64_k, 8, 0, 0, -16),
    };
    uint32_t n = 7;
    int32_t id = helpers[helper].id;
    for (uint8_t i = 0; i < 5; i++)
        if (helpers[helper].args[i])
            code[n++] = argument_insn(helpers[helper].args[i], (uint8_t)(i + 1));
    code[n++] = insn_of(OP_call, 0, 0, 0, id);
    if (id == BPF_FUNC_map_lookup_elem || id == BPF_FUNC_map_lookup_percpu_elem || id == BPF_FUNC_tail_call)
        code[n++] = insn_of(OP_mov64_k, 0, 0, 0, 0);
    code[n++] = insn_of(OP_exit, 0, 0, 0, 0);
    fixture_new(f, code, n);
    struct map_def *def = fixture_add_map(f, "map", shapes[shape].type, shapes[shape].key_bytes, shapes[shape].value_bytes,
                                          shapes[shape].max_entries);
    def->flags = shapes[shape].flags;
    if (def->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || def->type == BPF_MAP_TYPE_HASH_OF_MAPS) {
        def->inner = 1;
        fixture_add_map(f, "inner", BPF_MAP_TYPE_ARRAY, 4, 8, 2);
    }
}

/* Does our helper take the map? It is refused when the run stops with a fault about an argument. */
static bool
we_take(const struct program *p, const struct input *input)
{
    struct cost_model costs;
    volatile sig_atomic_t interrupt = 0;
    struct errinfo e;
    cost_model_unit(&costs);
    struct machine *m = machine_new(p, &costs, NULL);
    m->interrupt = &interrupt;
    struct code *code = LAB_ENGINE.open(p, &costs, &e);
    cr_assert_eq(machine_start(m, 0, prog_type_named("xdp"), input, &e), OK);
    struct stop stop = LAB_ENGINE.run(code, m, 1000, false);
    LAB_ENGINE.close(code);
    machine_free(m);
    return !(stop.reasons & STOP_FAULT);
}

static void
try_pair(uint32_t shape, uint32_t helper)
{
    struct fixture f;
    struct lab lab;
    struct buf text = BUF_EMPTY;
    uint8_t packet[64] = { 0 };
    struct input input = { .packet = packet, .packet_bytes = sizeof packet };
    make_program(&f, shape, helper);
    bool ours = we_take(f.program, &input);
    bool theirs = lab_open(&lab, f.program, 0, prog_type_named("xdp"), KERNEL_CAPTURE_R0, &text);
    cr_expect_eq(ours, theirs, "helper %d on a %s: we %s it; kernel: %s", helpers[helper].id, map_type_name(shapes[shape].type),
                 ours ? "take" : "refuse", theirs ? "takes it" : buf_text(&text));
    if (theirs && ours)
        cr_expect_eq(lab_run(&lab, &input, &text), 0, "helper %d on a %s: %s", helpers[helper].id, map_type_name(shapes[shape].type),
                     buf_text(&text));
    if (theirs)
        lab_close(&lab);
    buf_free(&text);
    fixture_free(&f);
}

Test(maps_vs_kernel, helpers_that_take_a_type)
{
    LAB_NEED_KERNEL();
    for (uint32_t shape = 0; shape < ARRAY_LEN(shapes); shape++)
        for (uint32_t helper = 0; helper < ARRAY_LEN(helpers); helper++)
            try_pair(shape, helper);
}
