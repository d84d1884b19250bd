/* Fuzz target: raw slots. Whatever they are, decoding, the checks of `info check` and both disassemblers cope; what is legal encodes to the same
 * bytes and its text assembles to them. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/isa/asm.h"
#include "sim/isa/disasm.h"
#include "tests/fuzz/mutate.h"
#include "tests/isa/random.h"
#include "tests/object/sound.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SLOTS = 32 }; /* instructions stand alone here: more of them only take longer */

/* The legal instructions of an input, one after the other. */
struct legal {
    uint8_t code[MOST_SLOTS * SLOT_BYTES];
    uint32_t n_slots;
    struct buf text[2]; /* in both syntaxes */
};

static void
try_slot(const uint8_t *code, uint32_t n, uint32_t pc, struct legal *legal)
{
    struct insn insn, decoded;
    struct errinfo e;
    uint8_t again[16];
    const uint8_t *bytes = code + (size_t)pc * SLOT_BYTES;
    enum err err = insn_decode(code, n, pc, &insn, &e);
    uint32_t n_slots = insn_slots(&insn);
    FUZZ_CHECK(insn.op < N_OPS || insn.op == OP_illegal, "op %u", insn.op);
    FUZZ_CHECK((err == OK) == (insn.op < N_OPS && !(insn.flags & INSN_RESERVED)), "error %d", err);
    FUZZ_CHECK(insn.dst < N_REGS && insn.src < 16, "r%u, r%u", insn.dst, insn.src);
    if (err == OK || err == ERR_RESERVED_FIELD) {
        FUZZ_CHECK(insn_encode(&insn, again) == n_slots, "%s", insn_row(&insn)->name);
        FUZZ_CHECK(insn_decode(again, n_slots, 0, &decoded, NULL) == OK && decoded.op == insn.op, "%s", insn_row(&insn)->name);
        FUZZ_CHECK(err || memcmp(again, bytes, (size_t)n_slots * SLOT_BYTES) == 0, "%s", insn_row(&insn)->name);
    }
    (void)(insn_reads(&insn) | insn_writes(&insn) | insn_target(&insn, pc));
    bool is_kept = err == OK && legal->n_slots + n_slots <= MOST_SLOTS;
    for (int syntax = SYNTAX_KERNEL; syntax <= SYNTAX_MNEMONIC; syntax++) {
        struct buf text = BUF_EMPTY;
        insn_disasm(&insn, pc, syntax, NULL, &text);
        FUZZ_CHECK(text.len, "no text");
        if (is_kept)
            buf_printf(&legal->text[syntax], "%s\n", buf_text(&text));
        buf_free(&text);
    }
    if (is_kept)
        memcpy(legal->code + (size_t)legal->n_slots * SLOT_BYTES, bytes, (size_t)n_slots * SLOT_BYTES);
    legal->n_slots += is_kept ? n_slots : 0;
}

/* The text of what is legal assembles to its bytes. */
static void
read_back(const struct legal *legal, const struct buf *text)
{
    struct errinfo e;
    uint8_t *code;
    uint32_t n_slots;
    enum err err = asm_program(buf_text(text), text->len, NULL, &code, &n_slots, NULL, &e);
    FUZZ_CHECK(err == OK, "line %" PRIu64 ", column %" PRIu64 ": %s, in:\n%s", e.off, e.a, e.subject, buf_text(text));
    FUZZ_CHECK(n_slots == legal->n_slots && memcmp(code, legal->code, (size_t)n_slots * SLOT_BYTES) == 0, "%u slots:\n%s", n_slots, buf_text(text));
    free(code);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    uint32_t n_slots = n / SLOT_BYTES < MOST_SLOTS ? (uint32_t)(n / SLOT_BYTES) : MOST_SLOTS;
    if (!n_slots)
        return -1;
    static struct legal legal;
    legal.n_slots = 0;
    for (uint32_t pc = 0; pc < n_slots; pc++)
        try_slot(bytes, n_slots, pc, &legal);
    for (int syntax = SYNTAX_KERNEL; syntax <= SYNTAX_MNEMONIC; syntax++) {
        if (legal.n_slots)
            read_back(&legal, &legal.text[syntax]);
        buf_clear(&legal.text[syntax]);
    }
    struct program *p = program_from_code(bytes, n_slots);
    program_assert_sound(p);
    program_free(p);
    return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n, size_t max, unsigned seed)
{
    uint64_t state = seed;
    size_t room = max / SLOT_BYTES, n_slots = n / SLOT_BYTES;
    if (room < 2 || n_slots > room || random_next(&state) % 4 == 0)
        return LLVMFuzzerMutate(bytes, n, max);
    return (size_t)mutate_program(bytes, (uint32_t)n_slots, (uint32_t)room, &state) * SLOT_BYTES;
}

size_t
LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b, uint8_t *out, size_t max, unsigned seed)
{
    uint64_t state = seed;
    if (max < 2 * SLOT_BYTES)
        return 0;
    uint32_t slots_a = (uint32_t)(n_a / SLOT_BYTES), slots_b = (uint32_t)(n_b / SLOT_BYTES), room = (uint32_t)(max / SLOT_BYTES);
    return (size_t)mutate_splice(a, slots_a, b, slots_b, out, room, &state) * SLOT_BYTES;
}
