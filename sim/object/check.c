/* What the kernel would refuse at first sight. See check.h and findings.h. */
#include "config.h"

#include "sim/object/findings.h"

#include "sim/object/object.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
findings_add(struct findings *f, uint32_t pc, const char *format, ...)
{
    va_list args;
    if (f->n == MAX_FINDINGS) {
        f->n_lost++;
        return;
    }
    struct finding *finding = LIST_ADD(f->list, f->n);
    finding->pc = pc;
    va_start(args, format);
    vsnprintf(finding->text, sizeof finding->text, format, args);
    va_end(args);
}

static int
compare_findings(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->pc != y->pc)
        return x->pc < y->pc ? -1 : 1;
    return strcmp(x->text, y->text);
}

struct finding *
program_check(const struct program *p, uint32_t *n)
{
    struct findings f = { 0 };
    check_insns(p, &f);
    check_flow(p, &f);
    check_calls(p, &f);
    if (f.n)
        qsort(f.list, f.n, sizeof *f.list, compare_findings);
    if (f.n_lost)
        snprintf(f.list[f.n - 1].text, sizeof f.list[f.n - 1].text, "%u more findings", f.n_lost + 1);
    *n = f.n;
    return f.list;
}
