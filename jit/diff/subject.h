/* A subject: one program as raw code with what it runs on; all that a comparison of engines needs, in one value that can be copied, shrunk,
 * written down and read again.
 *
 * Every subject has the same maps, so that machines and the kernel's maps can stay when the program changes. The code names them by their
 * number: `ld_map_fd` with imm = SUBJECT_*, `ld_map_val` with imm = SUBJECT_STATE | offset << 32. */
#ifndef JIT_DIFF_SUBJECT_H
#define JIT_DIFF_SUBJECT_H

#include "sim/machine/input.h"
#include "sim/machine/progtype.h"
#include "sim/object/program.h"
#include "sim/point.h"

enum {
    SUBJECT_MAX_SLOTS = 4096,
    SUBJECT_MAX_INPUT = 512,
    SUBJECT_MAX_TARGETS = 4,
    SUBJECT_MAX_POINTS = 4,
    SUBJECT_MAX_NODES = 64,
};

/* The maps: subject_maps has their definitions. */
enum subject_map {
    SUBJECT_STATE, /* data section of SUBJECT_STATE_BYTES, addressed directly: where programs leave what they computed */
    SUBJECT_ARRAY, /* values of SUBJECT_VALUE_BYTES, u32 keys */
    SUBJECT_HASH,  /* the same by any u32 key */
    SUBJECT_PROGS, /* program array: key i is the program at targets[i] */
    N_SUBJECT_MAPS
};
enum { SUBJECT_STATE_BYTES = 256, SUBJECT_VALUE_BYTES = 32, SUBJECT_ENTRIES = 4 };

/* A break- or watchpoint that is set while the subject runs. */
struct subject_point {
    struct point point;   /* as at the start of the run; its condition is here: */
    uint32_t n_nodes;     /* 0: always */
    struct cond_node nodes[SUBJECT_MAX_NODES];
};

struct subject {
    const struct prog_type *type; /* "generic": the input is the memory that r1 points to; otherwise a type that takes a packet: the packet */
    uint32_t n_slots;
    uint32_t n_input;             /* bytes */
    uint32_t n_targets;
    uint32_t may_goto_limit;      /* as in struct env */
    uint32_t stop_after;          /* the run is made of two, the first with a budget of so many instructions; 0: of one */
    bool has_unit_costs;          /* all instructions cost the same, so that engines need not count cycles; else the built-in table */
    uint32_t n_points;
    uint32_t longest_path;        /* no way through one of its programs has more instructions; UINT32_MAX: not known */
    uint32_t targets[SUBJECT_MAX_TARGETS]; /* slots behind the main program where tail-called programs begin, ascending */
    struct subject_point points[SUBJECT_MAX_POINTS];
    uint8_t input[SUBJECT_MAX_INPUT];
    uint8_t code[SUBJECT_MAX_SLOTS * SLOT_BYTES]; /* n_slots of them count */
};

/* Whether subjects can be of this type: those that run on memory or a packet, and need no other context. */
bool subject_takes_type(const struct prog_type *type);

/* Copies what counts of a subject: the code that it has, not the room. */
void subject_copy(struct subject *to, const struct subject *from);

/* Sets longest_path from the code. Ways with loops are not known. O(slots). */
void subject_measure(struct subject *s);

/* The subject as a program, owned by the caller (program_free). subject_link makes a program that came from here that of another subject,
 * see program_set_code. Its function 0 is the entry. */
struct program *subject_program(const struct subject *s);
void subject_link(struct program *p, const struct subject *s);

/* The points as an engine takes them; NULL: there are none. Owned by the caller, as points_new's. */
struct points *subject_points(const struct subject *s);
void subject_points_free(struct points *points);

/* What machine_start takes. Points into the subject. */
struct input subject_input(const struct subject *s);

#endif
