/* Between the compiler and the emitter. See emitter.h. */
#include "config.h"

#include "tests/jit/emitter.h"

#include "jit/condition.h"
#include "jit/fuse.h"
#include "jit/job.h"
#include "jit/points.h"
#include "jit/stubs.h"
#include "jit/templates.h"

#include <string.h>

/* Parameter lists from names of fields: EACH(P, a, b) is P(a) P(b). */
#define EACH_0(P)
#define EACH_1(P, a) P(a)
#define EACH_2(P, a, b) P(a) P(b)
#define EACH_3(P, a, b, c) P(a) P(b) P(c)
#define EACH_4(P, a, b, c, d) P(a) P(b) P(c) P(d)
#define EACH_5(P, a, b, c, d, e) P(a) P(b) P(c) P(d) P(e)
#define EACH_OF(_0, _1, _2, _3, _4, _5, each, ...) each
#define EACH(P, ...) EACH_OF(_, ##__VA_ARGS__, EACH_5, EACH_4, EACH_3, EACH_2, EACH_1, EACH_0)(P, ##__VA_ARGS__)

#define PARAMETER(field) , type_##field field
#define INITIALISER(field) .field = field,
#define ARGUMENT(field) , e->field

typedef bool type_wide;
typedef uint32_t type_bits, type_op, type_target;
typedef enum x64_reg type_dst, type_src, type_count;
typedef struct x64_mem type_mem;
typedef int32_t type_imm;
typedef uint64_t type_value;
typedef uint8_t type_amount;

/* The linker's names: __wrap_f is called for f, __real_f is f. */
#define EMITTER(name, result, ...) \
    result __real_x64_##name(struct x64 *x EACH(PARAMETER, ##__VA_ARGS__)); \
    result __wrap_x64_##name(struct x64 *x EACH(PARAMETER, ##__VA_ARGS__));
#include "tests/jit/emitter.def"

/* For what the compiler is at work, and where. */
struct context {
    enum emit_part part;
    const struct insn *insn; /* PART_BLOCK, PART_COLD: the job knows */
    uint32_t nth[N_EMITS];
};

static const struct insn no_insn = { .op = OP_illegal };

static struct {
    emit_hook_fn *hook;
    struct context context;
    const struct x64 *x;     /* of the last call */
    uint32_t at;             /* behind it */
    const struct insn *insn; /* of the last call for which the job knew */
    uint64_t unseen_bytes;
} now = { .context = { .insn = &no_insn } };

void
emitter_set_hook(emit_hook_fn *hook)
{
    now.hook = hook;
}

uint64_t
emitter_unseen_bytes(void)
{
    return now.unseen_bytes;
}

static const struct insn *
insn_at(const struct program *p, uint32_t pc)
{
    return p && pc < p->n_slots ? &p->insns[pc] : &no_insn;
}

static struct context
begin(enum emit_part part, const struct insn *insn)
{
    struct context outer = now.context;
    now.context = (struct context){ .part = part, .insn = insn };
    return outer;
}

/* ---------------------------------------------------------------- the emitter */

#define PUT_void(call) (call, 0)
#define PUT_uint32_t(call) (call)

static uint32_t
put(struct x64 *x, const struct emit *e)
{
    switch (e->fn) {
#define EMITTER(name, result, ...) \
    case EMIT_##name: \
        return PUT_##result(__real_x64_##name(x EACH(ARGUMENT, ##__VA_ARGS__)));
#include "tests/jit/emitter.def"
    default:
        return 0;
    }
}

/* A branch that is never taken: a nop whose displacement can be patched. */
static uint32_t
put_no_branch(struct x64 *x)
{
    static const uint8_t nop[] = { 0x0f, 0x1f, 0x80, 0, 0, 0, 0 };
    for (uint32_t i = 0; i < sizeof nop; i++)
        x64_byte(x, nop[i]);
    return x->at - 4;
}

static bool
is_patched(enum emit_kind fn)
{
    return fn == EMIT_jcc || fn == EMIT_jmp || fn == EMIT_call;
}

static void
decide(struct emit *e)
{
    e->part = now.context.part;
    e->insn = now.context.insn;
    e->nth = now.context.nth[e->fn]++;
    if (now.hook)
        now.hook(e);
}

/* The instruction that a job is at. */
static const struct insn *
insn_of_job(const struct x64 *x)
{
    const struct job *j = (const struct job *)((const char *)x - offsetof(struct job, x));
    return insn_at(j->c->program, j->pc);
}

/* Whoever patches a block's head has an x64 that is no job's, and puts a jump. */
static bool
is_of_job(const struct x64 *x, const struct emit *e)
{
    return x == now.x || e->fn != EMIT_jmp;
}

static uint32_t
pass(struct x64 *x, struct emit *e)
{
    if ((now.context.part == PART_BLOCK || now.context.part == PART_COLD) && is_of_job(x, e)) {
        now.context.insn = insn_of_job(x);
        if (now.context.insn != now.insn)
            memset(now.context.nth, 0, sizeof now.context.nth);
        now.insn = now.context.insn;
    }
    if (x == now.x)
        now.unseen_bytes += x->at - now.at;
    decide(e);
    uint32_t field = 0;
    if (!e->is_dropped)
        field = put(x, e);
    else if (is_patched(e->fn))
        field = put_no_branch(x);
    now.x = x;
    now.at = x->at;
    return field;
}

#define RETURN_void(x) (void)(x)
#define RETURN_uint32_t(x) return x

