/* Raw code and assembly text: one function "main", functions at call targets, errors for what is neither. */
#include "config.h"

#include "sim/object/layout.h"
#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t call_sub[] = {
    0x85, 0x10, 0, 0, 1, 0, 0, 0, /* call pc+1 */
    0x95, 0, 0, 0, 0, 0, 0, 0,    /* exit */
    0xb7, 0, 0, 0, 5, 0, 0, 0,    /* r0 = 5 */
    0x95, 0, 0, 0, 0, 0, 0, 0,
};

Test(raw, call_targets_begin_functions)
{
    struct program *p = program_from_code(call_sub, 4);
    cr_assert_eq(p->n_functions, 2);
    cr_assert_str_eq(p->functions[0].name, "main");
    cr_assert(p->functions[0].is_program);
    cr_assert_eq(p->functions[0].n_slots, 2);
    cr_assert_str_eq(p->functions[1].name, "sub_2");
    cr_assert_not(p->functions[1].is_program);
    const struct ref *ref = program_ref_at(p, 0, REF_FUNC);
    cr_assert_not_null(ref);
    cr_assert_eq(ref->index, 1);
    cr_assert_eq(program_function_at(p, 3), &p->functions[1]);
    cr_assert_null(program_function_at(p, 4));
    cr_assert_eq(memcmp(p->code, call_sub, sizeof call_sub), 0);
    program_free(p);
}

Test(raw, function_addresses_and_map_numbers)
{
    static const uint8_t code[] = {
        0x18, 0x41, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* r1 = code of pc+3: slot 4 */
        0x18, 0x12, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* r2 = map_fd 9 */
        /* r1 = code of pc-5, slot 0; the kernel does not look at the other half */
        0x18, 0x41, 0, 0, 0xfb, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f,
        0x95, 0, 0, 0, 0, 0, 0, 0,
    };
    struct program *p = program_from_code(code, 7);
    cr_assert_eq(p->insns[0].imm, (int64_t)GUEST_CODE_OF(4));
    cr_assert_eq(p->insns[0].flags, 0);
    cr_assert_eq(p->insns[2].flags, INSN_UNRESOLVED);
    cr_assert_eq(p->insns[4].imm, (int64_t)GUEST_CODE_OF(0));
    cr_assert_eq(p->insns[4].flags, 0);
    program_free(p);
}

Test(raw, other_code_for_a_program)
{
    static const uint8_t code[] = {
        0x18, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* r1 = map_fd 0 */
        0x18, 0x22, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, /* r2 = value of map 0, + 4 */
        0x18, 0x11, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* r1 = map_fd 1: there is none */
        0x95, 0, 0, 0, 0, 0, 0, 0,
        0x95, 0, 0, 0, 0, 0, 0, 0,
    };
    struct program *p = program_from_code(call_sub, 4);
    p->maps = calloc(1, sizeof *p->maps);
    p->n_maps = 1;
    p->maps[0] = (struct map_def){ .name = strdup("data"), .origin = MAP_FROM_DATA, .value_addr = GUEST_DATA, .inner = -1 };
    program_set_code(p, code, 8, (const uint32_t[]){ 7 }, 1);
    cr_assert_eq(p->n_slots, 8);
    cr_assert_eq(p->n_functions, 2);
    cr_assert_str_eq(p->functions[1].name, "prog_7");
    cr_assert(p->functions[1].is_program);
    cr_assert_eq(p->insns[0].imm, (int64_t)GUEST_MAP);
    cr_assert_eq(p->insns[0].flags, 0);
    cr_assert_not_null(program_ref_at(p, 0, REF_MAP));
    cr_assert_eq(p->insns[2].imm, (int64_t)GUEST_DATA + 4);
    cr_assert_eq(program_ref_at(p, 2, REF_DATA)->addend, 4);
    cr_assert_eq(p->insns[4].flags, INSN_UNRESOLVED);
    program_set_code(p, call_sub, 4, NULL, 0);
    cr_assert_eq(p->n_functions, 2);
    cr_assert_str_eq(p->functions[1].name, "sub_2");
    cr_assert_eq(p->n_refs, 1);
    program_free(p);
}

Test(raw, size_must_be_whole)
{
    struct load_options options = { .format = FORMAT_RAW };
    struct program *p;
    struct errinfo e;
    cr_assert_eq(program_load_bytes("x.bin", call_sub, 13, &options, &p, &e), ERR_ELF);
    cr_assert_str_eq(error_text(&e), "x.bin: 13 bytes are not a whole number of 8-byte instructions");
    cr_assert_eq(program_load_bytes("x.bin", call_sub, 0, &options, &p, &e), ERR_ELF);
    cr_assert_eq(program_load_bytes("x.bin", call_sub, 32, &options, &p, &e), OK);
    cr_assert_str_eq(p->path, "x.bin");
    program_free(p);
}

Test(raw, assembly_has_lines)
{
    const char *text = "r0 = 1\n\nr1 = 0x1122334455667788 ll\nexit\n";
    struct program *p;
    struct errinfo e;
    cr_assert_eq(program_load_bytes("x.s", (const uint8_t *)text, strlen(text), NULL, &p, &e), OK, "%s", error_text(&e));
    cr_assert_eq(p->n_slots, 4);
    cr_assert_eq(program_line_at(p, 0)->line, 1);
    cr_assert_eq(program_line_at(p, 2)->line, 3);
    cr_assert_eq(program_line_at(p, 3)->line, 4);
    cr_assert_str_eq(p->files[0], "x.s");
    program_free(p);
}

Test(raw, what_is_neither_is_a_syntax_error)
{
    const char *text = "\x7f" "EL";
    struct program *p;
    struct errinfo e;
    cr_assert_eq(program_load_bytes("x", (const uint8_t *)text, 3, NULL, &p, &e), ERR_SYNTAX);
}

Test(raw, missing_files_and_directories)
{
    struct program *p;
    struct errinfo e;
    cr_assert_eq(program_load("/nonexistent/x.o", NULL, &p, &e), ERR_OPEN);
    cr_assert_str_eq(error_text(&e), "/nonexistent/x.o: No such file or directory");
    cr_assert_eq(program_load("/", NULL, &p, &e), ERR_OPEN);
    cr_assert_str_eq(error_text(&e), "/: Is a directory");
}
