/* Shrinking: what is left of a find is small, still the same find, and the same each time. */
#include "config.h"

#include "jit/diff/shrink.h"
#include "sim/base/base.h"
#include "sim/base/buf.h"
#include "sim/isa/disasm.h"
#include "tests/jit/broken.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_INSNS = 6, MAX_PROGRAMS = 5000 };

static struct fuzz_options
options_with(const struct engine *engine, uint64_t seed)
{
    return (struct fuzz_options){ .engines = { &interp_engine, engine }, .n_engines = 2, .seed = seed, .generate = generate_everything };
}

/* The first find of an engine that does not end the process. */
static void
find_first(const struct fuzz_options *options, struct find *find)
{
    struct errinfo e;
    struct fuzz *f = fuzz_new(options, &e);
    cr_assert_not_null(f);
    uint32_t n = 0;
    while (n < MAX_PROGRAMS && !fuzz_step(f, find))
        n++;
    cr_assert_lt(n, MAX_PROGRAMS, "%s is not found", options->engines[1]->name);
    fuzz_free(f);
}

/* The code as text, for messages and comparisons. */
static void
put_code(const struct subject *s, struct buf *out)
{
    for (uint32_t pc = 0; pc < s->n_slots; pc++) {
        struct insn insn;
        insn_decode(s->code, s->n_slots, pc, &insn, NULL);
        insn_disasm(&insn, pc, SYNTAX_KERNEL, NULL, out);
        buf_putc(out, '\n');
        pc += insn_slots(&insn) - 1;
    }
}

/* Shrinks a find and says what came of it. */
static void
shrink_to(const struct fuzz_options *options, struct find *find, bool is_guarded, enum op culprit, struct buf *text)
{
    const struct shrink_limits limits = { 0 };
    struct find *again = xmalloc(sizeof *again);
    struct cause cause;
    struct errinfo e;
    struct judge *j = judge_new(options, find, is_guarded, &e);
    cr_assert_not_null(j);
    cr_assert(judge_try(j, &find->subject, find));
    enum difference_kind kind = find->first.kind;
    uint32_t before = subject_insns(&find->subject);
    shrink(j, find, &limits, &cause);
    put_code(&find->subject, text);
    cr_assert_leq(subject_insns(&find->subject), MAX_INSNS, "%s: from %" PRIu32 " to\n%s", find->right, before, buf_text(text));
    cr_assert(judge_try(j, &find->subject, again), "what is left is a find");
    cr_assert(cause.is_named);
    cr_assert_eq(cause.op, culprit, "%s", insn_rows[cause.op].name);
    cr_assert(!is_guarded || again->first.kind == kind);
    judge_free(j);
    free(again);
}

static void
shrinks(const struct engine *engine, uint64_t seed, enum op culprit)
{
    struct fuzz_options options = options_with(engine, seed);
    struct find *find = xmalloc(sizeof *find);
    struct buf text[2] = { BUF_EMPTY, BUF_EMPTY };
    for (int i = 0; i < 2; i++) {
        find_first(&options, find);
        shrink_to(&options, find, false, culprit, &text[i]);
    }
    cr_assert_str_eq(buf_text(&text[0]), buf_text(&text[1]), "the same each time");
    buf_free(&text[0]);
    buf_free(&text[1]);
    free(find);
}

#define SHRINKS(engine, op)                                                                                                               \
    Test(shrink, engine)                                                                                                                  \
    {                                                                                                                                     \
        for (uint64_t seed = 1; seed <= 8; seed++)                                                                                        \
            shrinks(&broken_##engine, seed, OP_##op);                                                                                     \
    }

SHRINKS(rsh32, rsh32_x)
SHRINKS(jslt, jslt64_x)
SHRINKS(stx_h, stx_h)
SHRINKS(xchg, xchg64)
SHRINKS(call, call_local)

/* What would end this process, or never return, is tried in processes of its own. */
static void
shrinks_guarded(const struct engine *engine, int signal, enum op culprit)
{
    struct fuzz_options options = options_with(engine, 1);
    struct find *find = xcalloc(1, sizeof *find);
    struct buf text = BUF_EMPTY;
    struct errinfo e;
    struct fuzz *f = fuzz_new(&options, &e);
    bool is_found = false;
    find->left = interp_engine.name;
    find->right = engine->name;
    fuzz_subject(f, 0, find);
    struct judge *j = judge_new(&options, find, true, &e);
    for (uint64_t n = 0; n < MAX_PROGRAMS && !is_found; n++) {
        fuzz_subject(f, n, find);
        is_found = judge_try(j, &find->subject, find);
    }
    judge_free(j);
    cr_assert(is_found);
    cr_assert_eq(find->first.kind, DIFFERENCE_SIGNAL);
    cr_assert_eq(find->first.right, (uint64_t)signal);
    shrink_to(&options, find, true, culprit, &text);
    fuzz_free(f);
    buf_free(&text);
    free(find);
}

Test(shrink, deadly)
{
    shrinks_guarded(&broken_signal, SIGSEGV, OP_mul32_k);
}

Test(shrink, endless)
{
    shrinks_guarded(&broken_hang, SIGVTALRM, OP_movsx8_64);
}