#define EMITTER(name, result, ...) \
    result __wrap_x64_##name(struct x64 *x EACH(PARAMETER, ##__VA_ARGS__)) \
    { \
        struct emit e = { .fn = EMIT_##name, EACH(INITIALISER, ##__VA_ARGS__) }; \
        RETURN_##result(pass(x, &e)); \
    }
#include "tests/jit/emitter.def"

/* ---------------------------------------------------------------- who calls it */

#define WRAP(result, name, ...) \
    result __real_##name(__VA_ARGS__); \
    result __wrap_##name(__VA_ARGS__); \
    result __wrap_##name(__VA_ARGS__)

WRAP(void, template_alu, struct x64 *x, const struct insn *insn)
{
    struct context outer = begin(PART_TEMPLATE, insn);
    __real_template_alu(x, insn);
    now.context = outer;
}

WRAP(void, template_memory, struct x64 *x, const struct insn *insn)
{
    struct context outer = begin(PART_TEMPLATE, insn);
    __real_template_memory(x, insn);
    now.context = outer;
}

WRAP(enum x64_cond, template_compare, struct x64 *x, const struct insn *insn)
{
    struct context outer = begin(PART_COMPARE, insn);
    enum x64_cond cc = __real_template_compare(x, insn);
    now.context = outer;
    return cc;
}

WRAP(uint32_t, fuse, struct x64 *x, const struct insn *insns, uint32_t n)
{
    struct context outer = begin(PART_FUSED, insns);
    uint32_t taken = __real_fuse(x, insns, n);
    now.context = outer;
    return taken;
}

WRAP(void, job_local_call, struct job *j, uint32_t pc, int64_t target)
{
    struct context outer = begin(PART_LOCAL_CALL, insn_at(j->c->program, pc));
    __real_job_local_call(j, pc, target);
    now.context = outer;
}

WRAP(void, job_may_goto, struct job *j, uint32_t pc, int64_t target)
{
    struct context outer = begin(PART_MAY_GOTO, insn_at(j->c->program, pc));
    __real_job_may_goto(j, pc, target);
    now.context = outer;
}

WRAP(bool, job_side_exit, struct job *j, uint32_t pc, bool is_next)
{
    struct context outer = begin(PART_SIDE_EXIT, insn_at(j->c->program, pc));
    bool is_complete = __real_job_side_exit(j, pc, is_next);
    now.context = outer;
    return is_complete;
}

WRAP(void, job_settle, struct job *j, struct count count)
{
    struct context outer = begin(PART_HEAD_COST, insn_at(j->c->program, j->pc));
    __real_job_settle(j, count);
    now.context = outer;
}

WRAP(void, job_go_on, struct job *j, uint32_t pc, bool is_next)
{
    struct context outer = begin(PART_ON, insn_at(j->c->program, j->pc));
    __real_job_go_on(j, pc, is_next);
    now.context = outer;
}

WRAP(void, job_check, struct job *j, uint32_t pc, uint32_t number)
{
    struct context outer = begin(PART_CHECK, insn_at(j->c->program, pc));
    __real_job_check(j, pc, number);
    now.context = outer;
}

WRAP(void, job_emit_cold, struct job *j)
{
    struct context outer = begin(PART_COLD, &no_insn);
    __real_job_emit_cold(j);
    now.context = outer;
    now.x = NULL; /* the piece is complete */
}

WRAP(void, points_emit_before, struct job *j, uint32_t pc)
{
    struct context outer = begin(PART_POINT, insn_at(j->c->program, pc));
    __real_points_emit_before(j, pc);
    now.context = outer;
}

WRAP(void, points_emit_after, struct job *j, uint32_t pc)
{
    struct context outer = begin(PART_WATCH, insn_at(j->c->program, pc));
    __real_points_emit_after(j, pc);
    now.context = outer;
}

WRAP(void, points_emit_cold, struct job *j, struct cold cold)
{
    struct context outer = begin(PART_FIRE, insn_at(j->c->program, j->pc));
    __real_points_emit_cold(j, cold);
    now.context = outer;
}

WRAP(enum x64_cond, condition_emit, struct job *j, const struct condition *condition, uint32_t first_cell, const struct site *site)
{
    struct context outer = begin(PART_CONDITION, insn_at(j->c->program, j->pc));
    enum x64_cond cc = __real_condition_emit(j, condition, first_cell, site);
    now.context = outer;
    return cc;
}

WRAP(void, stubs_emit, struct compiled *c, struct x64 *x)
{
    struct context outer = begin(PART_STUBS, &no_insn);
    now.insn = NULL;
    __real_stubs_emit(c, x);
    now.context = outer;
}

WRAP(void, stub_site, struct compiled *c, struct x64 *x, const struct site *site)
{
    struct context outer = begin(PART_SITE, insn_at(c->program, site->pc));
    struct emit e = { .fn = EMIT_site, .site = *site };
    decide(&e);
    __real_stub_site(c, x, &e.site);
    now.context = outer;
}

WRAP(void, blocks_find, const struct program *p, const struct cost_model *costs, enum grouping grouping, struct blocks *out)
{
    __real_blocks_find(p, costs, grouping, out);
    for (uint32_t i = 0; i < out->n; i++) {
        struct context outer = begin(PART_DECISION, insn_at(p, out->list[i].pc));
        decide(&(struct emit){ .fn = EMIT_block, .block = &out->list[i] });
        now.context = outer;
    }
    for (uint32_t i = 0; i < out->n_checks; i++) {
        struct check *check = &out->checks[i];
        struct context outer = begin(PART_DECISION, insn_at(p, check->pc));
        decide(&(struct emit){ .fn = EMIT_check, .check = check, .slot_site = &out->site[check->pc] });
        now.context = outer;
    }
}
