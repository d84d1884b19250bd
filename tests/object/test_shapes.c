/* Objects as other compilers and other times made them, and broken ones: what must load does, what can't says why. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/layout.h"
#include "tests/object/edit.h"
#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct program *
load(struct edit *e)
{
    struct program *p;
    char *error = edit_load(e, &p);
    cr_assert_null(error, "%s", error);
    edit_close(e);
    return p;
}

/* The object must be refused with these words. */
static void
expect_error(struct edit *e, const char *words)
{
    struct program *p;
    char *error = edit_load(e, &p);
    cr_assert_not_null(error, "it loads; expected: %s", words);
    cr_expect(strstr(error, words), "%s; expected: %s", error, words);
    free(error);
    edit_close(e);
}

/* What calls.bpf.c is, however it is written down. */
static void
expect_calls(const struct program *p)
{
    const struct map_def *flows = map_named(p, "flows");
    const struct function *first = function_named(p, "first"), *scale = function_named(p, "scale");
    uint32_t n_map = 0, n_calls = 0;
    for (uint32_t i = 0; i < p->n_refs; i++) {
        const struct ref *ref = &p->refs[i];
        if (ref->kind == REF_MAP && ref->pc >= first->pc && ref->pc < first->pc + first->n_slots)
            n_map += p->insns[ref->pc].imm == (int64_t)(GUEST_MAP + (uint64_t)(flows - p->maps) * MAP_STRIDE);
        if (ref->kind == REF_FUNC && &p->functions[ref->index] == scale && p->insns[ref->pc].op == OP_call_local)
            n_calls += insn_target(&p->insns[ref->pc], ref->pc) == scale->pc;
    }
    cr_expect_eq(n_map, 1);
    cr_expect_eq(n_calls, 3);
    cr_expect(function_named(p, "second")->is_program);
}

Test(shapes, machine_none)
{
    struct edit e = edit_open("calls-v1.o");
    edit_header(&e)->e_machine = EM_NONE;
    struct program *p = load(&e);
    expect_calls(p);
    program_free(p);
}

/* Old clang: programs are STT_NOTYPE, and so are the labels of branches. */
Test(shapes, functions_without_type)
{
    struct edit e = edit_open("calls-v1.o");
    uint32_t n = 1;
    for (uint32_t i = 0; i < n; i++) {
        Elf64_Sym *s = edit_symbol(&e, i, &n);
        if (ELF64_ST_TYPE(s->st_info) == STT_FUNC)
            s->st_info = ELF64_ST_INFO(ELF64_ST_BIND(s->st_info), STT_NOTYPE);
    }
    struct program *p = load(&e);
    cr_expect(function_named(p, "first")->is_program);
    cr_expect(function_named(p, "second")->is_program);
    cr_expect(function_named(p, "third")->is_program);
    for (uint32_t i = 0; i < p->n_functions; i++)
        cr_expect(strncmp(p->functions[i].name, "LBB", 3), "a label became a function");
    program_free(p);
}

/* Nothing names code: sections are the programs, targets of calls the other functions. */
Test(shapes, no_symbol_of_a_function)
{
    struct edit e = edit_open("calls-v1.o");
    uint32_t n = 1;
    for (uint32_t i = 0; i < n; i++) {
        Elf64_Sym *s = edit_symbol(&e, i, &n);
        if (ELF64_ST_TYPE(s->st_info) == STT_FUNC || ELF64_ST_TYPE(s->st_info) == STT_NOTYPE)
            s->st_name = 0;
    }
    struct program *p = load(&e);
    cr_expect_eq(function_named(p, "xdp")->pc, program_function_named(p, "xdp")->pc);
    cr_expect(function_named(p, "xdp")->is_program);
    cr_expect(function_named(p, "tc")->is_program);
    cr_expect_eq(p->n_functions, 5, "%u functions", p->n_functions); /* clamp by its section, scale and count by their uses */
    program_free(p);
}

/* Only .text: everything that nobody calls is a program. */
Test(shapes, code_only_in_text)
{
    struct edit e = edit_open("calls-v1.o");
    edit_section_named(&e, "xdp")->sh_name = edit_section_named(&e, ".text")->sh_name;
    edit_section_named(&e, "tc")->sh_name = edit_section_named(&e, ".text")->sh_name;
    struct program *p = load(&e);
    cr_expect(function_named(p, "first")->is_program);
    cr_expect(function_named(p, "third")->is_program);
    cr_expect_not(function_named(p, "second")->is_program, "third calls it");
    cr_expect_not(function_named(p, "clamp")->is_program);
    program_free(p);
}

