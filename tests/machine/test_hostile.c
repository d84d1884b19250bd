/* Helpers called with arguments that make no sense: each call ends in a result or a fault that has a sentence, and touches nothing outside of
 * guest memory (the sanitizers watch). Seed in EBPFDBG_SEED, printed when a call fails. */
#include "config.h"

#include "tests/machine/fixture.h"

#include "sim/base/base.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS_PER_RUN = 300, RUNS = 40 };

static uint64_t state;

static uint32_t
roll(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

static uint64_t
argument(void)
{
    static const uint64_t edges[] = { 0, 1, 4, 8, 13, 64, 511, 512, 513, 4096, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
                                      UINT64_C(1) << 32, UINT64_MAX, UINT64_MAX - 3, GUEST_HI - 1, GUEST_LO };
    switch (roll(8)) {
    case 0: return fix.m->ctx;
    case 1: return fix.m->maps[roll(fix.program->n_maps)].handle;
    case 2: return STACK_TOP - roll(600);
    case 3: return fix.m->packet.data + roll(80);
    case 4: return GUEST_CODE_OF(roll(3));
    case 5: return fix.m->maps[roll(fix.program->n_maps)].values + roll(64);
    default: return edges[roll(ARRAY_LEN(edges))];
    }
}

static void
call_something(struct buf *text)
{
    struct fault fault = { .kind = FAULT_NONE };
    fix.m->pc = 0;
    fix.program->insns[0].imm = roll(215);
    if (roll(4) == 0)
        fix.m->depth = 0;
    for (int r = REG_1; r <= REG_5; r++)
        fix.m->regs[r] = argument();
    if (helper_call(fix.m, &fault) == HELPER_FAULT) {
        buf_clear(text);
        fault_text(fix.m, &fault, text);
        cr_assert_gt(text->len, 10, "seed %lu", (unsigned long)state);
    } else {
        cr_assert_leq(fix.m->pc, 1);
        cr_assert_lt(fix.m->depth, MAX_FRAMES);
    }
}

static void
run(const char *type, const struct input *in)
{
    struct buf text = BUF_EMPTY;
    struct result result;
    cr_assert_eq(machine_start(fix.m, 0, prog_type_named(type), in, NULL), OK);
    for (uint32_t i = 0; i < CALLS_PER_RUN; i++)
        call_something(&text);
    machine_result(fix.m, &result);
    machine_digest(fix.m);
    for (uint32_t i = 0; i < fix.m->mem.n_regions; i++) {
        buf_clear(&text);
        machine_describe_addr(fix.m, fix.m->mem.regions[i].base, &text);
        cr_assert_gt(text.len, 0);
    }
    buf_free(&text);
}

Test(hostile, helpers, .timeout = 60)
{
    static const char *const types[] = { "xdp", "tc", "cgroup_skb", "flow_dissector" };
    struct map_def defs[] = {
        { .type = BPF_MAP_TYPE_HASH, .key_bytes = 4, .value_bytes = 8, .max_entries = 3, .inner = -1 },
        { .type = BPF_MAP_TYPE_LRU_PERCPU_HASH, .key_bytes = 8, .value_bytes = 24, .max_entries = 2, .inner = -1 },
        { .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4, .value_bytes = 12, .max_entries = 4, .inner = -1 },
        { .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 4096, .inner = -1 },
        { .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .max_entries = 2, .inner = -1 },
        { .type = BPF_MAP_TYPE_LPM_TRIE, .key_bytes = 8, .value_bytes = 4, .max_entries = 3, .inner = -1 },
        { .type = BPF_MAP_TYPE_DEVMAP, .key_bytes = 4, .value_bytes = 4, .max_entries = 3, .inner = -1 },
        { .type = BPF_MAP_TYPE_STACK_TRACE, .key_bytes = 4, .value_bytes = 16, .max_entries = 3, .inner = -1 },
    };
    const char *seed = getenv("EBPFDBG_SEED");
    uint8_t frame[64] = { 0 };
    struct input in = { .packet = frame, .packet_bytes = sizeof frame };
    state = seed ? strtoull(seed, NULL, 0) : 1;
    fixture_open_maps(defs, ARRAY_LEN(defs));
    for (uint32_t i = 0; i < RUNS; i++) {
        run(types[i % ARRAY_LEN(types)], &in);
        if (i % 8 == 7)
            machine_reset_maps(fix.m);
    }
    fixture_close();
}
