/* Conditions for engines: for random expressions, what engines evaluate is what expr_eval() says, and fails only where that fails. */
#include "config.h"

#include "fixture.h"

#include "debugger/state.h"
#include "debugger/translate.h"
#include "sim/base/base.h"
#include "tests/isa/random.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static unsigned
below(unsigned n)
{
    return (unsigned)(random_next(&state) % n);
}

#define PICK(list) list[below(sizeof(list) / sizeof(list)[0])]

static const char *const types[] = {
    "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned", "long", "unsigned long", "u8", "u16", "u32", "u64",
    "s8", "s16", "s32", "s64", "bool", "long long",
};

/* Globals of values.bpf.c, as expressions with and without a value that can be computed with. */
static const char *const globals[] = {
    "counter", "total", "origin.x", "origin.tag", "origin.low", "origin.high", "corners[1].y", "corners[counter & 1].x", "*text", "text[2]",
    "shade", "zero", "fields.a", "fields.b", "fields.c", "fields.d", "fields.e", "fields.f", "fields.g", "fields.h", "fields.i", "shorts[1]",
    "*shorts", "flag", "where->x", "where->tag", "where->high", "(*where).y", "where[0].x", "&origin", "&corners", "(&origin)->y", "where",
    "(long)where", "corners[0].low", "((struct fields *)&fields)->d", "values", "&values", "sizeof(struct point)", "sizeof counter", "GREEN", "RED",
};

static void expression(struct buf *out, unsigned depth);

static void
leaf(struct buf *out)
{
    static const char *const constants[] = { "0", "1", "-1", "5", "63", "31", "32", "64", "2147483647", "-2147483648", "4294967295u", "0x80000000",
                                             "9223372036854775807", "'a'", "3ul", "0xffffffffffffffff", "7" };
    switch (below(8)) {
    case 0:
    case 1:
        buf_puts(out, PICK(constants));
        return;
    case 2:
        buf_printf(out, "$r%u", below(N_REGS));
        return;
    case 3:
        buf_printf(out, "w%u", below(N_REGS));
        return;
    case 4:
        buf_printf(out, "*(%s *)($r10 - %u)", PICK(types), 8 + below(60));
        return;
    case 5:
        buf_printf(out, "((%s *)$r1)[%d]", PICK(types), (int)below(20) - 4); /* the context, or before it */
        return;
    default:
        buf_puts(out, PICK(globals));
    }
}

static void
expression(struct buf *out, unsigned depth)
{
    static const char *const binary[] = { "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "&&", "||" };
    static const char *const unary[] = { "-", "~", "!", "+" };
    unsigned what = depth ? below(10) : 9;
    buf_putc(out, '(');
    if (what < 5) {
        expression(out, depth - 1);
        buf_printf(out, " %s ", PICK(binary));
        expression(out, depth - 1);
    } else if (what == 5) {
        buf_puts(out, PICK(unary));
        expression(out, depth - 1);
    } else if (what == 6) {
        buf_printf(out, "(%s)", PICK(types));
        expression(out, depth - 1);
    } else if (what == 7) {
        expression(out, depth - 1);
        buf_puts(out, " ? ");
        expression(out, depth - 1);
        buf_puts(out, " : ");
        expression(out, depth - 1);
    } else if (what == 8) {
        buf_printf(out, "{%s} ", PICK(types));
        expression(out, depth - 1);
    } else {
        leaf(out);
    }
    buf_putc(out, ')');
}

/* Registers and the stack with values that make differences visible; r1 and r10 stay pointers. */
static void
shuffle(struct session *s)
{
    static const uint64_t edges[] = { 0, 1, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN, UINT32_MAX, INT32_MAX, 0x80000000, 255, 128, 31, 64 };
    for (int i = 0; i < REG_10; i++) {
        if (i != REG_1)
            s->machine->regs[i] = below(2) ? PICK(edges) : random_next(&state) >> below(64);
    }
    for (uint32_t i = 0; i < 64; i += 8) {
        uint64_t bits = below(2) ? PICK(edges) : random_next(&state);
        memcpy(memory_host(&s->machine->mem, STACK_TOP - 8 - i), &bits, 8);
    }
}

/* Returns whether there was anything to compare. */
static bool
compare(struct session *s, const char *text)
{
    struct expr *x;
    struct errinfo e;
    struct value v;
    if (expr_parse(s, text, &x, &e))
        return false;
    struct condition *c = expr_type(s, x, &v, &e) ? NULL : translate(s, x);
    for (int i = 0; c && i < 4; i++) {
        shuffle(s);
        enum cond_result result = condition_eval(c, s->machine, 0);
        enum err err = expr_eval(s, x, &v, NULL, &e);
        enum cond_result expected = err ? COND_FAILED : value_is_true(&v) ? COND_TRUE : COND_FALSE;
        cr_assert_eq(result, expected, "%s: %d instead of %d", text, result, expected);
        for (uint32_t k = 0; k < c->n; k++)
            cr_assert(c->nodes[k].op == COND_CONST || c->nodes[k].op == COND_REG || c->nodes[k].a < k, "%s: node %" PRIu32, text, k);
    }
    session_scratch_free(s);
    expr_free(x);
    free(c);
    return c != NULL;
}

Test(translate, agrees_with_expr_eval)
{
    enum { ROUNDS = 20000 };
    struct session *s = fixture_values();
    unsigned n = 0;
    state = random_seed();
    cr_log_info("EBPFDBG_SEED=%" PRIu64, state);
    fixture_say(s, "start");
    fixture_say(s, "set var where = &corners[1]");
    for (int i = 0; i < ROUNDS; i++) {
        struct buf text = BUF_EMPTY;
        expression(&text, i % 5);
        n += compare(s, buf_text(&text));
        buf_free(&text);
    }
    cr_assert_gt(n, ROUNDS / 4, "only %u of %d could be compared", n, ROUNDS);
    session_free(s);
}

/* What every condition of a user is likely to have must not be left to the session. */
Test(translate, what_can_be_translated)
{
    static const struct row {
        const char *text;
        bool is;
    } rows[] = {
        { "$r3 == 5", true },
        { "r1 < r2 && w3 != 0", true },
        { "counter > 4 || total", true },
        { "origin.high == 4", true },
        { "fields.e >> 3", true },
        { "where->x == 30", true },
        { "corners[r3].y != 7", true },
        { "*(u16 *)($r1 + 12) == 0x8", true },
        { "$r2 >> $r3", true },
        { "(u8)$r4 ? $r5 == 1 : $r5 == 2", true },
        { "&counter == 5", true },
        { "shade == GREEN", true },
        { "$mine == 5", false },
        { "$1 == 5", false },
        { "$r3 = 5", false },
        { "$r3++", false },
        { "$pc == 3", false },
        { "$icount > 100", false },
        { "$cycles > 100", false },
        { "$r1, $r2", false },
        { "origin", false },
        { "1 << (1 << (1 << (1 << (1 << (1 << (1 << (1 << $r1)))))))", false }, /* every count stands there twice */
    };
    struct session *s = fixture_values();
    fixture_say(s, "print 5");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct expr *x = NULL;
        struct errinfo e;
        struct condition *c = expr_parse(s, rows[i].text, &x, &e) ? NULL : translate(s, x);
        cr_assert_eq(c != NULL, rows[i].is, "%s", rows[i].text);
        expr_free(x);
        free(c);
    }
    session_free(s);
}
