/* Fuzz target: a file, as `ebpfdbg FILE` takes it: an ELF object, or assembly when it is none. It loads or is refused with a text; what loads is
 * sound, can be listed, and runs for a while under both engines, with the same outcome. The file is its own kernel BTF for CO-RE. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "sim/machine/listing.h"
#include "sim/machine/progtype.h"
#include "tests/fuzz/twins.h"
#include "tests/object/sound.h"

#include <string.h>

enum { MOST_LISTED = 4096, BUDGET = 3000, PACKET_BYTES = 64 };

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
list(const struct program *p)
{
    struct buf text = BUF_EMPTY;
    for (uint32_t pc = 0; pc < p->n_slots && pc < MOST_LISTED; pc++) {
        listing_insn(p, pc, pc % 2 ? SYNTAX_KERNEL : SYNTAX_MNEMONIC, &text);
        FUZZ_CHECK(text.len, "slot %u has no text", pc);
        buf_clear(&text);
    }
    buf_free(&text);
}

static void
run(const struct program *program)
{
    struct cost_model costs;
    uint8_t packet[PACKET_BYTES];
    const struct function *entry = program_default_entry(program);
    FUZZ_CHECK(entry, "no entry in %u slots", program->n_slots);
    for (int i = 0; i < PACKET_BYTES; i++)
        packet[i] = (uint8_t)i;
    struct input input = { .packet = packet, .packet_bytes = PACKET_BYTES };
    cost_model_unit(&costs);
    struct machine *m = machine_new(program, &costs, NULL);
    struct lockstep *ls = twins_open(program, &costs, LOCKSTEP_WHOLE);
    if (machine_start(m, (uint32_t)(entry - program->functions), prog_type_of_section(entry->section), &input, NULL) == OK)
        twins_run(ls, m, BUDGET, 0);
    lockstep_close(ls);
    machine_free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct load_options options = { .btf_path = fuzz_file(0, bytes, n), .helper_id = helper_id };
    struct program *p;
    struct errinfo e = { 0 };
    enum err err = program_load_bytes("fuzz.o", bytes, n, &options, &p, &e);
    if (err) {
        check_error(&e, err);
        return 0;
    }
    program_assert_sound(p);
    list(p);
    run(p);
    program_free(p);
    return 0;
}
