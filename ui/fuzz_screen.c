/* What a fuzzing run looks like. See fuzz_screen.h.
 *
 * The block is redrawn with two sequences of ECMA-48 (cursor up, erase to the end of the screen), which every terminal has but those that
 * call themselves dumb. Everything else is plain text, so finds and the last block stay as the report. */
#include "config.h"

#include "ui/fuzz_screen.h"

#include "sim/base/base.h"

#include <inttypes.h>
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
    while (n >= (unit ? 999.95 : 9999.5) && unit + 1 < ARRAY_LEN(units)) {
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

/* n_shown: reasons that there is room for, at most SHOWN_REASONS. */
static void
put_kernel(const struct fuzz_stats *stats, uint32_t n_shown, struct buf *out)
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
    for (uint32_t i = 0; i < stats->n_reasons && i < n_shown; i++)
        buf_printf(out, "  %10" PRIu64 " %s\n", reasons[i].n, reasons[i].text);
    if (stats->n_reasons > n_shown && n_shown == SHOWN_REASONS)
        buf_printf(out, "             and %" PRIu32 " other reasons; --json lists them all\n", stats->n_reasons - n_shown);
}

static void
put_finds(const struct fuzz_view *view, struct buf *out)
{
    const struct fuzz_sum *sum = &view->sum;
    uint64_t n = sum->record.stats.n_finds, n_told = view->n_causes + sum->n_untold;
    buf_printf(out, "finds        %" PRIu32, view->n_causes);
    if (n > n_told)
        buf_printf(out, ", and %" PRIu64 " programs like them", n - n_told);
    if (sum->n_untold)
        buf_printf(out, ", and %" PRIu64 " that nobody has looked at", sum->n_untold);
    if (view->n_causes)
        buf_printf(out, ", in %s", view->directory);
    buf_putc(out, '\n');
    if (sum->n_deaths)
        buf_printf(out, "deaths       %" PRIu32 " process%s replaced\n", sum->n_deaths, sum->n_deaths == 1 ? "" : "es");
    if (view->is_final && *view->example)
        buf_printf(out, "go on with   ebpfdbg --replay %s\n", view->example);
}

static void
put_block(const struct fuzz_view *view, uint32_t n_reasons, struct buf *out)
{
    const struct fuzz_stats *s = &view->sum.record.stats;
    buf_printf(out, "engines      %s; seed %" PRIu64 "; %" PRIu32 " process%s\n", view->engines, view->seed, view->n_jobs,
               view->n_jobs == 1 ? "" : "es");
    buf_puts(out, "time         ");
    put_time(view->seconds, out);
    if (view->seconds_left >= 0) {
        buf_puts(out, ", left ");
        put_time(view->seconds_left + 0.999, out); /* 0 only when there is none left */
    }
    buf_putc(out, '\n');
    put_rate("programs", s->n_programs, view->programs_per_s, out);
    if (view->count)
        buf_printf(out, ", of %" PRIu64, view->count);
    buf_putc(out, '\n');
    put_rate("instructions", s->n_insns, view->insns_per_s, out);
    buf_puts(out, "\nended        exit ");
    put_percent(s->n_exits, s->n_programs, out);
    buf_puts(out, ", fault ");
    put_percent(s->n_faults, s->n_programs, out);
    buf_puts(out, ", limit ");
    put_percent(s->n_endless, s->n_programs, out);
    buf_putc(out, '\n');
    buf_printf(out, "coverage     rows %" PRIu32 "/%" PRIu32 ", outcomes %" PRIu32 "/%" PRIu32 ", operands %" PRIu32 "\n", view->coverage.n_rows,
               view->n_rows, view->coverage.n_outcomes, view->n_outcomes, view->coverage.n_cells);
    if (view->with_kernel)
        put_kernel(s, n_reasons, out);
    put_finds(view, out);
}

static uint32_t
count_lines(const char *text)
{
    uint32_t n = 0;
    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

/* Appends text, each line cut to so many bytes, but for the first lines when there are more than `rows`. */
static void
put_cut(const char *text, uint32_t rows, uint32_t columns, struct buf *out)
{
    uint32_t n_lines = count_lines(text);
    for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        size_t n = (size_t)(end - line);
        if (rows && n_lines-- > rows)
            continue;
        buf_write(out, line, columns && n > columns ? columns : n);
        buf_putc(out, '\n');
    }
}

