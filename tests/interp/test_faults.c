/* Faults, exactly: every load, store and atomic of isa.def, one byte before, one byte past, across an end of and far away from every
 * kind of region, and writes to read-only ones; alone and among other accesses through the same base (which the JIT checks together), in
 * the entry program and in callees. What must happen is worked out here, from the areas that the test has set up itself: the interpreter
 * executes single instructions up to the first access that is wrong, and the engine must stop there, with that fault and that machine. */
#include "config.h"

#include "guest.h"

#include "sim/base/base.h"
#include "sim/machine/map.h"
#include "sim/machine/progtype.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTEXT_BYTES = 40, PACKET_BYTES = 64, VALUE_BYTES = 44, N_VALUES = 3, RODATA_BYTES = 41 };

/* From the base to the access under test: the other accesses of a shape are at the base itself. */
enum { REACH = 24 };

enum { MOST_STEPS = 64, N_FAULTS = FAULT_NO_HELPER + 1 };

/* ---------------------------------------------------------------- areas */

/* A stretch of bytes that the guest may touch. */
struct area {
    const char *name;
    uint64_t start;
    uint32_t bytes;
    bool is_writable;
};

enum { MAX_AREAS = MAX_FRAMES + N_VALUES + 2 };

/* What a run starts on: the program type says which of context and packet there is. */
static const struct start {
    const char *type;
    bool has_packet, ctx_is_writable;
} starts[] = { { "xdp", true, false }, { "tracepoint", false, false }, { "syscall", false, true } };

static bool
is_load(enum insn_kind kind)
{
    return kind == KIND_LDX || kind == KIND_LDSX || kind == KIND_LDACQ;
}

static bool
is_access(enum insn_kind kind)
{
    return kind >= KIND_LDX && kind <= KIND_STREL;
}

static bool
is_aligned_kind(enum insn_kind kind)
{
    return kind >= KIND_ATOMIC && kind <= KIND_STREL;
}

/* What must come of executing `insn` with these registers. kind: FAULT_NONE when it is good, or no access. */
static struct fault
expected(const struct area *areas, uint32_t n_areas, const struct insn *insn, const uint64_t *regs)
{
    enum insn_kind kind = insn_kind(insn);
    if (!is_access(kind))
        return (struct fault){ .kind = FAULT_NONE };
    uint64_t addr = regs[is_load(kind) ? insn->src : insn->dst] + (uint64_t)(int64_t)insn->off;
    struct fault fault = { .kind = addr < GUEST_LO ? FAULT_NULL : FAULT_UNMAPPED, .access = is_load(kind) ? MEM_READ : MEM_WRITE,
                           .addr = addr, .len = insn_row(insn)->width_bits / 8 };
    for (uint32_t i = 0; i < n_areas; i++) {
        const struct area *a = &areas[i];
        if (addr < a->start || addr - a->start >= a->bytes)
            continue;
        fault.kind = addr - a->start + fault.len > a->bytes               ? FAULT_STRADDLE
                     : fault.access == MEM_WRITE && !a->is_writable       ? FAULT_PERM
                     : is_aligned_kind(kind) && addr % fault.len          ? FAULT_MISALIGNED
                                                                          : FAULT_NONE;
    }
    return fault;
}

/* ---------------------------------------------------------------- two engines at one program */

/* steps: the interpreter, one instruction at a time. engine: the engine under test, in one go; its code is kept between runs, so that it
 * meets each region with nothing known, with what the last run has left, and with what it has learned itself. */
struct pair {
    struct program *program;
    struct cost_model costs;
    struct side {
        const struct engine *engine;
        struct code *code;
        struct machine *machine;
    } steps, tested;
    struct area areas[MAX_AREAS];
    uint32_t n_areas;
    const char *name; /* of the program, for messages */
};

