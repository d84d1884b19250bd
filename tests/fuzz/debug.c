/* Sessions for fuzz targets. See debug.h. */
#include "config.h"

#include "tests/fuzz/debug.h"

#include "jit/jit.h"
#include "sim/base/base.h"
#include "tests/fuzz/fuzz.h"

enum { MOST_INSNS = 100000 };

/* Both engines, except that what one input may run is bounded: then they behave as if the user pressed Ctrl-C. */
static struct engine bounded[2];
static uint64_t n_left;

static struct stop
run_bounded(const struct engine *engine, struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    if (!n_left)
        *m->interrupt = 1;
    uint64_t before = m->n_insns;
    struct stop stop = engine->run(code, m, budget < n_left || !n_left ? budget : n_left, how);
    uint64_t done = m->n_insns - before + 1;
    n_left -= done < n_left ? done : n_left;
    return stop;
}

static struct stop
run_interp(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    return run_bounded(&interp_engine, code, m, budget, how);
}

static struct stop
run_jit(struct code *code, struct machine *m, uint64_t budget, uint32_t how)
{
    return run_bounded(&jit_engine, code, m, budget, how);
}

struct session *
debug_open(struct program *program)
{
    static const struct engine *const engines[] = { &bounded[0], &bounded[1], NULL };
    static volatile sig_atomic_t interrupt;
    interrupt = 0;
    n_left = MOST_INSNS;
    bounded[0] = interp_engine;
    bounded[0].run = run_interp;
    bounded[1] = jit_engine;
    bounded[1].run = run_jit;

    struct session *s = session_new(&(struct session_config){ .engines = engines, .interrupt = &interrupt });
    struct buf notes = BUF_EMPTY;
    session_adopt(s, program, &notes);
    buf_free(&notes);
    return s;
}

enum command_status
debug_execute(struct session *s, const char *line)
{
    struct buf out = BUF_EMPTY;
    enum command_status status = command_execute(s, line, true, &out);
    FUZZ_CHECK(status != COMMAND_ERROR || (out.len && out.text[out.len - 1] == '\n'), "no message, or one without end: %s", line);
    buf_free(&out);
    return status;
}
