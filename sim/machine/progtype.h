/* Program types: name, section prefixes, context. One row of progtype.def each. */
#ifndef SIM_MACHINE_PROGTYPE_H
#define SIM_MACHINE_PROGTYPE_H

#include <stdbool.h>
#include <stdint.h>

enum ctx_family {
    CTX_GENERIC, /* r1 = memory given by the user, r2 = its length: vectors and plain code */
    CTX_XDP,     /* struct xdp_md */
    CTX_SKB,     /* struct __sk_buff */
    CTX_FLOW,    /* three pointers of struct __sk_buff, and struct bpf_flow_keys */
    CTX_BYTES,   /* a flat struct whose bytes the user supplies: pt_regs, tracepoint records, raw_tp arguments */
};

/* A field of a context struct, for `info context`, `set ctx` and for the rule of who may read and write it. */
enum ctx_access { CTX_READ = 1, CTX_WRITE = 2 };
struct ctx_field {
    const char *name;
    uint16_t off, bytes;
    uint8_t access; /* of the guest, for this program type: CTX_READ | CTX_WRITE; 0: the kernel refuses to load it */
    bool is_input;  /* settable through ctx_in */
};

struct verdict; /* a return value and its name */

struct prog_type {
    const char *name;       /* "xdp", "tc", "socket_filter", "kprobe", ...: what --type takes */
    uint32_t kernel_type;   /* enum bpf_prog_type */
    enum ctx_family family;
    uint32_t ctx_bytes;
    const char *const *sections; /* prefixes of section names, NULL-terminated: libbpf's table and the pre-1.0 ones */
    const struct ctx_field *fields; /* NULL for CTX_GENERIC and CTX_BYTES */
    uint32_t n_fields;
    const struct verdict *verdicts; /* for prog_type_verdict */
    bool has_ld_abs; /* LDABS and LDIND are allowed */
    bool test_run;   /* BPF_PROG_TEST_RUN exists for it */
    bool ctx_is_open;     /* CTX_BYTES: the context is as long as the bytes given (ctx_bytes is the most, and all zeros when none are) */
    bool ctx_is_writable; /* CTX_BYTES: the guest may write it */
};

extern const struct prog_type prog_types[];
extern const uint32_t n_prog_types;

const struct prog_type *prog_type_named(const char *name);               /* NULL when unknown */
const struct prog_type *prog_type_of_section(const char *section_name); /* longest matching prefix; never NULL: "generic" */

/* The verdict in words: XDP_PASS, TC_ACT_SHOT...; NULL when the type has no named return values or the value no name. */
const char *prog_type_verdict(const struct prog_type *type, uint32_t retval);

#endif
