/* Fuzz target: a find's file, as `ebpfdbg --replay FILE` takes it. It is refused with a place, or what was read is the same when it is written
 * and read again, and runs for a while under both engines. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "jit/diff/findfile.h"
#include "sim/base/base.h"
#include "tests/fuzz/twins.h"

#include <string.h>

enum { MOST_INSNS = 1000 };

static void
check_error(const struct errinfo *e, enum err err)
{
    struct buf text = BUF_EMPTY;
    FUZZ_CHECK(e->code == err, "%d and %d", e->code, err);
    err_text(e, &text);
    for (size_t i = 0; i < text.len; i++)
        FUZZ_CHECK((unsigned char)text.text[i] >= ' ', "byte %#x in: %s", (unsigned char)text.text[i], buf_text(&text));
    buf_free(&text);
}

static void
write_and_read(const struct find_record *record)
{
    static struct find find;
    static struct find_record again;
    struct cause cause = { .kind = DIFFERENCE_STATE, .is_named = record->has_first, .pc = record->pc, .n_before = record->n_before };
    struct buf text = BUF_EMPTY;
    struct errinfo e;
    subject_copy(&find.subject, &record->subject);
    find.left = "interp";
    find.right = "jit";
    find.first.kind = DIFFERENCE_STATE;
    findfile_write(&find, &cause, "", &text);
    FUZZ_CHECK(findfile_is_one(buf_text(&text), text.len), "%s", buf_text(&text));
    enum err err = findfile_read("fuzz", buf_text(&text), text.len, &again, &e);
    FUZZ_CHECK(err == OK, "%d: %s: %s, in:\n%s", err, e.subject, e.detail, buf_text(&text));
    const struct subject *a = &record->subject, *b = &again.subject;
    FUZZ_CHECK(a->type == b->type && a->n_input == b->n_input && a->n_targets == b->n_targets && a->may_goto_limit == b->may_goto_limit, "%s",
               buf_text(&text));
    FUZZ_CHECK(memcmp(a->input, b->input, a->n_input) == 0 && memcmp(a->targets, b->targets, a->n_targets * sizeof a->targets[0]) == 0, "%s",
               buf_text(&text));
    FUZZ_CHECK(a->n_slots == b->n_slots && memcmp(a->code, b->code, (size_t)a->n_slots * SLOT_BYTES) == 0, "%s", buf_text(&text));
    FUZZ_CHECK(a->stop_after == b->stop_after && a->has_unit_costs == b->has_unit_costs && a->n_points == b->n_points, "%s", buf_text(&text));
    for (uint32_t i = 0; i < a->n_points; i++)
        FUZZ_CHECK(a->points[i].point.kind == b->points[i].point.kind && a->points[i].n_nodes == b->points[i].n_nodes, "point %u:\n%s", i,
                   buf_text(&text));
    FUZZ_CHECK(again.has_first == record->has_first && again.pc == record->pc && again.n_before == record->n_before, "%s", buf_text(&text));
    buf_free(&text);
}

static void
run(const struct subject *s)
{
    struct cost_model costs;
    struct input input = subject_input(s);
    cost_model_unit(&costs);
    struct program *program = subject_program(s);
    struct machine *m = machine_new(program, &costs, NULL);
    struct lockstep *ls = twins_open(program, &costs, LOCKSTEP_INSN);
    m->env.may_goto_limit = s->may_goto_limit;
    if (machine_start(m, 0, s->type, &input, NULL) == OK)
        twins_run(ls, m, MOST_INSNS, 0);
    lockstep_close(ls);
    machine_free(m);
    program_free(program);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct find_record record;
    struct errinfo e = { 0 };
    enum err err = findfile_read("fuzz", (const char *)bytes, n, &record, &e);
    if (err) {
        check_error(&e, err);
        return 0;
    }
    write_and_read(&record);
    run(&record.subject);
    return 0;
}
