/* The mutator of targets whose input is an object: it mostly keeps the file's structure. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/object/layout.h"
#include "tests/fuzz/mutate.h"
#include "tests/isa/random.h"
#include "tests/object/damage.h"

#include <elf.h>
#include <string.h>

/* A section that has bytes in the file, chosen by the state. False when that one has none. */
static bool
choose_section(const uint8_t *bytes, size_t n, uint64_t *state, Elf64_Shdr *out)
{
    Elf64_Ehdr header;
    memcpy(&header, bytes, sizeof header);
    if (!header.e_shnum || header.e_shoff > n || (n - header.e_shoff) / sizeof *out < header.e_shnum)
        return false;
    memcpy(out, bytes + header.e_shoff + random_next(state) % header.e_shnum * sizeof *out, sizeof *out);
    return out->sh_type != SHT_NOBITS && out->sh_size && out->sh_offset < n && out->sh_size <= n - out->sh_offset;
}

/* Changes instructions in code and bytes in other sections, without moving anything. */
size_t
LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n, size_t max, unsigned seed)
{
    uint64_t state = seed;
    Elf64_Shdr section;
    uint64_t dice = random_next(&state) % 8;
    if (n < sizeof(Elf64_Ehdr) || dice == 0)
        return LLVMFuzzerMutate(bytes, n, max);
    if (dice < 3 || !choose_section(bytes, n, &state, &section)) {
        state |= 1;
        object_damage(bytes, n, &state);
    } else {
        bool is_code = section.sh_flags & SHF_EXECINSTR && section.sh_size / SLOT_BYTES <= UINT32_MAX && random_next(&state) % 8;
        if (!is_code || !mutate_in_place(bytes + section.sh_offset, (uint32_t)(section.sh_size / SLOT_BYTES), &state))
            LLVMFuzzerMutate(bytes + section.sh_offset, section.sh_size, section.sh_size);
    }
    return n;
}
