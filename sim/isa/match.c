/* Reading an instruction: its text is held against the form of every row until one fits. See match.h.
 * The error that is reported is that of the form that went furthest. */
#include "config.h"

#include "sim/isa/operand.h"

#include "sim/isa/syntax.h"

#include "sim/base/base.h"

#include <stdlib.h>
#include <string.h>

struct alias {
    uint8_t kind;
    const char *prefix, *text;
};

static const struct alias aliases[] = {
#define ALIAS(kind_, prefix_, text_) { KIND_##kind_, prefix_, text_ },
#include "sim/isa/syntax.def"
};

struct matcher {
    int32_t (*helper_id)(const char *name);
    const char *form[N_OPS][2];
    char mnemonic[N_OPS][MNEMONIC_MAX_BYTES];
    char stem[N_OPS][MNEMONIC_MAX_BYTES];
};

/* True when the form's next element belongs to the same word as the one before, so that no blank may stand between. */
static bool
is_glued(const char *form, const char *start)
{
    return form > start && operand_is_word(form[-1]) && (operand_is_word(*form) || (*form == '%' && strchr("zwWf", form[1])));
}

/* Length of a placeholder, a word or one other character of a form. */
static size_t
element_len(const char *form)
{
    if (*form == '%')
        return 2;
    size_t len = 1;
    if (operand_is_word(*form))
        while (operand_is_word(form[len]))
            len++;
    return len;
}

static bool
read_form(struct attempt *a, const char *form)
{
    const char *start = form;
    while (*form) {
        if (!is_glued(form, start))
            a->p = operand_skip_blanks(a->p, a->end);
        if (*form == ' ') {
            if (a->p > a->start && a->p < a->end && operand_is_word(a->p[-1]) && operand_is_word(*a->p))
                return operand_wanted(a, "a blank");
            form++;
            continue;
        }
        size_t len = element_len(form);
        bool goes_on = is_glued(form + len, start);
        if (!(*form == '%' ? operand_read(a, form[1], goes_on) : operand_literal(a, form, len, goes_on)))
            return false;
        form += len;
    }
    a->p = operand_skip_blanks(a->p, a->end);
    return a->p == a->end || operand_wanted(a, "the end of the line");
}

/* Whether a statement that begins with `c` can have this form: most can't, and trying costs more than looking. */
static bool
can_begin(const char *form, const struct insn_row *row, const char *mnemonic, char c)
{
    if (*form != '%')
        return c == *form;
    return form[1] == 'n' ? c == *mnemonic : form[1] == 't' ? c == *row->text : c == 'r' || c == 'w' || c == '%';
}

static bool
try_form(const struct matcher *m, const struct attempt *statement, uint32_t op, const char *form, struct match *out)
{
    const struct insn_row *row = &insn_rows[op];
    if (statement->p == statement->end || !can_begin(form, row, m->mnemonic[op], *statement->p))
        return false;
    struct attempt a = *statement;
    a.row = row;
    a.mnemonic = m->mnemonic[op];
    a.stem = m->stem[op];
    a.out.insn = (struct insn){ .op = (uint16_t)op, .src = row->src, .off = row->off, .imm = row->imm };
    if (!read_form(&a, form))
        return false;
    *out = a.out;
    return true;
}

static bool
try_rows(const struct matcher *m, const struct attempt *statement, struct match *out)
{
    for (uint32_t op = 0; op < N_OPS; op++)
        for (int syntax = SYNTAX_KERNEL; syntax <= SYNTAX_MNEMONIC; syntax++)
            if (try_form(m, statement, op, m->form[op][syntax], out))
                return true;
    return false;
}

static bool
try_aliases(const struct matcher *m, const struct attempt *statement, struct match *out)
{
    for (const struct alias *alias = aliases; alias < aliases + ARRAY_LEN(aliases); alias++)
        for (uint32_t op = 0; op < N_OPS; op++)
            if (insn_rows[op].kind == alias->kind && !strncmp(insn_rows[op].name, alias->prefix, strlen(alias->prefix)) &&
                try_form(m, statement, op, alias->text, out))
                return true;
    return false;
}

/* Lists what was expected, as much of it as an error record holds. */
static void
put_expected(const struct failure *f, const char *start, struct buf *out)
{
    const size_t room = sizeof((struct errinfo *)NULL)->subject - sizeof ", ...";
    buf_clear(out);
    buf_puts(out, f->where == start ? "expected an instruction" : "expected ");
    for (uint32_t i = 0; i < f->n_expected && f->where > start; i++) {
        const char *quote = f->expected[i].is_literal ? "'" : "", *between = !i ? "" : i + 1 == f->n_expected ? " or " : ", ";
        if (out->len + strlen(between) + f->expected[i].len + 2 * strlen(quote) > room) {
            buf_puts(out, ", ...");
            return;
        }
        buf_printf(out, "%s%s%.*s%s", between, quote, (int)f->expected[i].len, f->expected[i].text, quote);
    }
}

bool
matcher_read(const struct matcher *m, const char *text, const char *end, struct match *out, const char **where, struct buf *expected)
{
    const char *start = operand_skip_blanks(text, end);
    struct failure failure = { .where = start };
    struct attempt statement = { .p = start, .start = start, .end = end, .helper_id = m->helper_id, .failure = &failure };
    if (try_rows(m, &statement, out) || try_aliases(m, &statement, out))
        return true;
    *where = failure.where;
    put_expected(&failure, start, expected);
    return false;
}

struct matcher *
matcher_new(int32_t (*helper_id)(const char *name))
{
    struct matcher *m = xcalloc(1, sizeof *m);
    m->helper_id = helper_id;
    for (uint32_t op = 0; op < N_OPS; op++) {
        m->form[op][SYNTAX_KERNEL] = syntax_form(&insn_rows[op], SYNTAX_KERNEL);
        m->form[op][SYNTAX_MNEMONIC] = syntax_form(&insn_rows[op], SYNTAX_MNEMONIC);
        syntax_mnemonic(&insn_rows[op], m->mnemonic[op]);
        syntax_stem(&insn_rows[op], m->stem[op]);
    }
    return m;
}

void
matcher_free(struct matcher *m)
{
    free(m);
}
