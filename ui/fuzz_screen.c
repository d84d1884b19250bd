/* What a fuzzing run looks like. See fuzz_screen.h.
 *
 * The block is redrawn with two sequences of ECMA-48 (cursor up, erase to the end of the screen), which every terminal has but those that
 * call themselves dumb. Everything else is plain text, so the last block stays as the report. */
#include "config.h"

#include "ui/fuzz_screen.h"

#include "sim/base/base.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SHOWN_REASONS = 6 };

/* "1.23 M": at most 7 characters. */
static void
put_count(double n, struct buf *out)
{
    static const char *const units[] = { "", " k", " M", " G", " T" };
    uint32_t unit = 0;
    while (n >= 9999.5 && unit + 1 < ARRAY_LEN(units)) {
        n /= 1000;
        unit++;
    }
    buf_printf(out, unit ? "%.4g%s" : "%.0f%s", n, units[unit]);
}

static void
put_time(double seconds, struct buf *out)
{
    uint64_t s = (uint64_t)seconds;
    if (s >= 3600)
        buf_printf(out, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60, s % 60);
    else
        buf_printf(out, "%" PRIu64 ":%02" PRIu64, s / 60, s % 60);
}

static void
put_percent(uint64_t part, uint64_t whole, struct buf *out)
{
    buf_printf(out, "%.1f %%", whole ? 100.0 * (double)part / (double)whole : 0.0);
}

static void
put_rate(const char *name, uint64_t n, double per_s, struct buf *out)
{
    buf_printf(out, "%-13s", name);
    put_count((double)n, out);
    buf_puts(out, ", ");
    put_count(per_s, out);
    buf_puts(out, "/s");
}

/* Reasons by how often they came, the most frequent first. */
static int
compare_reasons(const void *left, const void *right)
{
    const struct fuzz_reason *a = left, *b = right;
    return a->n < b->n ? 1 : a->n > b->n ? -1 : strcmp(a->text, b->text);
}

static void
put_kernel(const struct fuzz_stats *stats, struct buf *out)
{
    struct fuzz_reason reasons[FUZZ_MAX_REASONS];
    uint64_t n_all = stats->n_accepted + stats->n_refused + stats->n_withheld;
    buf_puts(out, "kernel       accepted ");
    put_percent(stats->n_accepted, n_all, out);
    buf_puts(out, ", refused ");
    put_percent(stats->n_refused, n_all, out);
    buf_puts(out, ", known differences ");
    put_percent(stats->n_withheld, n_all, out);
    buf_putc(out, '\n');
    memcpy(reasons, stats->reasons, stats->n_reasons * sizeof *reasons);
    qsort(reasons, stats->n_reasons, sizeof *reasons, compare_reasons);
    for (uint32_t i = 0; i < stats->n_reasons && i < SHOWN_REASONS; i++)
        buf_printf(out, "  %10" PRIu64 " %s\n", reasons[i].n, reasons[i].text);
    if (stats->n_reasons > SHOWN_REASONS)
        buf_printf(out, "             and %" PRIu32 " other reasons; --json lists them all\n", stats->n_reasons - SHOWN_REASONS);
}

static void
put_finds(const struct fuzz_view *view, struct buf *out)
{
    buf_printf(out, "finds        %" PRIu32, view->n_causes);
    if (view->stats.n_finds > view->n_causes)
        buf_printf(out, ", and %" PRIu64 " programs like them", view->stats.n_finds - view->n_causes);
    if (view->n_causes)
        buf_printf(out, ", in %s", view->directory);
    buf_putc(out, '\n');
    if (*view->last)
        buf_printf(out, "last         %s\n", view->last);
}

static void
put_block(const struct fuzz_view *view, struct buf *out)
{
    const struct fuzz_stats *s = &view->stats;
    buf_printf(out, "engines      %s; seed %" PRIu64 "; %" PRIu32 " process%s\n", view->engines, view->seed, view->n_jobs,
               view->n_jobs == 1 ? "" : "es");
    buf_puts(out, "time         ");
    put_time(view->seconds, out);
    if (view->seconds_left >= 0) {
        buf_puts(out, ", left ");
        put_time(view->seconds_left, out);
    }
    buf_putc(out, '\n');
    put_rate("programs", s->n_programs, view->programs_per_s, out);
    if (view->count)
        buf_printf(out, ", of %" PRIu64, view->count);
    buf_putc(out, '\n');
    put_rate("instructions", s->n_insns, view->insns_per_s, out);
    buf_puts(out, "\nended        by exit ");
    put_percent(s->n_exits, s->n_programs, out);
    buf_puts(out, ", by a fault ");
    put_percent(s->n_faults, s->n_programs, out);
    buf_puts(out, ", by the limit ");
    put_percent(s->n_endless, s->n_programs, out);
    buf_putc(out, '\n');
    buf_printf(out, "coverage     rows %" PRIu32 "/%" PRIu32 ", outcomes %" PRIu32 "/%" PRIu32 ", operands %" PRIu32 "\n", view->coverage.n_rows,
               view->n_rows, view->coverage.n_outcomes, view->n_outcomes, view->coverage.n_cells);
    if (view->with_kernel)
        put_kernel(s, out);
    put_finds(view, out);
}

