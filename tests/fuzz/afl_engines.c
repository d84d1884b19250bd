/* The mutator of fuzz_engines as a custom mutator of AFL++, whose own changes to bytes seldom leave a program: a shared object for
 * AFL_CUSTOM_MUTATOR_LIBRARY. Source of the interface: AFL++'s docs/custom_mutators.md. */
#include "config.h"

#include "sim/base/base.h"
#include "tests/fuzz/case.h"
#include "tests/isa/random.h"

#include <stdlib.h>
#include <string.h>

struct mutator {
    uint64_t state;
    uint8_t out[CASE_MAX_BYTES];
};

static uint64_t byte_state = 1;

/* Bytes are AFL's business: it goes on with stages of its own. */
static size_t
mutate_bytes(uint8_t *bytes, size_t n, size_t max)
{
    (void)max;
    uint64_t value = random_next(&byte_state);
    if (n)
        bytes[value % n] ^= (uint8_t)(value >> 32);
    return n;
}

void *afl_custom_init(void *afl, unsigned seed);
void afl_custom_deinit(void *data);
size_t afl_custom_fuzz(void *data, uint8_t *bytes, size_t n, uint8_t **out, uint8_t *other, size_t n_other, size_t max);

void *
afl_custom_init(void *afl, unsigned seed)
{
    struct mutator *m = xcalloc(1, sizeof *m);
    (void)afl;
    m->state = seed;
    return m;
}

void
afl_custom_deinit(void *data)
{
    free(data);
}

/* other: a second input of the corpus. Returns the length of *out, which stays the mutator's. */
size_t
afl_custom_fuzz(void *data, uint8_t *bytes, size_t n, uint8_t **out, uint8_t *other, size_t n_other, size_t max)
{
    struct mutator *m = data;
    unsigned seed = (unsigned)random_next(&m->state);
    size_t room = max < sizeof m->out ? max : sizeof m->out, made = 0;
    *out = m->out;
    if (other && seed % 4 == 0)
        made = case_cross(bytes, n, other, n_other, m->out, room, seed);
    if (made)
        return made;
    n = n < room ? n : room;
    memcpy(m->out, bytes, n);
    return case_mutate(m->out, n, room, seed, mutate_bytes);
}
