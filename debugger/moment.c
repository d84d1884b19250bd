/* Moments. See moment.h. */
#include "config.h"

#include "debugger/moment.h"

#include "debugger/state.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const units[] = { [MOMENT_ICOUNT] = "icount", [MOMENT_CYCLES] = "cycles" };

enum err
moment_parse(struct session *s, const char *text, size_t len, struct moment *out, struct errinfo *e)
{
    const char *end = text + len;
    *out = (struct moment){ .unit = MOMENT_NONE };
    for (size_t i = MOMENT_ICOUNT; i < ARRAY_LEN(units) && *text == '-'; i++) {
        size_t n = strlen(units[i]);
        if (len > n && strncmp(text + 1, units[i], n) == 0 && (len == n + 1 || isspace((unsigned char)text[n + 1])))
            out->unit = (enum moment_unit)i;
    }
    if (out->unit == MOMENT_NONE)
        return OK;
    text += 1 + strlen(units[out->unit]);
    while (text < end && isspace((unsigned char)*text))
        text++;
    if (text == end)
        return err_set(e, ERR_ARGUMENT, "a number", 0, 0, 0);
    char *number = xstrndup(text, (size_t)(end - text));
    enum err err = expr_number(s, number, &out->n, e);
    free(number);
    return err;
}

/* The most that one instruction can cost, in 1/1000 cycle. */
static uint64_t
dearest(const struct cost_model *costs)
{
    uint64_t insn = 0, helper = costs->helper_default;
    for (size_t i = 0; i < ARRAY_LEN(costs->insn); i++)
        insn = costs->insn[i] > insn ? costs->insn[i] : insn;
    for (size_t i = 0; i < ARRAY_LEN(costs->helper); i++)
        helper = costs->helper[i] > helper ? costs->helper[i] : helper;
    return insn + helper;
}

uint64_t
moment_distance(const struct session *s, const struct moment *moment)
{
    const struct machine *m = s->machine;
    bool is_cycles = moment->unit == MOMENT_CYCLES;
    uint64_t now = is_cycles ? m->n_cycles / CYCLE_SCALE : m->n_insns;
    if (moment->unit == MOMENT_NONE || now >= moment->n)
        return 0;
    if (!is_cycles)
        return moment->n - now;
    uint64_t most = dearest(s->costs), left = moment->n > UINT64_MAX / CYCLE_SCALE ? UINT64_MAX : moment->n * CYCLE_SCALE - m->n_cycles;
    if (!most)
        return UINT64_MAX;
    return left > most ? left / most : 1;
}

void
moment_text(const struct moment *moment, struct buf *out)
{
    buf_printf(out, "%s %" PRIu64, units[moment->unit], moment->n);
}