void
fuzz_screen_block(const struct fuzz_view *view, uint32_t rows, uint32_t columns, struct buf *out)
{
    struct buf whole = BUF_EMPTY;
    uint32_t n_reasons = SHOWN_REASONS;
    put_block(view, n_reasons, &whole);
    for (uint32_t n_lines; rows && n_reasons && (n_lines = count_lines(buf_text(&whole))) > rows;) {
        n_reasons = n_lines - rows < n_reasons ? n_reasons - (n_lines - rows) : 0;
        buf_clear(&whole);
        put_block(view, n_reasons, &whole);
    }
    put_cut(buf_text(&whole), rows, columns, out);
    buf_free(&whole);
}

void
fuzz_screen_find(const struct fuzz_found *found, struct buf *out)
{
    const struct news_find *news = found->news;
    switch (found->outcome) {
    case FINDS_WRITTEN:
        buf_printf(out, "find: %s: ", found->path);
        break;
    case FINDS_KNOWN:
        buf_printf(out, "known find: %s: ", found->path);
        break;
    case FINDS_AGAIN:
    case FINDS_FULL:
        buf_printf(out, "find, not written (%d others are): ", FINDS_MAX);
        break;
    case FINDS_ERROR:
        buf_printf(out, "find, not written (%s): ", found->path);
        break;
    }
    find_text(&news->find, out);
    if (!news->is_confirmed)
        buf_puts(out, ", and not when the program runs alone");
    buf_printf(out, "; %" PRIu32 " instructions of %" PRIu32 "; --seed %" PRIu64 " --first %" PRIu64 "\n", subject_insns(&news->find.subject),
               news->n_insns, found->seed, news->find.nth);
}

void
fuzz_screen_line(const struct fuzz_view *view, struct buf *out)
{
    const struct fuzz_stats *s = &view->sum.record.stats;
    put_time(view->seconds, out);
    buf_printf(out, "  %" PRIu64 " programs (", s->n_programs);
    put_count(view->programs_per_s, out);
    buf_printf(out, "/s), ");
    put_count((double)s->n_insns, out);
    buf_printf(out, " instructions, rows %" PRIu32 "/%" PRIu32 ", outcomes %" PRIu32 "/%" PRIu32, view->coverage.n_rows, view->n_rows,
               view->coverage.n_outcomes, view->n_outcomes);
    if (view->with_kernel)
        buf_printf(out, ", kernel took %" PRIu64 " and refused %" PRIu64, s->n_accepted, s->n_refused);
    buf_printf(out, ", %" PRIu32 " find%s\n", view->n_causes, view->n_causes == 1 ? "" : "s");
}

bool
fuzz_screen_can_redraw(void)
{
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb");
}

/* The rows that text takes on a terminal of so many columns, which breaks what is too long: it may have become narrower since. */
static uint32_t
rows_of(const char *text, uint32_t columns)
{
    uint32_t rows = 0;
    for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
        rows += columns && end > line ? ((uint32_t)(end - line) + columns - 1) / columns : 1;
    return rows;
}

void
fuzz_screen_redraw(struct fuzz_screen *screen, const char *news, const struct fuzz_view *view)
{
    struct winsize size = { 0 };
    struct buf text = BUF_EMPTY;
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    uint32_t rows = rows_of(buf_text(&screen->block), size.ws_col);
    if (rows)
        buf_printf(&text, "\033[%" PRIu32 "A\r\033[J", rows);
    buf_puts(&text, news);
    buf_clear(&screen->block);
    if (view->is_final)
        fuzz_screen_block(view, 0, 0, &screen->block);
    else
        fuzz_screen_block(view, size.ws_row > 1 ? size.ws_row - 1u : 0, size.ws_col > 1 ? size.ws_col - 1u : 0, &screen->block);
    buf_puts(&text, buf_text(&screen->block));
    fwrite(text.text, 1, text.len, stdout);
    fflush(stdout);
    buf_free(&text);
}

void
fuzz_screen_close(struct fuzz_screen *screen)
{
    buf_free(&screen->block);
}
