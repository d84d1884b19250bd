/* Subjects as fuzzing input. See case.h. */
#include "config.h"

#include "tests/fuzz/case.h"

#include "jit/diff/generate.h"
#include "sim/base/base.h"
#include "sim/object/layout.h"
#include "tests/fuzz/mutate.h"
#include "tests/isa/random.h"

#include <string.h>

enum { MIN_PACKET_BYTES = 14, MAY_GOTO_LIMIT = 100 };

static uint32_t
read_u16(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

static void
write_u16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

/* Adds a place where a program begins, in order and each once; slot 0 is the main program. */
static void
add_target(struct subject *s, uint32_t pc)
{
    uint32_t i = 0;
    while (i < s->n_targets && s->targets[i] < pc)
        i++;
    if (!pc || (i < s->n_targets && s->targets[i] == pc))
        return;
    memmove(&s->targets[i + 1], &s->targets[i], (s->n_targets - i) * sizeof s->targets[0]);
    s->targets[i] = pc;
    s->n_targets++;
}

bool
case_read(const uint8_t *bytes, size_t n, struct fuzz_case *out)
{
    struct subject *s = &out->subject;
    if (n < CASE_HEADER_BYTES + SLOT_BYTES)
        return false;
    size_t room = (n - CASE_HEADER_BYTES) / SLOT_BYTES, n_slots = read_u16(bytes + 2);
    n_slots = n_slots < 1 ? 1 : n_slots > CASE_MAX_SLOTS ? CASE_MAX_SLOTS : n_slots;
    s->n_slots = (uint32_t)(n_slots < room ? n_slots : room);
    const uint8_t *input = bytes + CASE_HEADER_BYTES + (size_t)s->n_slots * SLOT_BYTES;
    size_t n_input = (size_t)(bytes + n - input);
    s->n_input = n_input < SUBJECT_MAX_INPUT ? (uint32_t)n_input : SUBJECT_MAX_INPUT;
    memcpy(s->code, bytes + CASE_HEADER_BYTES, (size_t)s->n_slots * SLOT_BYTES);
    memcpy(s->input, input, s->n_input);
    for (; bytes[0] & CASE_TC && s->n_input < MIN_PACKET_BYTES; s->n_input++)
        s->input[s->n_input] = 0;
    s->type = prog_type_named(bytes[0] & CASE_TC ? "tc" : "generic");
    s->may_goto_limit = MAY_GOTO_LIMIT;
    s->longest_path = UINT32_MAX;
    s->stop_after = s->n_points = 0;
    s->has_unit_costs = false;
    s->n_targets = 0;
    for (int i = 0; i < SUBJECT_MAX_TARGETS; i++)
        add_target(s, read_u16(bytes + 8 + 2 * i) % s->n_slots);
    out->options = bytes[0];
    out->budget_log2 = bytes[1] % 16;
    out->trap = read_u16(bytes + 4) % s->n_slots;
    out->watched_reg = bytes[6] % N_REGS;
    out->watched_addr = (uint32_t)STACK_TOP - 2u * bytes[7] - 8;
    return true;
}

size_t
case_write(const struct fuzz_case *c, uint8_t *out, size_t max)
{
    const struct subject *s = &c->subject;
    size_t code = (size_t)s->n_slots * SLOT_BYTES, n = CASE_HEADER_BYTES + code + s->n_input;
    if (n > max)
        return 0;
    memset(out, 0, CASE_HEADER_BYTES);
    out[0] = c->options;
    out[1] = c->budget_log2;
    write_u16(out + 2, s->n_slots);
    write_u16(out + 4, c->trap);
    out[6] = c->watched_reg;
    out[7] = (uint8_t)((STACK_TOP - 8 - c->watched_addr) / 2);
    for (uint32_t i = 0; i < s->n_targets; i++)
        write_u16(out + 8 + 2 * i, s->targets[i]);
    memcpy(out + CASE_HEADER_BYTES, s->code, code);
    memcpy(out + CASE_HEADER_BYTES + code, s->input, s->n_input);
    return n;
}

void
case_costs(const struct fuzz_case *c, struct cost_model *out)
{
    if (c->options & CASE_COSTS)
        cost_model_table(out);
    else
        cost_model_unit(out);
}

bool
case_start(const struct fuzz_case *c, struct machine *m)
{
    struct input input = subject_input(&c->subject);
    machine_reset_maps(m);
    m->env.may_goto_limit = c->subject.may_goto_limit;
    return machine_start(m, 0, c->subject.type, &input, NULL) == OK;
}

/* Slots that code may have, given the room for all and what the input takes. */
static uint32_t
max_slots(size_t max, const struct subject *s)
{
    size_t rest = CASE_HEADER_BYTES + s->n_input, room = max < rest ? 0 : (max - rest) / SLOT_BYTES;
    return room < CASE_MAX_SLOTS ? (uint32_t)room : CASE_MAX_SLOTS;
}

/* A subject from nothing, if there is room for what comes out. */
static void
generate(struct fuzz_case *c, size_t max, uint64_t *state)
{
    static struct subject made;
    struct generator generator;
    struct generate_options options = generate_everything;
    options.n_insns = 1 + (uint32_t)(random_next(state) % 60);
    generator_init(&generator, &options);
    generate_subject(&generator, random_next(state), &made);
    if (made.n_slots <= max_slots(max, &made))
        subject_copy(&c->subject, &made);
}

static void
mutate_header(struct fuzz_case *c, uint64_t *state)
{
    uint64_t value = random_next(state);
    uint32_t pc = (uint32_t)(value >> 16) % c->subject.n_slots;
    switch (value % 7) {
    case 0: c->options ^= (uint8_t)(1u << (value >> 8) % 8); break;
    case 1: c->budget_log2 = (uint8_t)((value >> 8) % 16); break;
    case 2: c->trap = pc; break;
    case 3: c->subject.n_targets -= c->subject.n_targets > 0; break;
    case 4:
        if (c->subject.n_targets < SUBJECT_MAX_TARGETS)
            add_target(&c->subject, pc);
        break;
    case 5: c->watched_reg = (uint8_t)((value >> 8) % N_REGS); break;
    case 6: c->watched_addr = (uint32_t)STACK_TOP - 8 - 2 * (uint32_t)((value >> 8) % 256); break;
    }
}

size_t
case_mutate(uint8_t *bytes, size_t n, size_t max, unsigned seed, size_t (*mutate_bytes)(uint8_t *bytes, size_t n, size_t max))
{
    static struct fuzz_case c;
    struct subject *s = &c.subject;
    uint64_t state = seed;
    uint64_t dice = random_next(&state) % 64;
    if (!case_read(bytes, n, &c) || max_slots(max, s) < 2 || max_slots(max, s) < s->n_slots)
        return mutate_bytes(bytes, n, max);
    if (dice < 2) {
        generate(&c, max, &state);
    } else if (dice < 8) {
        mutate_header(&c, &state);
    } else if (dice < 14) {
        size_t room = max - CASE_HEADER_BYTES - (size_t)s->n_slots * SLOT_BYTES;
        s->n_input = (uint32_t)mutate_bytes(s->input, s->n_input, room < SUBJECT_MAX_INPUT ? room : SUBJECT_MAX_INPUT);
    } else if (dice < 17) {
        mutate_bytes(s->code, (size_t)s->n_slots * SLOT_BYTES, (size_t)s->n_slots * SLOT_BYTES);
    } else {
        s->n_slots = mutate_program(s->code, s->n_slots, max_slots(max, s), &state);
    }
    size_t written = case_write(&c, bytes, max);
    return written ? written : n;
}

size_t
case_cross(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b, uint8_t *out, size_t max, unsigned seed)
{
    static struct fuzz_case first, second;
    static uint8_t code[CASE_MAX_SLOTS * SLOT_BYTES];
    uint64_t state = seed;
    if (!case_read(a, n_a, &first) || !case_read(b, n_b, &second))
        return 0;
    struct subject *x = &first.subject, *y = &second.subject;
    uint32_t slots = max_slots(max, x);
    if (slots < 2)
        return 0;
    uint32_t n_slots = mutate_splice(x->code, x->n_slots, y->code, y->n_slots, code, slots, &state);
    if (!n_slots)
        return 0;
    x->n_slots = n_slots;
    memcpy(x->code, code, (size_t)n_slots * SLOT_BYTES);
    return case_write(&first, out, max);
}