/* An array, and a data section that is read-only. */
static void
add_maps(struct program *p)
{
    struct map_def *maps = calloc(2, sizeof *maps);
    maps[0] = (struct map_def){ .name = strdup("values"), .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4, .value_bytes = VALUE_BYTES,
                                .max_entries = N_VALUES, .inner = -1 };
    maps[1] = (struct map_def){ .name = strdup(".rodata"), .origin = MAP_FROM_DATA, .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4,
                                .value_bytes = RODATA_BYTES, .max_entries = 1, .inner = -1, .value_addr = GUEST_DATA,
                                .is_readonly = true };
    p->maps = maps;
    p->n_maps = 2;
}

static void
side_open(struct side *s, const struct engine *engine, const struct pair *p)
{
    struct errinfo e;
    *s = (struct side){ .engine = engine, .code = engine->open(p->program, &p->costs, &e),
                        .machine = machine_new(p->program, &p->costs, NULL) };
    cr_assert_not_null(s->code);
}

static void
side_close(struct side *s)
{
    s->engine->close(s->code);
    machine_free(s->machine);
}

/* costs_differ: each row has a cost of its own, so that n_cycles tells which were counted. */
static void
pair_open(struct pair *p, const struct insn *insns, uint32_t n, bool costs_differ, const char *name)
{
    uint8_t *code = calloc(n + 1, 16);
    uint32_t n_slots = 0;
    *p = (struct pair){ .name = name };
    for (uint32_t i = 0; i < n; i++)
        n_slots += insn_encode(&insns[i], code + n_slots * SLOT_BYTES);
    p->program = program_from_code(code, n_slots);
    free(code);
    add_maps(p->program);
    cost_model_unit(&p->costs);
    for (uint32_t op = 0; costs_differ && op < N_OPS; op++)
        p->costs.insn[op] = 1000 + 7 * op;
    side_open(&p->steps, &interp_engine, p);
    side_open(&p->tested, &GUEST_ENGINE, p);
}

static void
pair_close(struct pair *p)
{
    side_close(&p->steps);
    side_close(&p->tested);
    program_free(p->program);
}

static void
add_area(struct pair *p, const char *name, uint64_t start, uint32_t bytes, bool is_writable)
{
    cr_assert_lt(p->n_areas, MAX_AREAS);
    p->areas[p->n_areas++] = (struct area){ name, start, bytes, is_writable };
}

static void
list_areas(struct pair *p, const struct start *start)
{
    struct machine *m = p->steps.machine;
    p->n_areas = 0;
    if (start->has_packet)
        add_area(p, "packet", m->packet.data, PACKET_BYTES, true);
    else
        add_area(p, start->ctx_is_writable ? "writable context" : "context", m->ctx, CONTEXT_BYTES, start->ctx_is_writable);
    for (uint32_t i = 0; i < N_VALUES; i++)
        add_area(p, "map value", map_lookup(m, &m->maps[0], &i), VALUE_BYTES, true);
    add_area(p, ".rodata", GUEST_DATA, RODATA_BYTES, false);
    for (uint32_t d = 0; d < MAX_FRAMES; d++)
        add_area(p, "stack", STACK_TOP - d * FRAME_STRIDE - STACK_BYTES, STACK_BYTES, true);
}