/* Appends text, each line cut to so many bytes. */
static void
put_cut(const char *text, uint32_t columns, struct buf *out)
{
    for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        size_t n = (size_t)(end - line);
        buf_write(out, line, columns && n > columns ? columns : n);
        buf_putc(out, '\n');
    }
}

void
fuzz_screen_block(const struct fuzz_view *view, uint32_t columns, struct buf *out)
{
    struct buf whole = BUF_EMPTY;
    put_block(view, &whole);
    put_cut(buf_text(&whole), columns, out);
    buf_free(&whole);
}

void
fuzz_screen_line(const struct fuzz_view *view, struct buf *out)
{
    put_time(view->seconds, out);
    buf_printf(out, "  %" PRIu64 " programs (", view->stats.n_programs);
    put_count(view->programs_per_s, out);
    buf_printf(out, "/s), ");
    put_count((double)view->stats.n_insns, out);
    buf_printf(out, " instructions, rows %" PRIu32 "/%" PRIu32 ", outcomes %" PRIu32 "/%" PRIu32, view->coverage.n_rows, view->n_rows,
               view->coverage.n_outcomes, view->n_outcomes);
    if (view->with_kernel)
        buf_printf(out, ", kernel took %" PRIu64 " and refused %" PRIu64, view->stats.n_accepted, view->stats.n_refused);
    buf_printf(out, ", %" PRIu32 " find%s\n", view->n_causes, view->n_causes == 1 ? "" : "s");
}

static json_t *
number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *
json_of_coverage(const struct fuzz_view *view)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "rows", number(view->coverage.n_rows), "rows_possible", number(view->n_rows), "outcomes",
                     number(view->coverage.n_outcomes), "outcomes_possible", number(view->n_outcomes), "operands",
                     number(view->coverage.n_cells));
}

static json_t *
json_of_kernel(const struct fuzz_stats *s)
{
    json_t *reasons = json_object();
    for (uint32_t i = 0; i < s->n_reasons; i++)
        json_object_set_new(reasons, s->reasons[i].text, number(s->reasons[i].n));
    return json_pack("{s:o, s:o, s:o, s:o}", "accepted", number(s->n_accepted), "refused", number(s->n_refused), "withheld",
                     number(s->n_withheld), "reasons", reasons);
}

void
fuzz_screen_json(const struct fuzz_view *view, bool is_final, struct buf *out)
{
    const struct fuzz_stats *s = &view->stats;
    char seed[24]; /* as text: for many readers numbers end at 2^53 */
    snprintf(seed, sizeof seed, "%" PRIu64, view->seed);
    json_t *all = json_pack("{s:b, s:s, s:s, s:o, s:f, s:o, s:f, s:o, s:f, s:o, s:o, s:o, s:o}", "final", is_final, "engines", view->engines,
                            "seed", seed, "jobs", number(view->n_jobs), "seconds", view->seconds, "programs", number(s->n_programs),
                            "programs_per_s", view->programs_per_s, "insns", number(s->n_insns), "insns_per_s", view->insns_per_s, "exits",
                            number(s->n_exits), "faults", number(s->n_faults), "endless", number(s->n_endless), "coverage",
                            json_of_coverage(view));
    if (view->with_kernel)
        json_object_set_new(all, "kernel", json_of_kernel(s));
    json_object_set_new(all, "finds", number(view->n_causes));
    json_object_set_new(all, "finding_programs", number(s->n_finds));
    json_object_set_new(all, "directory", json_string(view->directory));
    json_object_set_new(all, "last_find", *view->last ? json_string(view->last) : json_null());
    char *text = json_dumps(all, JSON_REAL_PRECISION(6) | JSON_COMPACT);
    buf_puts(out, text);
    buf_putc(out, '\n');
    free(text);
    json_decref(all);
}

bool
fuzz_screen_can_redraw(void)
{
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb");
}

void
fuzz_screen_redraw(struct fuzz_screen *screen, const struct fuzz_view *view)
{
    struct winsize size = { 0 };
    struct buf text = BUF_EMPTY;
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    if (screen->n_lines)
        buf_printf(&text, "\033[%" PRIu32 "A\r\033[J", screen->n_lines);
    size_t start = text.len;
    fuzz_screen_block(view, size.ws_col > 1 ? size.ws_col - 1u : 0, &text);
    screen->n_lines = 0;
    for (size_t i = start; i < text.len; i++)
        screen->n_lines += text.text[i] == '\n';
    fwrite(text.text, 1, text.len, stdout);
    fflush(stdout);
    buf_free(&text);
}