Test(shapes, static_programs)
{
    struct edit e = edit_open("calls-v1.o");
    uint32_t n = 1;
    for (uint32_t i = 0; i < n; i++) {
        Elf64_Sym *s = edit_symbol(&e, i, &n);
        if (strcmp(edit_symbol_name(&e, s), "third") == 0 || strcmp(edit_symbol_name(&e, s), "second") == 0)
            s->st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC);
    }
    struct program *p = load(&e);
    cr_expect(function_named(p, "third")->is_program);
    cr_expect(function_named(p, "third")->is_static);
    cr_expect_not(function_named(p, "second")->is_program, "static and called");
    program_free(p);
}

/* RELA: addends move from the code into the relocations; types become 0, as one object of Open vSwitch has them. */
Test(shapes, rela_of_type_0)
{
    struct edit e = edit_open("calls-v1.o");
    for (uint32_t i = 1; i < edit_n_sections(&e); i++) {
        Elf64_Shdr *rel = edit_section(&e, i), *target = edit_section(&e, rel->sh_info);
        if (rel->sh_type != SHT_REL || !(target->sh_flags & SHF_EXECINSTR))
            continue;
        uint32_t n = (uint32_t)(rel->sh_size / sizeof(Elf64_Rel));
        Elf64_Rela *relas = xcalloc(n, sizeof *relas);
        for (uint32_t j = 0; j < n; j++) {
            Elf64_Rel *r = (Elf64_Rel *)(void *)(e.bytes + rel->sh_offset) + j;
            uint8_t *insn = e.bytes + target->sh_offset + r->r_offset;
            int32_t imm = 0;
            relas[j] = (Elf64_Rela){ .r_offset = r->r_offset, .r_info = ELF64_R_INFO(ELF64_R_SYM(r->r_info), 0) };
            if (insn[0] != 0x18)
                continue;
            memcpy(&imm, insn + 4, sizeof imm);
            memset(insn + 4, 0, sizeof imm);
            relas[j].r_addend = imm;
        }
        rel->sh_type = SHT_RELA;
        rel->sh_entsize = sizeof *relas;
        edit_replace(&e, &rel, relas, n * sizeof *relas);
        free(relas);
    }
    struct program *p = load(&e);
    expect_calls(p);
    uint32_t n_data = 0;
    for (uint32_t i = 0; i < p->n_refs; i++)
        n_data += p->refs[i].kind == REF_DATA && p->refs[i].addend == 4;
    cr_expect_eq(n_data, 1, "table has its offset");
    program_free(p);
}

Test(shapes, no_license)
{
    struct edit e = edit_open("calls-v1.o");
    edit_section_named(&e, "license")->sh_name = 0;
    struct program *p = load(&e);
    cr_expect_str_eq(p->license, "");
    program_free(p);
}

/* A call of something that is there, but is no code. */
Test(shapes, unresolved_is_marked_and_noted)
{
    struct edit e = edit_open("calls-v1.o");
    uint32_t n = 1, n_unresolved = 0;
    for (uint32_t i = 0; i < n; i++) {
        Elf64_Sym *s = edit_symbol(&e, i, &n);
        if (strcmp(edit_symbol_name(&e, s), "flows") == 0 || strcmp(edit_symbol_name(&e, s), "clamp") == 0)
            s->st_shndx = SHN_ABS;
    }
    struct program *p = load(&e);
    for (uint32_t pc = 0; pc < p->n_slots; pc++)
        n_unresolved += p->insns[pc].flags == INSN_UNRESOLVED;
    cr_expect_eq(n_unresolved, 2);
    cr_expect_eq(p->n_notes, 4);
    cr_expect_str_eq(p->notes[0].text, "call of what is no function: clamp");
    cr_expect_str_eq(p->notes[1].text, "can't load the address of flows");
    program_free(p);
}

Test(shapes, memset_is_a_builtin)
{
    struct edit e = edit_open("calls-v1.o");
    uint32_t n = 1;
    for (uint32_t i = 0; i < n; i++) {
        Elf64_Sym *s = edit_symbol(&e, i, &n);
        if (strcmp(edit_symbol_name(&e, s), "some_kfunc") == 0)
            memcpy(e.bytes + edit_section_named(&e, ".strtab")->sh_offset + s->st_name, "memset", 7);
    }
    struct program *p = load(&e);
    bool is_resolved = false;
    for (uint32_t i = 0; i < p->n_externs; i++)
        is_resolved = is_resolved || (strcmp(p->externs[i].name, "memset") == 0 && p->externs[i].is_resolved && p->externs[i].is_func);
    cr_expect(is_resolved);
    program_free(p);
}

Test(shapes, big_endian)
{
    struct edit e = edit_open("calls-v1.o");
    edit_header(&e)->e_ident[EI_DATA] = ELFDATA2MSB;
    expect_error(&e, "x.o: big-endian BPF code does not run here; compile it with -target bpfel");
}

Test(shapes, other_machine)
{
    struct edit e = edit_open("calls-v1.o");
    edit_header(&e)->e_machine = EM_X86_64;
    expect_error(&e, "x.o: made for machine 62, not for BPF; compile it with clang -target bpf or bpf-gcc");
}

