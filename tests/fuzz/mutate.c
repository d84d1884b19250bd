/* Mutation of code. See mutate.h. */
#include "config.h"

#include "tests/fuzz/mutate.h"

#include "jit/diff/generate.h"
#include "jit/diff/mutate.h"
#include "tests/isa/random.h"

#include <string.h>

enum { MOST_GENERATED = 12, WILD_PERCENT = 10, ATTEMPTS_IN_PLACE = 4 };

static struct subject *
subject_of(struct subject *s, const uint8_t *code, uint32_t n)
{
    s->type = prog_type_named("generic");
    s->n_slots = n < SUBJECT_MAX_SLOTS ? n : SUBJECT_MAX_SLOTS;
    s->n_input = 0;
    s->n_targets = 0;
    memcpy(s->code, code, (size_t)s->n_slots * SLOT_BYTES);
    return s;
}

/* Some instructions that belong together. */
static const struct subject *
generated(uint64_t *state)
{
    static struct subject s;
    static struct generator generator;
    struct generate_options options = generate_everything;
    options.n_insns = 1 + (uint32_t)(random_next(state) % MOST_GENERATED);
    options.wild_percent = WILD_PERCENT;
    generator_init(&generator, &options);
    generate_subject(&generator, random_next(state), &s);
    return &s;
}

/* The slots of s when there is room for them, else 0. */
static uint32_t
write_slots(const struct subject *s, uint8_t *code, uint32_t max)
{
    if (s->n_slots > max)
        return 0;
    memcpy(code, s->code, (size_t)s->n_slots * SLOT_BYTES);
    return s->n_slots;
}

uint32_t
mutate_program(uint8_t *code, uint32_t n, uint32_t max, uint64_t *state)
{
    static struct subject from, to;
    const struct subject *donor = generated(state);
    if (random_next(state) % 3)
        mutate_subject(random_next(state), subject_of(&from, code, n), donor, &to);
    else
        splice_subject(random_next(state), subject_of(&from, code, n), donor, &to);
    uint32_t written = write_slots(&to, code, max);
    return written ? written : n < max ? n : max;
}

bool
mutate_in_place(uint8_t *code, uint32_t n, uint64_t *state)
{
    static struct subject from, to;
    subject_of(&from, code, n);
    for (int i = 0; i < ATTEMPTS_IN_PLACE && n <= SUBJECT_MAX_SLOTS; i++) {
        mutate_subject(random_next(state), &from, NULL, &to);
        if (to.n_slots == n && memcmp(to.code, code, (size_t)n * SLOT_BYTES) != 0)
            return write_slots(&to, code, n) != 0;
    }
    return false;
}

uint32_t
mutate_splice(const uint8_t *a, uint32_t n_a, const uint8_t *b, uint32_t n_b, uint8_t *out, uint32_t max, uint64_t *state)
{
    static struct subject from, other, to;
    splice_subject(random_next(state), subject_of(&from, a, n_a), subject_of(&other, b, n_b), &to);
    return write_slots(&to, out, max);
}
