/* A fuzzing run for machines: one JSON object a line. See fuzz_screen.h. */
#include "config.h"

#include "ui/fuzz_screen.h"

#include "sim/isa/isa.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static json_t *
number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

/* Seeds have 64 bits; for many readers numbers end at 2^53. */
static json_t *
number_as_text(uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    return json_string(text);
}

/* Takes over what is written. */
static void
put_json(json_t *all, struct buf *out)
{
    char *text = json_dumps(all, JSON_REAL_PRECISION(6) | JSON_COMPACT);
    buf_puts(out, text);
    buf_putc(out, '\n');
    free(text);
    json_decref(all);
}

static json_t *
json_of_text(void (*put)(const struct find *find, struct buf *out), const struct find *find)
{
    struct buf text = BUF_EMPTY;
    put(find, &text);
    json_t *json = json_string(buf_text(&text));
    buf_free(&text);
    return json;
}

void
fuzz_json_find(const struct fuzz_found *found, struct buf *out)
{
    const struct news_find *news = found->news;
    const struct cause *cause = &news->cause;
    json_t *find = json_object();
    if (found->outcome == FINDS_ERROR)
        json_object_set_new(find, "error", json_string(found->path));
    bool has_file = found->outcome == FINDS_WRITTEN || found->outcome == FINDS_KNOWN;
    json_object_set_new(find, "file", has_file ? json_string(found->path) : json_null());
    json_object_set_new(find, "known", json_boolean(found->outcome == FINDS_KNOWN));
    json_object_set_new(find, "left", json_string(news->find.left));
    json_object_set_new(find, "right", json_string(news->find.right));
    json_object_set_new(find, "difference", json_of_text(find_text, &news->find));
    json_object_set_new(find, "instruction", cause->is_named ? json_string(insn_rows[cause->op].name) : json_null());
    json_object_set_new(find, "confirmed", json_boolean(news->is_confirmed));
    json_object_set_new(find, "seed", number_as_text(found->seed));
    json_object_set_new(find, "program", number_as_text(news->find.nth));
    json_object_set_new(find, "insns", number(subject_insns(&news->find.subject)));
    json_object_set_new(find, "insns_before", number(news->n_insns));
    put_json(json_pack("{s:o}", "find", find), out);
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
fuzz_json_view(const struct fuzz_view *view, struct buf *out)
{
    const struct fuzz_stats *s = &view->sum.record.stats;
    json_t *all = json_pack("{s:b, s:s, s:o, s:o, s:f, s:o, s:f, s:o, s:f, s:o, s:o, s:o, s:o}", "final", view->is_final, "engines",
                            view->engines, "seed", number_as_text(view->seed), "jobs", number(view->n_jobs), "seconds", view->seconds,
                            "programs", number(s->n_programs), "programs_per_s", view->programs_per_s, "insns", number(s->n_insns),
                            "insns_per_s", view->insns_per_s, "exits", number(s->n_exits), "faults", number(s->n_faults), "endless",
                            number(s->n_endless), "coverage", json_of_coverage(view));
    json_object_set_new(all, "seconds_left", view->seconds_left < 0 ? json_null() : json_real(view->seconds_left));
    if (view->with_kernel)
        json_object_set_new(all, "kernel", json_of_kernel(s));
    json_object_set_new(all, "finds", number(view->n_causes));
    json_object_set_new(all, "finding_programs", number(s->n_finds));
    json_object_set_new(all, "finds_untold", number(view->sum.n_untold));
    json_object_set_new(all, "deaths", number(view->sum.n_deaths));
    json_object_set_new(all, "directory", json_string(view->directory));
    put_json(all, out);
}
