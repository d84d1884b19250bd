/* Finds as files: what is written is read again, anything else is refused with the reason and never worse. */
#include "config.h"

#include "jit/diff/findfile.h"
#include "jit/diff/rng.h"
#include "sim/base/base.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void
is_same_point(const struct subject_point *read, const struct subject_point *written)
{
    const struct point *p = &read->point, *q = &written->point;
    cr_assert_eq(p->kind, q->kind);
    cr_assert(p->kind != POINT_PC || p->pc == q->pc);
    cr_assert(p->kind != POINT_REGISTER || (p->reg == q->reg && p->mask == q->mask));
    cr_assert(p->kind != POINT_MEMORY || (p->addr == q->addr && p->len == q->len && p->access == q->access && p->on_change == q->on_change));
    cr_assert_eq(p->ignore, q->ignore);
    cr_assert_eq(read->n_nodes, written->n_nodes);
    for (uint32_t i = 0; i < read->n_nodes; i++) {
        const struct cond_node *a = &read->nodes[i], *b = &written->nodes[i];
        bool has_value = b->op <= COND_EXTEND;
        cr_assert(a->op == b->op && a->is_signed == b->is_signed && (!has_value || a->value == b->value));
    }
}

static void
is_read_again(struct find *find, const struct cause *cause)
{
    struct buf text = BUF_EMPTY;
    struct errinfo e;
    const struct subject *s = &find->subject;
    struct find_record *record = xmalloc(sizeof *record);
    findfile_write(find, cause, "a line for people\nanother one\n", &text);
    enum err err = findfile_read("find", text.text, text.len, record, &e);
    struct buf why = BUF_EMPTY;
    if (err)
        err_text(&e, &why);
    cr_assert_eq(err, OK, "%s\n%s", buf_text(&why), text.text);
    const struct subject *r = &record->subject;
    cr_assert(findfile_is_one(text.text, text.len));
    cr_assert_eq(r->type, s->type);
    cr_assert_eq(r->n_slots, s->n_slots);
    cr_assert_arr_eq(r->code, s->code, (size_t)s->n_slots * SLOT_BYTES, "%s", text.text);
    cr_assert_eq(r->n_input, s->n_input);
    cr_assert_arr_eq(r->input, s->input, s->n_input);
    cr_assert_eq(r->n_targets, s->n_targets);
    for (uint32_t i = 0; i < s->n_targets; i++)
        cr_assert_eq(r->targets[i], s->targets[i]);
    cr_assert_eq(r->may_goto_limit, s->may_goto_limit);
    cr_assert_eq(r->stop_after, s->stop_after);
    cr_assert_eq(r->has_unit_costs, s->has_unit_costs);
    cr_assert_eq(r->n_points, s->n_points);
    for (uint32_t i = 0; i < s->n_points; i++)
        is_same_point(&r->points[i], &s->points[i]);
    cr_assert_str_eq(record->engines, "interp,jit");
    cr_assert_eq(record->has_first, cause->is_named);
    cr_assert_eq(record->pc, cause->pc);
    cr_assert_eq(record->n_before, cause->n_before);
    buf_free(&text);
    free(record);
}

Test(findfile, what_is_written_is_read_again)
{
    struct find *find = xcalloc(1, sizeof *find);
    struct generator g;
    struct generate_options options = generate_everything;
    options.points_percent = 50;
    generator_init(&g, &options);
    find->left = "interp";
    find->right = "jit";
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct cause cause = { .is_named = seed % 2, .op = OP_add64_k, .kind = DIFFERENCE_STATE };
        generate_subject(&g, seed, &find->subject);
        if (cause.is_named) {
            cause.pc = (uint32_t)(seed % find->subject.n_slots);
            cause.n_before = seed * 10;
        }
        is_read_again(find, &cause);
        /* and with bytes that no assembly means */
        memset(find->subject.code + seed % find->subject.n_slots * SLOT_BYTES, 0xff, SLOT_BYTES);
        is_read_again(find, &cause);
    }
    free(find);
}

static void
is_refused(const char *text, const char *why)
{
    struct find_record *record = xmalloc(sizeof *record);
    struct errinfo e;
    struct buf said = BUF_EMPTY;
    cr_assert_neq(findfile_read("find", text, strlen(text), record, &e), OK, "%s", text);
    err_text(&e, &said);
    cr_assert_not_null(strstr(buf_text(&said), why), "'%s' says: %s", text, buf_text(&said));
    buf_free(&said);
    free(record);
}

