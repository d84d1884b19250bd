/* Types and values in gdb's form, from the BTF that clang wrote. The expected texts are what gdb 13 said of the same variables. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/types.h"
#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <string.h>

#define assert_text(out, expected) \
    do { \
        cr_assert_str_eq(buf_text(&(out)), (expected)); \
        buf_clear(&(out)); \
    } while (0)

/* Prints the initial value of the member of `everything`. */
static void
print_member(const struct program *p, const char *name, char letter, struct buf *out)
{
    const struct map_def *data = map_named(p, ".data");
    struct type_member m;
    struct type_format format = { .letter = letter };
    cr_assert(type_find_member(p->btf, type_of_variable(p->btf, "everything"), name, &m), "no member %s", name);
    type_print_value(p->btf, m.type_id, data->init + m.bit_off / 8, data->value_bytes - m.bit_off / 8, &format, out);
}

Test(types, values_of_members)
{
    static const struct {
        const char *name;
        char letter;
        const char *text;
    } rows[] = {
        { "number", 0, "-42" },
        { "number", 'x', "0xffffffd6" },
        { "number", 'u', "4294967254" },
        { "truth", 0, "true" },
        { "letter", 0, "65 'A'" },
        { "letter", 'd', "65" },
        { "byte", 0, "200 '\\310'" },
        { "color", 0, "GREEN" },
        { "color", 'd', "5" },
        { "flags", 0, "(FLAG_A | FLAG_C)" },
        { "inner", 0, "{pkts = 4, bytes = 611}" },
        { "inner", 'x', "{pkts = 0x4, bytes = 0x263}" },
        { "word", 0, "131073" },
        { "halves", 0, "{1, 2}" },
        { "name", 0, "\"eth0\", '\\000' <repeats 11 times>" },
        { "text", 0, "\"a\\\"b\\n\"" },
        { "list", 0, "{1, 2, 3}" },
        { "list", 't', "{1, 10, 11}" },
        { "zeros", 0, "{0 <repeats 12 times>}" },
        { "pointer", 0, "(const struct pkt_stats *) 0x0" },
        { "callback", 0, "(int (*)(void *, const char *)) 0x0" },
        { "nameless", 0, "{x = 7}" },
    };
    struct program *p = object_load("types-v3.o");
    struct buf out = BUF_EMPTY;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_member(p, rows[i].name, rows[i].letter, &out);
        cr_expect_str_eq(buf_text(&out), rows[i].text, "%s/%c: %s, expected %s", rows[i].name, rows[i].letter ? rows[i].letter : ' ',
                         buf_text(&out), rows[i].text);
        buf_clear(&out);
    }
    buf_free(&out);
    program_free(p);
}

Test(types, a_whole_struct)
{
    struct program *p = object_load("types-v3.o");
    const struct map_def *data = map_named(p, ".data");
    struct buf out = BUF_EMPTY;
    type_print_value(p->btf, type_named(p->btf, "struct everything"), data->init, data->value_bytes, NULL, &out);
    assert_text(out, "{number = -42, truth = true, letter = 65 'A', byte = 200 '\\310', color = GREEN, flags = (FLAG_A | FLAG_C), "
                     "inner = {pkts = 4, bytes = 611}, {word = 131073, halves = {1, 2}}, low = 5, high = 100, negative = -3, "
                     "name = \"eth0\", '\\000' <repeats 11 times>, text = \"a\\\"b\\n\", list = {1, 2, 3}, "
                     "zeros = {0 <repeats 12 times>}, pointer = 0x0, callback = 0x0, nameless = {x = 7}}");
    type_print_value(p->btf, type_named(p->btf, "pkt_stats"), data->init, 12, NULL, &out);
    assert_text(out, "<unavailable>");
    buf_free(&out);
    program_free(p);
}

Test(types, long_arrays_are_cut_as_told)
{
    struct program *p = object_load("types-v3.o");
    const struct map_def *rodata = map_named(p, ".rodata");
    uint32_t id = type_of_variable(p->btf, "limits");
    struct type_format format = { .max_elements = 2 };
    struct buf out = BUF_EMPTY;
    type_print_value(p->btf, id, rodata->init, rodata->value_bytes, NULL, &out);
    assert_text(out, "{{1, 2, 3}, {4, 5, 6}}");
    type_print_value(p->btf, id, rodata->init, rodata->value_bytes, &format, &out);
    assert_text(out, "{{1, 2...}, {4, 5...}}");
    buf_free(&out);
    program_free(p);
}

Test(types, names_and_declarations)
{
    struct program *p = object_load("types-v3.o");
    struct buf out = BUF_EMPTY;
    type_print_name(p->btf, type_of_variable(p->btf, "limits"), &out);
    assert_text(out, "const volatile u32 [2][3]");
    type_print_declaration(p->btf, type_of_variable(p->btf, "table"), "table", &out);
    assert_text(out, "int *(* volatile table[4])(u8 (*)[8])");
    type_print_name(p->btf, 0, &out);
    assert_text(out, "void");
    type_print_definition(p->btf, type_named(p->btf, "u32"), &out);
    assert_text(out, "unsigned int");
    type_print_definition(p->btf, type_named(p->btf, "enum flags"), &out);
    assert_text(out, "enum flags {FLAG_A = 1, FLAG_B, FLAG_C = 8}");
    buf_free(&out);
    program_free(p);
}

Test(types, definition_of_a_struct)
{
    struct program *p = object_load("types-v3.o");
    struct buf out = BUF_EMPTY;
    type_print_definition(p->btf, type_named(p->btf, "struct everything"), &out);
    assert_text(out, "struct everything {\n"
                     "    int number;\n"
                     "    _Bool truth;\n"
                     "    char letter;\n"
                     "    u8 byte;\n"
                     "    enum color color;\n"
                     "    enum flags flags;\n"
                     "    struct pkt_stats inner;\n"
                     "    union {\n"
                     "        u32 word;\n"
                     "        u16 halves[2];\n"
                     "    };\n"
                     "    u32 low : 3;\n"
                     "    u32 high : 7;\n"
                     "    int negative : 4;\n"
                     "    char name[16];\n"
                     "    char text[4];\n"
                     "    u32 list[3];\n"
                     "    u32 zeros[12];\n"
                     "    const struct pkt_stats *pointer;\n"
                     "    int (*callback)(void *, const char *);\n"
                     "    struct {\n"
                     "        int x;\n"
                     "    } nameless;\n"
                     "}");
    buf_free(&out);
    program_free(p);
}

Test(types, prototypes_come_from_func_info)
{
    struct program *p = object_load("types-v3.o");
    struct buf out = BUF_EMPTY;
    const char *name = NULL;
    uint32_t func = function_named(p, "sum")->btf_id;
    type_print_prototype(p->btf, func, NULL, &out);
    assert_text(out, "static int sum(const struct pkt_stats *stats, int n)");
    type_print_prototype(p->btf, function_named(p, "prog")->btf_id, "main", &out);
    assert_text(out, "int main(void *ctx)");
    cr_assert_neq(type_of_argument(p->btf, func, 1, &name), 0);
    cr_assert_str_eq(name, "n");
    cr_assert_eq(type_of_argument(p->btf, func, 2, &name), 0);
    buf_free(&out);
    program_free(p);
}