Test(shapes, linked_file)
{
    struct edit e = edit_open("calls-v1.o");
    edit_header(&e)->e_type = ET_EXEC;
    expect_error(&e, "ELF type 2; a relocatable object");
}

Test(shapes, cut_off)
{
    struct edit e = edit_open("calls-v1.o");
    e.n_bytes /= 2;
    expect_error(&e, "reach beyond the end of the file");
}

Test(shapes, section_beyond_the_end)
{
    struct edit e = edit_open("calls-v1.o");
    edit_section_named(&e, "xdp")->sh_offset = UINT64_MAX - 8;
    expect_error(&e, "x.o: section at offset 0xfffffffffffffff7: section 4 (xdp): its 296 bytes reach beyond the end of the file");
}

Test(shapes, section_of_odd_alignment)
{
    struct edit e = edit_open("calls-v1.o");
    edit_section_named(&e, ".data")->sh_addralign = 12;
    expect_error(&e, "(.data): alignment 12 is no power of two");
}

Test(shapes, compressed_code)
{
    struct edit e = edit_open("calls-v1.o");
    edit_section_named(&e, "xdp")->sh_flags |= SHF_COMPRESSED;
    expect_error(&e, "(xdp) is compressed; decompress it");
}

Test(shapes, relocation_without_symbol)
{
    struct edit e = edit_open("calls-v1.o");
    Elf64_Rel *r = (Elf64_Rel *)(void *)(e.bytes + edit_section_named(&e, ".relxdp")->sh_offset);
    r->r_info = ELF64_R_INFO(9999, 1);
    expect_error(&e, "relocation 0 refers to symbol 9999 of");
}

Test(shapes, no_code)
{
    struct edit e = edit_open("calls-v1.o");
    for (uint32_t i = 1; i < edit_n_sections(&e); i++)
        edit_section(&e, i)->sh_flags &= ~(uint64_t)SHF_EXECINSTR;
    expect_error(&e, "x.o: no section holds instructions");
}

Test(shapes, huge_bss)
{
    struct edit e = edit_open("calls-v1.o");
    edit_section_named(&e, ".bss")->sh_size = UINT64_C(1) << 62;
    expect_error(&e, "bytes; the limit is");
    e = edit_open("calls-v1.o");
    edit_section_named(&e, ".bss")->sh_size = (UINT64_C(1) << 32) + 4;
    expect_error(&e, "bytes; the limit is");
}

/* A thousand sections that all claim the same megabyte of code: bounded by what is linked, not by the file. */
Test(shapes, overlapping_sections)
{
    enum { N_CLAIMS = 1000, CODE_BYTES = 1 << 20 };
    struct edit e = edit_open("calls-v1.o");
    size_t n = edit_n_sections(&e), code = ROUND_UP(e.n_bytes, 8), headers = code + CODE_BYTES;
    e.bytes = xrealloc(e.bytes, headers + (n + N_CLAIMS) * sizeof(Elf64_Shdr));
    memset(e.bytes + e.n_bytes, 0, headers - e.n_bytes);
    memcpy(e.bytes + headers, e.bytes + edit_header(&e)->e_shoff, n * sizeof(Elf64_Shdr));
    edit_header(&e)->e_shoff = headers;
    for (uint32_t i = 0; i < N_CLAIMS; i++)
        *edit_section(&e, (uint32_t)n + i) = (Elf64_Shdr){ .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                                                           .sh_offset = code, .sh_size = CODE_BYTES, .sh_addralign = 8 };
    edit_header(&e)->e_shnum = (uint16_t)(n + N_CLAIMS);
    e.n_bytes = headers + (n + N_CLAIMS) * sizeof(Elf64_Shdr);
    expect_error(&e, "bytes; the limit is 8388608");
}

/* More functions than are kept: the rest belongs to the last one, and a note says so. */
Test(shapes, too_many_functions)
{
    enum { N_FUNCTIONS = 70000 };
    uint8_t *code = xcalloc(N_FUNCTIONS * 2, 8);
    for (int32_t i = 0; i < N_FUNCTIONS; i++) {
        int32_t forward = N_FUNCTIONS - 1;
        code[i * 8] = 0x85;
        code[i * 8 + 1] = 0x10;
        memcpy(code + i * 8 + 4, &forward, sizeof forward);
        code[(N_FUNCTIONS + i) * 8] = 0x95;
    }
    struct program *p = program_from_code(code, N_FUNCTIONS * 2);
    cr_expect_eq(p->n_functions, 65536);
    cr_expect_eq(p->functions[65535].pc + p->functions[65535].n_slots, N_FUNCTIONS * 2);
    cr_expect_eq(p->n_notes, 1);
    cr_expect_str_eq(p->notes[0].text, "4465 functions beyond the first 65536 are shown as part of the one before");
    program_free(p);
    free(code);
}
