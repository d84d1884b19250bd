/* A program made by hand, with maps: for instructions that refer to something. Loads with src 1 and 2 name the map by their low 32 bits (src 2
 * the offset by the high ones); the fixture turns them into references as the linker does. */
#ifndef TESTS_KERNEL_FIXTURE_H
#define TESTS_KERNEL_FIXTURE_H

#include "sim/isa/isa.h"
#include "sim/object/program.h"

struct fixture {
    struct program *program;
};

void fixture_new(struct fixture *f, const struct insn *insns, uint32_t n);
/* The definition may be completed until the next map is added. */
struct map_def *fixture_add_map(struct fixture *f, const char *name, uint32_t type, uint32_t key_bytes, uint32_t value_bytes,
                                uint32_t max_entries);
void fixture_add_data(struct fixture *f, const char *name, uint32_t bytes);
/* An unresolved extern that the call at slot `pc` refers to. */
void fixture_add_extern(struct fixture *f, const char *name, uint32_t pc);
void fixture_free(struct fixture *f);

#endif
