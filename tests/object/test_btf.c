/* BTF that is not what it seems, made by hand. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"
#include "sim/object/types.h"

#include <criterion/criterion.h>
#include <string.h>

/* A .BTF section that grows type by type. Name 1 is "a", everything else is nameless. */
struct raw {
    uint32_t words[1024];
    uint32_t n; /* words, the 6 of the header included */
};

#define INFO(kind, n) ((uint32_t)BTF_KIND_##kind << 24 | (n))

static void
add(struct raw *r, const uint32_t *words, uint32_t n)
{
    cr_assert_leq(r->n + n, ARRAY_LEN(r->words));
    memcpy(r->words + r->n, words, n * sizeof *words);
    r->n += n;
}
#define ADD(r, ...) add(r, (uint32_t[]){ __VA_ARGS__ }, ARRAY_LEN(((uint32_t[]){ __VA_ARGS__ })))

/* Reads it; NULL and the reason when it is refused. */
static struct btf *
read_raw(struct raw *r, struct errinfo *e)
{
    static const char strings[8] = "\0a\0b\0c";
    uint32_t type_bytes = (r->n - 6) * 4;
    struct btf *btf = NULL;
    const uint32_t header[6] = { 0x1eb9f, 24, 0, type_bytes, type_bytes, sizeof strings };
    memcpy(r->words, header, sizeof header);
    memcpy(r->words + r->n, strings, sizeof strings);
    return btf_read("x", (const uint8_t *)r->words, r->n * 4 + sizeof strings, &btf, e) == OK ? btf : NULL;
}

static void
assert_refused(struct raw *r, const char *why)
{
    struct errinfo e = { 0 };
    struct btf *btf = read_raw(r, &e);
    cr_assert_null(btf, "%s: not refused", why);
    cr_expect(strstr(e.detail, why), "%s, expected %s", e.detail, why);
}

Test(btf, a_good_one)
{
    struct raw r = { .n = 6 };
    struct errinfo e;
    ADD(&r, 1, INFO(INT, 0), 4, 32);
    ADD(&r, 1, INFO(STRUCT, 2), 16, 3, 1, 0, 5, 3, 64);
    ADD(&r, 0, INFO(PTR, 0), 2);
    struct btf *btf = read_raw(&r, &e);
    cr_assert(btf, "%s", e.detail);
    cr_expect_eq(btf__type_cnt(btf), 4);
    cr_expect_eq(btf_bytes(btf, 2), 16);
    btf__free(btf);
}

Test(btf, ids_and_names_out_of_range)
{
    struct raw r = { .n = 6 };
    ADD(&r, 0, INFO(PTR, 0), 2);
    assert_refused(&r, "refers to type 2 of 2");
    r.n = 6;
    ADD(&r, 8, INFO(STRUCT, 0), 0);
    assert_refused(&r, "name at 8 of 8");
    r.n = 6;
    ADD(&r, 0, INFO(STRUCT, 1), 4, 9, 0, 0);
    assert_refused(&r, "name at 9");
    r.n = 6;
    ADD(&r, 1, INFO(FUNC, 0), 0);
    assert_refused(&r, "function with type 0");
    r.n = 6;
    ADD(&r, 1, INFO(DATASEC, 1), 4, 0, 0, 4);
    assert_refused(&r, "for a variable");
}

Test(btf, cut_off)
{
    struct raw r = { .n = 6 };
    ADD(&r, 1, INFO(STRUCT, 3), 4, 0, 1, 0);
    assert_refused(&r, "cut off");
    r.n = 6;
    ADD(&r, 1, INFO(INT, 0), 4);
    assert_refused(&r, "cut off");
    r.n = 6;
    ADD(&r, 1, 31u << 24, 4);
    assert_refused(&r, "unknown kind 31");
}

Test(btf, sizes_that_no_machine_has)
{
    struct raw r = { .n = 6 };
    ADD(&r, 1, INFO(INT, 0), 3, 24);
    assert_refused(&r, "integer of");
    r.n = 6;
    ADD(&r, 1, INFO(INT, 0), 4, 33);
    assert_refused(&r, "integer of 33 bits");
    r.n = 6;
    ADD(&r, 1, INFO(ENUM, 0), 3);
    assert_refused(&r, "enum of 3");
    r.n = 6;
    ADD(&r, 1, INFO(FLOAT, 0), 5);
    assert_refused(&r, "float of 5");
}

/* libbpf 1.1 takes each of these, and hangs or overflows its stack when it follows them. */
Test(btf, types_that_do_not_end)
{
    struct raw r = { .n = 6 };
    ADD(&r, 1, INFO(TYPEDEF, 0), 1);
    assert_refused(&r, "contains itself");
    r.n = 6;
    ADD(&r, 0, INFO(CONST, 0), 2);
    ADD(&r, 0, INFO(VOLATILE, 0), 1);
    assert_refused(&r, "contains itself");
    r.n = 6;
    ADD(&r, 1, INFO(STRUCT, 1), 4, 3, 2, 0);
    ADD(&r, 0, INFO(ARRAY, 0), 0, 1, 1, 4);
    assert_refused(&r, "contains itself");
    r.n = 6;
    for (uint32_t i = 0; i < 300; i++)
        ADD(&r, 0, INFO(CONST, 0), i);
    assert_refused(&r, "nested more than");
}

Test(btf, members_beyond_counting)
{
    struct raw r = { .n = 6 };
    ADD(&r, 1, INFO(INT, 0), 4, 32);
    for (uint32_t i = 1; i < 40; i++)
        ADD(&r, 0, INFO(STRUCT, 2), 4, 0, i, 0, 0, i, 0);
    assert_refused(&r, "more than 1048576 members");
}

/* Pointers may lead in circles; what is written of them ends all the same. */
Test(btf, pointers_in_circles)
{
    struct raw r = { .n = 6 };
    struct errinfo e;
    struct buf out = BUF_EMPTY;
    ADD(&r, 0, INFO(PTR, 0), 1);
    ADD(&r, 0, INFO(PTR, 0), 3);
    ADD(&r, 0, INFO(FUNC_PROTO, 3), 2, 0, 2, 0, 2, 0, 2);
    ADD(&r, 0, INFO(STRUCT, 2), 16, 3, 5, 0, 5, 5, 0);
    ADD(&r, 0, INFO(PTR, 0), 4);
    struct btf *btf = read_raw(&r, &e);
    cr_assert(btf, "%s", e.detail);
    for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
        buf_clear(&out);
        type_print_name(btf, id, &out);
        cr_expect_leq(out.len, TYPE_TEXT_MAX + 1000, "type %u: %zu", id, out.len);
        buf_clear(&out);
        type_print_definition(btf, id, &out);
        cr_expect_leq(out.len, TYPE_TEXT_MAX + 1000, "type %u: %zu", id, out.len);
    }
    buf_free(&out);
    btf__free(btf);
}