/* Both machines at the start, with the pointers under test in r6 and r7, and something in the other registers. */
static void
pair_start(struct pair *p, const struct start *start, uint64_t r6, uint64_t r7)
{
    uint8_t bytes[PACKET_BYTES];
    struct errinfo e;
    for (uint32_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(0x81 + 3 * i);
    struct input input = { .ctx = bytes, .ctx_bytes = CONTEXT_BYTES };
    if (start->has_packet)
        input = (struct input){ .packet = bytes, .packet_bytes = sizeof bytes };
    for (struct side *s = &p->steps; s; s = s == &p->steps ? &p->tested : NULL) {
        cr_assert_eq(machine_start(s->machine, 0, prog_type_named(start->type), &input, &e), OK, "%s: %s", e.subject, e.detail);
        machine_reset_maps(s->machine);
        s->machine->regs[REG_0] = 0x11;
        s->machine->regs[REG_3] = 0x8877665544332211;
        s->machine->regs[REG_6] = r6;
        s->machine->regs[REG_7] = r7;
        s->machine->regs[REG_9] = 2;
    }
}

/* The interpreter up to the first access that is wrong, or to the end. Returns that access's fault. */
static struct fault
step_to_fault(struct pair *p)
{
    struct machine *m = p->steps.machine;
    for (uint32_t k = 0; k < MOST_STEPS; k++) {
        struct fault fault = expected(p->areas, p->n_areas, &p->program->insns[m->pc], m->regs);
        if (fault.kind != FAULT_NONE)
            return fault;
        struct stop stop = p->steps.engine->run(p->steps.code, m, 1, false);
        if (stop.reasons & STOP_EXIT)
            return fault;
        cr_assert_eq(stop.reasons, STOP_BUDGET, "%s: the interpreter stops at %u for %#x", p->name, stop.pc, stop.reasons);
    }
    cr_assert(0, "%s does not end", p->name);
    return (struct fault){ .kind = FAULT_NONE };
}

static void
assert_same_machine(const struct pair *p, uint64_t base)
{
    const struct machine *want = p->steps.machine, *got = p->tested.machine;
    for (int reg = 0; reg < N_REGS; reg++)
        cr_assert_eq(got->regs[reg], want->regs[reg], "%s on %#" PRIx64 ": r%d is %#" PRIx64 ", not %#" PRIx64, p->name, base, reg,
                     got->regs[reg], want->regs[reg]);
    cr_assert_eq(got->n_insns, want->n_insns, "%s on %#" PRIx64 ": %" PRIu64 " instructions, not %" PRIu64, p->name, base, got->n_insns,
                 want->n_insns);
    cr_assert_eq(got->n_cycles, want->n_cycles, "%s on %#" PRIx64 ": other cycles", p->name, base);
    cr_assert_eq(machine_digest(got), machine_digest(want), "%s on %#" PRIx64 ": other memory or frames", p->name, base);
}

/* One run on both sides. Returns what came of it. */
static enum fault_kind
check_run(struct pair *p, const struct start *start, uint64_t r6, uint64_t r7)
{
    pair_start(p, start, r6, r7);
    struct fault want = step_to_fault(p);
    struct stop stop = p->tested.engine->run(p->tested.code, p->tested.machine, UINT64_MAX, false);
    cr_assert_eq(stop.reasons, want.kind == FAULT_NONE ? STOP_EXIT : STOP_FAULT, "%s on %#" PRIx64 " ends for %#x at %u", p->name, r6,
                 stop.reasons, stop.pc);
    cr_assert_eq(stop.pc, p->steps.machine->pc, "%s on %#" PRIx64 " stops at %u, not %u", p->name, r6, stop.pc, p->steps.machine->pc);
    assert_same_machine(p, r6);
    if (want.kind == FAULT_NONE)
        return want.kind;
    cr_assert_eq(stop.fault.kind, want.kind, "%s on %#" PRIx64 ": fault %d, not %d", p->name, r6, (int)stop.fault.kind, (int)want.kind);
    cr_assert_eq(stop.fault.addr, want.addr, "%s on %#" PRIx64 ": at %#" PRIx64, p->name, r6, stop.fault.addr);
    cr_assert_eq(stop.fault.len, want.len);
    cr_assert_eq(stop.fault.access, want.access);
    /* It has changed nothing: trying once more is the same, and what was only asked to get there does not try. */
    stop = p->tested.engine->run(p->tested.code, p->tested.machine, 0, false);
    cr_assert_eq(stop.reasons, STOP_BUDGET);
    stop = p->tested.engine->run(p->tested.code, p->tested.machine, 1, false);
    cr_assert_eq(stop.reasons, STOP_FAULT);
    assert_same_machine(p, r6);
    return want.kind;
}

/* ---------------------------------------------------------------- programs */

/* Where the form under test goes, with dst its base, src its other register and off what is added to its offset. */
enum { THE_FORM = OP_illegal };

#define FORM(base, other, shift) { .op = THE_FORM, .dst = base, .src = other, .off = shift }
#define LOAD(base, at) { .op = OP_ldx_b, .dst = REG_4, .src = base, .off = at }
#define STORE(base, at) { .op = OP_st_b, .dst = base, .off = at, .imm = 0x5a }
#define ADD(reg, n) { .op = OP_add64_k, .dst = reg, .imm = n }
#define SUB(reg, n) { .op = OP_sub64_k, .dst = reg, .imm = n }
#define MOV(to, from) { .op = OP_mov64_x, .dst = to, .src = from }
#define SKIP_TO_EXIT(n) { .op = OP_jeq64_k, .dst = REG_9, .imm = 77, .off = n } /* never taken */
#define TURN_BACK(n) { .op = OP_jne64_k, .dst = REG_9, .imm = 0, .off = -(n) - 1 }
#define EXIT { .op = OP_exit }

/* r6 is the pointer under test and r7 a good one; r9 is 2. */
static const struct shape {
    const char *name;
    struct insn insns[10];
} shapes[] = {
    { "alone", { FORM(6, 3, 0), EXIT } },
    { "through its own base", { FORM(6, 6, 0), EXIT } },
    { "through r0", { MOV(0, 6), FORM(0, 2, 0), EXIT } },
    { "first of a group", { FORM(6, 3, 0), LOAD(6, 0), STORE(6, 2), EXIT } },
    { "in the middle of a group", { LOAD(6, 0), FORM(6, 3, 0), STORE(6, 2), EXIT } },
    { "last of a group", { STORE(6, 2), LOAD(6, 0), FORM(6, 3, 0), EXIT } },
    { "last of loads", { LOAD(6, 2), LOAD(6, 0), FORM(6, 3, 0), EXIT } },
    { "twice", { FORM(6, 3, 0), LOAD(6, 1), FORM(6, 3, 0), EXIT } },
    { "before a side exit", { LOAD(6, 0), FORM(6, 3, 0), SKIP_TO_EXIT(1), STORE(6, 1), EXIT } },
    { "after a side exit", { LOAD(6, 0), SKIP_TO_EXIT(2), FORM(6, 3, 0), STORE(6, 1), EXIT } },
    { "on both sides of a side exit", { FORM(6, 3, 0), STORE(6, 2), SKIP_TO_EXIT(2), FORM(6, 3, 0), LOAD(6, 0), EXIT } },
    { "with a base that moves", { LOAD(6, 0), ADD(6, 5), FORM(6, 3, -5), SUB(6, 3), STORE(6, -1), FORM(6, 3, -2), EXIT } },
    { "with a copied base", { STORE(6, 0), MOV(8, 6), ADD(8, 4), FORM(8, 3, -4), LOAD(6, 1), FORM(6, 3, 0), EXIT } },
    { "in the second turn", { MOV(8, 7), LOAD(8, 0), FORM(8, 3, 0), MOV(8, 6), SUB(9, 1), TURN_BACK(4), EXIT } },
};

/* Writes a program: `depth` local calls, then the shape with `op` in it, reaching `reach` bytes from its base. Returns instructions. */
static uint32_t
build(const struct shape *shape, uint16_t op, int reach, uint32_t depth, struct insn *out)
{
    uint32_t n = 0;
    bool loads = is_load(insn_rows[op].kind);
    for (uint32_t d = 0; d < depth; d++) {
        out[n++] = (struct insn){ .op = OP_call_local, .imm = 1 };
        out[n++] = (struct insn)EXIT;
    }
    for (const struct insn *insn = shape->insns; n == 0 || out[n - 1].op != OP_exit || insn == shape->insns; insn++) {
        out[n++] = *insn;
        if (insn->op == THE_FORM)
            out[n - 1] = guest_insn(op, loads ? insn->src : insn->dst, loads ? insn->dst : insn->src, (int16_t)(reach + insn->off), 0x77);
    }
    return n;
}

/* Every how many forms one is tried: all of them, unless an engine takes long for a single run. */
#ifndef FORMS_STRIDE
#define FORMS_STRIDE 1
#endif

/* Calls check(op) for each form. */
static void
each_form(void (*check)(uint16_t op))
{
    int n = 0;
    for (uint16_t op = 0; op < N_OPS; op++) {
        if (!is_access(insn_rows[op].kind))
            continue;
        if (n++ % FORMS_STRIDE == 0)
            check(op);
    }
    cr_assert_eq(n, 4 + 3 + 4 + 4 + 4 + 4 + 20, "a form was added or lost: %d", n);
}

/* ---------------------------------------------------------------- through a register */

/* Every place where an access of `len` bytes can be wrong around an area, and where it is just good; the base is `reach` before it. */
static void
check_area(struct pair *p, const struct start *start, const struct area *a, uint32_t len, int reach, uint32_t seen[])
{
    const int64_t size = a->bytes, places[] = {
        -1, -(int64_t)len, -(int64_t)len - 1, 0, 1, 8, 16, size - len, size - len + 1, size - 1, size, size + 1, -0x4000, size + 0x4000, 24,
    };
    uint64_t good = a->start + (reach < 0 ? 32 : 0);
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        seen[check_run(p, start, a->start + (uint64_t)(places[i] - reach), good)]++;
}

/* Pointers that are none: the ends of address space, of guest memory and of 32 bits, and bases from which the offset wraps around. */
static void
check_wild(struct pair *p, const struct start *start, int reach, uint32_t seen[])
{
    const uint64_t wild[] = { 0, 1, 8, GUEST_LO - 1, GUEST_LO, GUEST_HI - 1, GUEST_HI, UINT32_MAX, (UINT64_C(1) << 32) + p->areas[0].start,
                              (UINT64_C(1) << 63) + p->areas[0].start, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX, UINT64_MAX - 7 };
    uint64_t good = p->areas[0].start + (reach < 0 ? 32 : 0);
    for (size_t i = 0; i < ARRAY_LEN(wild); i++) {
        seen[check_run(p, start, wild[i] - (uint64_t)(int64_t)reach, good)]++;
        seen[check_run(p, start, wild[i], good)]++;
    }
}

/* One form in one shape at one depth, everywhere. seen: counts what came of it, by enum fault_kind. */
static void
check_shape(const struct shape *shape, uint16_t op, int reach, uint32_t depth, bool costs_differ, uint32_t seen[])
{
    struct pair p;
    struct insn code[16];
    char name[128];
    snprintf(name, sizeof name, "%s %s, reaching %d, depth %u", insn_rows[op].name, shape->name, reach, depth);
    pair_open(&p, code, build(shape, op, reach, depth, code), costs_differ, name);
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        pair_start(&p, &starts[i], 0, 0);
        list_areas(&p, &starts[i]);
        for (uint32_t k = 0; k < p.n_areas; k += k > N_VALUES + 1 ? MAX_FRAMES / 2 : 1) /* of the frames two will do */
            check_area(&p, &starts[i], &p.areas[k], insn_rows[op].width_bits / 8, reach, seen);
        check_wild(&p, &starts[i], reach, seen);
    }
    pair_close(&p);
}