Test(findfile, what_makes_no_sense_is_refused)
{
    is_refused("", "line 1");
    is_refused("# type: generic\n", "line 1");
    is_refused("# type: none\nexit\n", "line 1: there is no program type");
    is_refused("# packet: 123\nexit\n", "line 1: a packet is");
    is_refused("exit\n# packet: xx\n", "line 2: a packet is");
    is_refused("# targets: 1,1\nexit\nexit\n", "ascending");
    is_refused("# targets: 0\nexit\n", "ascending");
    is_refused("# targets: 1,2,3,4,5\nexit\n", "at most 4");
    is_refused("# targets: 1\nexit\n", "behind the end");
    is_refused("# targets: 1;\nexit\nexit\n", "behind the targets");
    is_refused("# first: 1\nexit\n", "first is");
    is_refused("# first: 1 after 0\nexit\n", "behind the end");
    is_refused("# first: 0 after 99999999999999999999\nexit\n", "first is");
    is_refused("# may-goto-limit: 4294967296\nexit\n", "one number");
    is_refused("# stop-after: x\nexit\n", "one number");
    is_refused("# costs: mine\nexit\n", "costs are");
    is_refused("# point: pc 2\nexit\n", "a point lies behind the end");
    is_refused("# point: \nexit\n", "a point is on");
    is_refused("# point: pc\nexit\n", "pc needs");
    is_refused("# point: pc 0 and\nexit\n", "something behind the point");
    is_refused("# point: pc 0 ignore\nexit\n", "ignore needs");
    is_refused("# point: register 11 0x1\nexit\n", "register needs");
    is_refused("# point: memory 0x7fffffff 8 r\nexit\n", "memory needs");
    is_refused("# point: memory 0x20000 0 r\nexit\n", "memory needs");
    is_refused("# point: memory 0x20000 8 x\nexit\n", "r, w or rw");
    is_refused("# point: pc 0 if\nexit\n", "one expression");
    is_refused("# point: pc 0 if 1 2\nexit\n", "one expression");
    is_refused("# point: pc 0 if 1 add\nexit\n", "lacks operands");
    is_refused("# point: pc 0 if old add\nexit\n", "lacks operands");
    is_refused("# point: pc 0 if r11\nexit\n", "postfix");
    is_refused("# point: pc 0 if r1 what\nexit\n", "postfix");
    is_refused("# point: pc 0 if 1 load.3\nexit\n", "postfix");
    is_refused("# point: pc 0 if 0x11111111111111111111111\nexit\n", "postfix");
    is_refused("# point: pc 0\n# point: pc 0\n# point: pc 0\n# point: pc 0\n# point: pc 0\nexit\n", "at most 4");
    is_refused("# raw: 1=ff00000000000000\nexit\n", "raw is");
    is_refused("# raw: 0=ff\nexit\n", "raw is");
    is_refused("# engines: 0123456789012345678901234567890123456789012345678901234567890123\nexit\n", "too long");
    is_refused("r1 = what\n", "line 1");
}

/* A condition that needs every one: each has a word, and the words are read as what they say. */
Test(findfile, every_operation_of_conditions)
{
    struct find *find = xcalloc(1, sizeof *find);
    struct cause cause = { .is_named = true, .op = OP_add64_k, .kind = DIFFERENCE_STATE };
    struct generator g;
    generator_init(&g, &generate_everything);
    generate_subject(&g, 1, &find->subject);
    find->left = "interp";
    find->right = "jit";
    find->subject.n_points = 1;
    struct subject_point *p = &find->subject.points[0];
    for (uint8_t op = COND_CONST; op <= COND_SELECT; op++) {
        uint32_t n = cond_operands(op);
        *p = (struct subject_point){ .point = { .kind = POINT_REGISTER, .reg = 7, .mask = UINT64_MAX } };
        for (uint32_t i = 0; i < n; i++)
            p->nodes[p->n_nodes++] = (struct cond_node){ .op = COND_REG, .value = i };
        p->nodes[p->n_nodes++] = (struct cond_node){ .op = op, .value = op == COND_LOAD || op == COND_EXTEND ? 8 : 0, .b = n > 1, .c = n > 2 ? 2 : 0 };
        is_read_again(find, &cause);
    }
    free(find);
}

/* Bytes changed, cut and doubled anywhere: an answer, never a crash. */
Test(findfile, hostile_bytes)
{
    struct find *find = xcalloc(1, sizeof *find);
    struct find_record *record = xmalloc(sizeof *record);
    struct cause cause = { .is_named = true, .op = OP_add64_k, .kind = DIFFERENCE_STATE };
    struct generator g;
    struct buf text = BUF_EMPTY;
    struct errinfo e;
    struct generate_options options = generate_everything;
    options.points_percent = 100;
    generator_init(&g, &options);
    generate_subject(&g, 7, &find->subject);
    find->left = "interp";
    find->right = "jit";
    findfile_write(find, &cause, "", &text);
    char *copy = xmalloc(text.len);
    struct rng rng = { .state = 1 };
    for (uint32_t i = 0; i < 3000; i++) {
        size_t n = 1 + rng_below(&rng, (uint32_t)text.len);
        memcpy(copy, text.text, text.len);
        for (uint32_t k = rng_below(&rng, 8); k; k--)
            copy[rng_below(&rng, (uint32_t)text.len)] = (char)rng_below(&rng, 256);
        findfile_read("find", copy, n, record, &e);
    }
    free(copy);
    free(record);
    free(find);
    buf_free(&text);
}
