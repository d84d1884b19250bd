/* The code of one program in the form that bpf(2) takes: cut out of the one-image program, with what it calls, and linked again.
 * Not for maps' file descriptors: those are patched in afterwards, at the slots listed here. */
#ifndef JIT_DIFF_KERNEL_CODE_H
#define JIT_DIFF_KERNEL_CODE_H

#include "sim/object/program.h"

#include <linux/bpf.h>

/* A 16-byte load whose imm is to become the file descriptor of a map. */
struct kernel_fixup {
    uint32_t slot;
    uint32_t map; /* index into program->maps; KERNEL_CAPTURE_MAP: the map that receives r0 */
};
#define KERNEL_CAPTURE_MAP UINT32_MAX

struct kernel_code {
    struct bpf_insn *insns;
    uint32_t n;
    size_t cap;
    struct kernel_fixup *fixups;
    uint32_t n_fixups;
    size_t cap_fixups;
    uint32_t *starts; /* first slots of the subprograms, ascending; starts[0] == 0 is the program itself */
    uint32_t n_starts;
    bool needs_btf; /* callbacks, or LDABS or tail calls in subprograms: the kernel wants to see their types */
};

/* Fills *code with functions[entry] and all that it calls or takes the address of, the entry first. With `capture_r0` every exit of the
 * entry function goes through an epilogue that stores r0 into value 0 of the capture map. Instructions that the linker could not
 * resolve become calls of a helper that does not exist (as libbpf poisons them): the verifier accepts them in dead code only.
 * ERR_KERNEL_LOAD when control passes from one function into the middle of another. O(slots). */
enum err kernel_code_extract(const struct program *p, uint32_t entry, bool capture_r0, struct kernel_code *code, struct errinfo *e);
void kernel_code_free(struct kernel_code *code);

#endif
