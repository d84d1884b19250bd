/* Two engines, one program. See twins.h. */
#include "config.h"

#include "tests/fuzz/twins.h"

#include "tests/fuzz/fuzz.h"

struct lockstep *
twins_open(const struct program *program, const struct cost_model *costs, enum lockstep_granularity granularity)
{
    struct errinfo e;
    struct lockstep *ls = lockstep_open(program, costs, &lockstep_jit, granularity, &e);
    FUZZ_CHECK(ls, "%s: %s", e.subject, e.detail);
    return ls;
}

struct stop
twins_run(struct lockstep *ls, struct machine *m, uint64_t budget, uint32_t how)
{
    struct stop stop = lockstep_run(ls, m, budget, &(struct lockstep_options){ .how = how });
    if (stop.reasons & STOP_DIFFERENCE) {
        struct buf report = BUF_EMPTY;
        lockstep_report(ls, &report);
        FUZZ_CHECK(!lockstep_difference(ls), "\n%s", buf_text(&report));
    }
    return stop;
}
