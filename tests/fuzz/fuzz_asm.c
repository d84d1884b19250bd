/* Fuzz target: assembly text. It assembles or gives an error with a place; what assembles has a text, in both syntaxes, that assembles to the
 * same bytes. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/base/base.h"
#include "sim/isa/asm.h"
#include "sim/isa/disasm.h"
#include "sim/machine/helper.h"
#include "tests/fuzz/mutate.h"
#include "tests/isa/random.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SLOTS = 1024 };

/* The whole program as text, a line per instruction. */
static void
write_text(const uint8_t *code, uint32_t n_slots, enum syntax syntax, struct buf *text)
{
    struct insn insn;
    for (uint32_t pc = 0; pc < n_slots; pc += insn_slots(&insn)) {
        enum err err = insn_decode(code, n_slots, pc, &insn, NULL);
        FUZZ_CHECK(err == OK, "slot %u is illegal (%d): the assembler made it", pc, err);
        insn_disasm(&insn, pc, syntax, NULL, text);
        buf_putc(text, '\n');
    }
}

static void
read_back(const uint8_t *code, uint32_t n_slots)
{
    for (int syntax = SYNTAX_KERNEL; syntax <= SYNTAX_MNEMONIC; syntax++) {
        struct buf text = BUF_EMPTY;
        struct errinfo e;
        uint8_t *again;
        uint32_t n_again;
        write_text(code, n_slots, syntax, &text);
        enum err err = asm_program(buf_text(&text), text.len, helper_id, &again, &n_again, NULL, &e);
        FUZZ_CHECK(err == OK, "line %" PRIu64 ", column %" PRIu64 ": %s, in:\n%s", e.off, e.a, e.subject, buf_text(&text));
        FUZZ_CHECK(n_again == n_slots && memcmp(again, code, (size_t)n_slots * SLOT_BYTES) == 0, "syntax %d:\n%s", syntax, buf_text(&text));
        free(again);
        buf_free(&text);
    }
}

static void
check_error(const struct errinfo *e, size_t n)
{
    struct buf text = BUF_EMPTY;
    err_text(e, &text);
    FUZZ_CHECK(e->code == ERR_SYNTAX && e->off >= 1 && e->off <= n + 1 && e->a >= 1 && e->a <= n + 1, "%d: %s", e->code, buf_text(&text));
    for (size_t i = 0; i < text.len; i++)
        FUZZ_CHECK((unsigned char)text.text[i] >= ' ', "byte %#x in: %s", (unsigned char)text.text[i], buf_text(&text));
    buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    uint8_t *code;
    uint32_t n_slots, *lines;
    struct errinfo e;
    if (asm_program((const char *)bytes, n, helper_id, &code, &n_slots, &lines, &e)) {
        check_error(&e, n);
        return 0;
    }
    FUZZ_CHECK(n_slots >= 1 && n_slots <= n, "%u slots", n_slots);
    for (uint32_t pc = 0; pc < n_slots; pc++)
        FUZZ_CHECK(lines[pc] >= 1 && lines[pc] <= n, "slot %u: line %u", pc, lines[pc]);
    if (n_slots <= MOST_SLOTS)
        read_back(code, n_slots);
    free(code);
    free(lines);
    return 0;
}

/* Half of the time changes the program instead of its text: labels and comments are lost, but what comes out assembles. */
size_t
LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n, size_t max, unsigned seed)
{
    static uint8_t room[MOST_SLOTS * SLOT_BYTES];
    uint64_t state = seed;
    uint8_t *code;
    uint32_t n_slots;
    if (random_next(&state) % 2 || asm_program((const char *)bytes, n, helper_id, &code, &n_slots, NULL, NULL))
        return LLVMFuzzerMutate(bytes, n, max);
    n_slots = n_slots < MOST_SLOTS ? n_slots : MOST_SLOTS;
    memcpy(room, code, (size_t)n_slots * SLOT_BYTES);
    free(code);
    n_slots = mutate_program(room, n_slots, MOST_SLOTS, &state);

    struct buf text = BUF_EMPTY;
    enum syntax syntax = random_next(&state) % 2 ? SYNTAX_KERNEL : SYNTAX_MNEMONIC;
    struct insn insn;
    for (uint32_t pc = 0; pc < n_slots; pc += insn_slots(&insn)) {
        insn_decode(room, n_slots, pc, &insn, NULL);
        insn_disasm(&insn, pc, syntax, NULL, &text);
        buf_putc(&text, '\n');
    }
    if (text.len <= max)
        memcpy(bytes, buf_text(&text), n = text.len);
    buf_free(&text);
    return n;
}
