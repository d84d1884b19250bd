/* Expressions against the C compiler: random ones over the variables of expr_guest.c, evaluated by the debugger and, in one program, by what the
 * machine's C compiler makes of them. Value, size and sign of the promoted result have to be equal; assignments are executed in order on both
 * sides. EBPFDBG_SEED=N repeats a run. Signed overflow wraps (-fwrapv); what is undefined otherwise is not generated. */
#include "config.h"

#include "fixture.h"

#include "debugger/expr.h"
#include "debugger/state.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { N_EXPRESSIONS = 1000 };

static uint64_t state;

static uint64_t
below(uint64_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % n;
}

#define PICK(list) (list)[below(sizeof(list) / sizeof *(list))]

static const char *const types[] = { "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned", "unsigned int", "long",
                                     "unsigned long", "long long", "unsigned long long", "_Bool", "enum colour" };
static const char *const places[] = { "c8", "s8", "u8v", "s16", "u16v", "s32", "u32v", "s64v", "u64v", "ll", "ull", "fields.a", "fields.b",
                                      "fields.c", "fields.d", "fields.e", "fields.f", "fields.h", "fields.i", "items[2].id", "where->tag",
                                      "items[3].inner.y", "grid[0][2]", "shorts[5]", "where->scores[1]", "flag", "fields.g" };

static void expression(struct buf *out, unsigned depth);

/* Something with a value below 4 for an index. */
static void
small(struct buf *out)
{
    static const char *const bases[] = { "u8v", "s32", "u64v", "fields.b", "shade", "s16" };
    if (below(2))
        buf_printf(out, "%d", (int)below(3));
    else
        buf_printf(out, "(%s & 1)", PICK(bases));
}

static void
literal(struct buf *out)
{
    static const char *const literals[] = { "0", "1", "2", "-1", "7u", "0x7fffffff", "0x80000000", "2147483648", "4294967295u", "0xffffffff",
                                            "1ull", "-1l", "0x8000000000000000", "9223372036854775807", "'a'", "'\\n'", "'\\377'", "010", "0x1234ul",
                                            "65536", "RED", "GREEN", "BLUE", "MINUS", "PLUS" };
    buf_puts(out, PICK(literals));
}

/* Through pointers and arrays, to a number. */
static void
through(struct buf *out)
{
    switch (below(9)) {
    case 0: buf_puts(out, "items["); small(out); buf_puts(out, "].scores["); small(out); buf_puts(out, "]"); return;
    case 1: buf_puts(out, "*(shorts + "); small(out); buf_puts(out, ")"); return;
    case 2: buf_puts(out, "(where + "); small(out); buf_puts(out, ")->inner.x"); return;
    case 3: buf_puts(out, "grid["); small(out); buf_puts(out, "]["); small(out); buf_puts(out, "]"); return;
    case 4: buf_puts(out, "*(*(grid + "); small(out); buf_puts(out, ") + "); small(out); buf_puts(out, ")"); return;
    case 5: buf_puts(out, "(&items["); small(out); buf_puts(out, "] - where)"); return;
    case 6: buf_puts(out, "(&shorts["); small(out); buf_puts(out, "] < shorts + "); small(out); buf_puts(out, ")"); return;
    case 7: buf_puts(out, "into["); small(out); buf_puts(out, "]"); return;
    default: buf_puts(out, "((unsigned char *)&u64v)["); small(out); buf_puts(out, "]"); return;
    }
}

static void
leaf(struct buf *out)
{
    switch (below(4)) {
    case 0: literal(out); return;
    case 1: through(out); return;
    default: buf_puts(out, PICK(places)); return;
    }
}

static void
expression(struct buf *out, unsigned depth)
{
    static const char *const binary[] = { "+", "-", "*", "&", "|", "^", "<", ">", "<=", ">=", "==", "!=", "&&", "||" };
    static const char *const unary[] = { "-", "~", "!", "+" };
    unsigned what = depth ? (unsigned)below(14) : 13;
    if (what == 13) {
        leaf(out);
        return;
    }
    bool has_parens = what == 2 || what == 3 || (what != 12 && below(5)); /* or a shift count would not be what it is bounded to */
    buf_puts(out, has_parens ? "(" : "");
    switch (what) {
    case 0:
    case 1: /* no division by 0, and none of the smallest number by -1 */
        expression(out, depth - 1);
        buf_printf(out, " %c (((", below(2) ? '/' : '%');
        expression(out, depth - 1);
        buf_puts(out, below(2) ? ") & 15) + 1)" : ") & 15) - 17)");
        break;
    case 2:
    case 3:
        buf_puts(out, "(");
        expression(out, depth - 1);
        buf_printf(out, ") %s (((", below(2) ? "<<" : ">>");
        expression(out, depth - 1);
        buf_puts(out, ") & 7))");
        break;
    case 4:
        buf_printf(out, "%s ", PICK(unary));
        expression(out, 0);
        break;
    case 5:
        buf_printf(out, "%s (", PICK(unary));
        expression(out, depth - 1);
        buf_puts(out, ")");
        break;
    case 6:
        buf_printf(out, "(%s)(", PICK(types));
        expression(out, depth - 1);
        buf_puts(out, ")");
        break;
    case 7:
        expression(out, depth - 1);
        buf_puts(out, " ? ");
        expression(out, depth - 1);
        buf_puts(out, " : ");
        expression(out, depth - 1);
        break;
    case 8:
        buf_printf(out, "sizeof((%s)", PICK(types));
        leaf(out);
        buf_puts(out, ")");
        break;
    default:
        expression(out, depth - 1);
        buf_printf(out, " %s ", PICK(binary));
        expression(out, depth - 1);
    }
    buf_puts(out, has_parens ? ")" : "");
}