/* That a form met everything that it can meet. */
static void
assert_all_seen(uint16_t op, const char *where, const uint32_t seen[])
{
    const struct insn_row *row = &insn_rows[op];
    cr_assert(seen[FAULT_NONE] && seen[FAULT_UNMAPPED] && seen[FAULT_NULL], "%s %s is not tried at all", row->name, where);
    cr_assert(seen[FAULT_STRADDLE] || row->width_bits == 8, "%s %s: nothing straddles", row->name, where);
    cr_assert(seen[FAULT_PERM] || is_load(row->kind), "%s %s: nothing is read-only", row->name, where);
    cr_assert(seen[FAULT_MISALIGNED] || row->width_bits == 8 || !is_aligned_kind(row->kind), "%s %s: all is aligned", row->name, where);
}

/* Both directions, so that either end can be wrong while the other accesses of the group are good. */
static void
check_near(uint16_t op, uint32_t depth_up, uint32_t depth_down)
{
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        uint32_t seen[N_FAULTS] = { 0 };
        check_shape(&shapes[i], op, REACH, depth_up, true, seen);
        check_shape(&shapes[i], op, -REACH, depth_down, true, seen);
        assert_all_seen(op, shapes[i].name, seen);
    }
}

static void
check_in_entry(uint16_t op)
{
    check_near(op, 0, 0);
}

