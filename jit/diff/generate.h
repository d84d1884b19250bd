/* Random subjects from the ISA table: programs that are valid by construction (registers have values, loops end, branches go somewhere), so
 * that they run to their end unless an access is out of bounds on purpose. Everything follows from the seed and the options. */
#ifndef JIT_DIFF_GENERATE_H
#define JIT_DIFF_GENERATE_H

#include "jit/diff/rng.h"
#include "jit/diff/subject.h"

/* What programs consist of; the table is class.def. */
enum generate_class {
#define CLASS(name, ...) CLASS_##name,
#include "jit/diff/class.def"
    N_CLASSES
};

struct generate_class_row {
    const char *name, *help;
    uint32_t weight;
};
extern const struct generate_class_row generate_classes[N_CLASSES];

enum { GENERATE_MAX_INSNS = 1000, GENERATE_MAX_WEIGHT = 1000 };

struct generate_options {
    uint32_t n_insns;      /* of the whole program, about; 1..GENERATE_MAX_INSNS */
    uint32_t cpu;          /* rows of isa.def that clang -mcpu=vN emits; 4: all */
    bool for_kernel;       /* what the verifier takes, leaving everything that was computed in a map */
    uint32_t bare_bytes;   /* not 0: only programs of CTX_GENERIC on memory of this size, a multiple of 8, that need no maps */
    uint32_t wild_percent; /* of accesses that are just out of bounds, branches to nowhere and the like; none for the kernel */
    uint32_t points_percent; /* of programs that run with break- and watchpoints */
    uint32_t stop_percent;   /* of programs whose run is made of two */
    uint32_t weights[N_CLASSES]; /* 0..GENERATE_MAX_WEIGHT */
};

/* 50 instructions, everything, 2 % wild, 5 % with points, 5 % in two. */
extern const struct generate_options generate_everything;

/* "alu=10,loop=0": changes the weights of these classes. ERR_USAGE with the reason. */
enum err generate_parse_weights(const char *text, struct generate_options *options, struct errinfo *e);

/* The options, ready to draw from. */
struct generator {
    struct generate_options options;
    uint32_t total_weight;
    const struct prog_type *generic, *tc, *xdp;
    /* The rows that may be drawn, by what takes them. */
    struct row_list {
        uint16_t ops[64];
        uint32_t n;
    } rows[12];
};

void generator_init(struct generator *g, const struct generate_options *options);

/* Rows of isa.def that the generator can make, and the outcomes of their conditional branches: what coverage can come to. */
uint32_t generator_rows(const struct generator *g, uint32_t *n_outcomes);

/* Fills *out. O(instructions), no allocation. */
void generate_subject(const struct generator *g, uint64_t seed, struct subject *out);

/* A break- or watchpoint for a program of n_slots slots whose memory is `bytes` bytes (at least 16) at addr. */
void generate_point(struct rng *r, uint32_t n_slots, uint32_t addr, uint32_t bytes, struct subject_point *out);

/* For who wants raw code only: a program for memory of `memory_bytes` (bare_bytes), into code, which has room for GENERATE_MAX_SLOTS slots.
 * Returns their number. */
enum { GENERATE_MAX_SLOTS = SUBJECT_MAX_SLOTS };
uint32_t generate_program(uint64_t seed, const struct generate_options *options, uint32_t memory_bytes, uint8_t *code);

#endif