/* One in four assigns. */
static char *
line(void)
{
    static const char *const assigns[] = { "=", "+=", "-=", "*=", "&=", "|=", "^=" };
    struct buf out = BUF_EMPTY;
    unsigned what = (unsigned)below(8);
    buf_puts(&out, "+(");
    if (what == 0) {
        buf_printf(&out, "%s %s ", PICK(places), PICK(assigns));
        expression(&out, 2);
    } else if (what == 1) {
        static const char *const steps[] = { "++%s", "--%s", "%s++", "%s--" };
        buf_printf(&out, PICK(steps), places[below(9)]);
    } else {
        expression(&out, 1 + (unsigned)below(4));
    }
    buf_puts(&out, ")");
    return out.text;
}

struct answer {
    unsigned n_bytes;
    int is_signed;
    uint64_t bits;
};

/* What the C compiler says of all of them. */
static void
ask_compiler(char **lines, struct answer *answers)
{
    char dir[] = "/tmp/ebpfdbg-expr-XXXXXX", path[64], command[1024];
    const char *top = getenv("top_srcdir"), *cc = getenv("CC");
    cr_assert_not_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/all.c", dir);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs("#include \"tests/debugger/expr_guest.c\"\n#include <stdio.h>\n"
          "#define SHOW(e) { __typeof__(e) v = (e); printf(\"%u %d %llu\\n\", (unsigned)sizeof v, (__typeof__(e))-1 < 0, (unsigned long long)v); }\n"
          "int main(void)\n{\n", file);
    for (int i = 0; i < N_EXPRESSIONS; i++)
        fprintf(file, "    SHOW(%s)\n", lines[i]);
    fputs("    return 0;\n}\n", file);
    cr_assert_eq(fclose(file), 0);
    snprintf(command, sizeof command, "%s -w -O0 -fwrapv -I'%s' -o %s/all %s && %s/all", cc ? cc : "cc", top ? top : ".", dir, path, dir);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    for (int i = 0; i < N_EXPRESSIONS; i++) {
        int n = fscanf(pipe, "%u %d %" SCNu64, &answers[i].n_bytes, &answers[i].is_signed, &answers[i].bits);
        cr_assert_eq(n, 3, "the compiler's program says nothing about %s: %s is kept", lines[i], dir);
    }
    cr_assert_eq(pclose(pipe), 0);
    snprintf(command, sizeof command, "rm -r %s", dir);
    cr_assert_eq(system(command), 0);
}

static struct session *
guest(void)
{
    char path[512];
    struct errinfo e;
    struct buf notes = BUF_EMPTY;
    const char *dir = getenv("top_builddir");
    snprintf(path, sizeof path, "%s/tests/debugger/expr_guest.o", dir ? dir : ".");
    if (access(path, R_OK) != 0)
        cr_skip("%s is missing: there is no clang that compiles eBPF", path);
    if (system("${CC:-cc} --version >/dev/null 2>&1") != 0)
        cr_skip("there is no C compiler to compare with");
    struct session *s = fixture_session();
    cr_assert_eq(session_load(s, path, NULL, &notes, &e), OK);
    buf_free(&notes);
    return s;
}

static void
check(struct session *s, const char *text, const struct answer *expected)
{
    struct expr *x;
    struct value v;
    struct errinfo e;
    struct buf why = BUF_EMPTY;
    enum err err = expr_parse(s, text, &x, &e);
    if (!err) {
        err = expr_eval(s, x, &v, NULL, &e);
        expr_free(x);
    }
    if (err)
        err_text(&e, &why);
    cr_assert_eq(err, OK, "%s: %s", text, buf_text(&why));
    cr_assert_eq(v.bits, expected->bits, "%s is 0x%" PRIx64 "; the compiler says 0x%" PRIx64, text, v.bits, expected->bits);
    cr_assert_eq(vtype_bytes(v.type), expected->n_bytes, "%s has %u bytes; the compiler says %u", text, (unsigned)vtype_bytes(v.type),
                 expected->n_bytes);
    cr_assert_eq(vtype_is_signed(v.type), expected->is_signed, "%s is %s", text, expected->is_signed ? "unsigned" : "signed");
}

Test(compiler, says_the_same, .timeout = 120)
{
    static char *lines[N_EXPRESSIONS];
    static struct answer answers[N_EXPRESSIONS];
    const char *given = getenv("EBPFDBG_SEED");
    struct session *s = guest();
    state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * 2654435761u + 1;
    fprintf(stderr, "# EBPFDBG_SEED=%" PRIu64 "\n", state);
    for (int i = 0; i < N_EXPRESSIONS; i++)
        lines[i] = line();
    ask_compiler(lines, answers);
    for (int i = 0; i < N_EXPRESSIONS; i++)
        check(s, lines[i], &answers[i]);
    for (int i = 0; i < N_EXPRESSIONS; i++)
        free(lines[i]);
    session_free(s);
}