Test(faults, among_others)
{
    each_form(check_in_entry);
}

static void
check_in_callees(uint16_t op)
{
    check_near(op, 1, 2);
}

Test(faults, in_callees)
{
    each_form(check_in_callees);
}

/* Offsets too far apart for one check, or just not; and a cost model that needs no counting. */
static void
check_far(uint16_t op)
{
    static const int reaches[] = { 0, INT16_MAX - 8, INT16_MIN + 8, 4095, 4096, -4096 };
    uint32_t seen[N_FAULTS] = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
        check_shape(&shapes[i], op, reaches[(op + i) % ARRAY_LEN(reaches)], op % 2, false, seen);
    assert_all_seen(op, "far away", seen);
}

Test(faults, far_offsets)
{
    each_form(check_far);
}

/* ---------------------------------------------------------------- through the frame pointer */

/* Accesses whose place in the frame is known when they are compiled; r6 takes no part. */
static const struct shape frame_shapes[] = {
    { "of r10", { FORM(10, 3, 0), EXIT } },
    { "of r10 among good ones", { STORE(10, -8), FORM(10, 3, 0), LOAD(10, -8), EXIT } },
    { "of r10 after a side exit", { STORE(10, -8), SKIP_TO_EXIT(2), FORM(10, 3, 0), LOAD(10, -8), EXIT } },
    { "of a copy of r10", { MOV(8, 10), ADD(8, -16), FORM(8, 3, 16), STORE(8, 0), EXIT } },
    { "of a copy of r10, twice", { MOV(8, 10), STORE(8, -1), SUB(8, 8), FORM(8, 3, 8), ADD(8, 4), FORM(8, 3, 4), EXIT } },
    { "of a copy of r10 into itself", { MOV(8, 10), FORM(8, 8, 0), EXIT } },
    { "of a caller's frame", { MOV(8, 10), ADD(8, FRAME_STRIDE), LOAD(10, -1), FORM(8, 3, 0), EXIT } },
};

static void
check_frame(uint16_t op)
{
    const int len = insn_rows[op].width_bits / 8;
    const int places[] = { -STACK_BYTES - 1, -STACK_BYTES - len, -STACK_BYTES, -STACK_BYTES + 1, -len, -len + 1, -1, 0, 1, -20000, 20000 };
    for (size_t i = 0; i < ARRAY_LEN(frame_shapes); i++)
        for (size_t k = 0; k < ARRAY_LEN(places); k++)
            for (uint32_t depth = 0; depth < 3; depth++) {
                struct pair p;
                struct insn code[16];
                char name[128];
                snprintf(name, sizeof name, "%s %s%+d, depth %u", insn_rows[op].name, frame_shapes[i].name, places[k], depth);
                pair_open(&p, code, build(&frame_shapes[i], op, places[k], depth, code), (i + k) % 2, name);
                pair_start(&p, &starts[0], 0, 0);
                list_areas(&p, &starts[0]);
                enum fault_kind first = check_run(&p, &starts[0], 0, 0);
                cr_assert_eq(check_run(&p, &starts[0], 0, 0), first); /* with what was learned */
                pair_close(&p);
            }
}

Test(faults, of_the_frame)
{
    each_form(check_frame);
}
