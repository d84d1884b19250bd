/* Program types: the table of progtype.def and what is looked up in it. */
#include "config.h"

#include "sim/machine/progtype.h"

#include "sim/base/base.h"

#include <linux/bpf.h>
#include <string.h>

/* Newer than the headers of Debian 12. */
enum { BPF_PROG_TYPE_NETFILTER = 32 };

struct verdict {
    uint32_t value;
    const char *name;
};

/* Access of a field, as the columns of ctx_field.def say it. */
enum { N = 0, R = CTX_READ, W = CTX_READ | CTX_WRITE };

#define XDP_FIELD(name, off, bytes, in, xdp, devmap) { #name, off, bytes, xdp, in },
static const struct ctx_field xdp_fields[] = {
#include "sim/machine/ctx_field.def"
};
#define XDP_FIELD(name, off, bytes, in, xdp, devmap) { #name, off, bytes, devmap, in },
static const struct ctx_field xdp_devmap_fields[] = {
#include "sim/machine/ctx_field.def"
};
#define SKB_FIELD(name, off, bytes, in, cls, socket, cgroup, lwt, flow, sk_skb) { #name, off, bytes, cls, in },
static const struct ctx_field cls_fields[] = {
#include "sim/machine/ctx_field.def"
};
#define SKB_FIELD(name, off, bytes, in, cls, socket, cgroup, lwt, flow, sk_skb) { #name, off, bytes, socket, in },
static const struct ctx_field socket_fields[] = {
#include "sim/machine/ctx_field.def"
};
#define SKB_FIELD(name, off, bytes, in, cls, socket, cgroup, lwt, flow, sk_skb) { #name, off, bytes, cgroup, in },
static const struct ctx_field cgroup_fields[] = {
#include "sim/machine/ctx_field.def"
};
#define SKB_FIELD(name, off, bytes, in, cls, socket, cgroup, lwt, flow, sk_skb) { #name, off, bytes, lwt, in },
static const struct ctx_field lwt_fields[] = {
#include "sim/machine/ctx_field.def"
};
#define SKB_FIELD(name, off, bytes, in, cls, socket, cgroup, lwt, flow, sk_skb) { #name, off, bytes, flow, 0 },
static const struct ctx_field flow_fields[] = {
#include "sim/machine/ctx_field.def"
};
#define SKB_FIELD(name, off, bytes, in, cls, socket, cgroup, lwt, flow, sk_skb) { #name, off, bytes, sk_skb, in },
static const struct ctx_field sk_skb_fields[] = {
#include "sim/machine/ctx_field.def"
};

static const struct verdict no_verdicts[] = { { 0, NULL } };
static const struct verdict xdp_verdicts[] = {
    { 0, "XDP_ABORTED" }, { 1, "XDP_DROP" }, { 2, "XDP_PASS" }, { 3, "XDP_TX" }, { 4, "XDP_REDIRECT" }, { 0, NULL },
};
static const struct verdict tc_verdicts[] = {
    { UINT32_MAX, "TC_ACT_UNSPEC" }, { 0, "TC_ACT_OK" },       { 1, "TC_ACT_RECLASSIFY" }, { 2, "TC_ACT_SHOT" },
    { 3, "TC_ACT_PIPE" },            { 4, "TC_ACT_STOLEN" },   { 5, "TC_ACT_QUEUED" },     { 6, "TC_ACT_REPEAT" },
    { 7, "TC_ACT_REDIRECT" },        { 8, "TC_ACT_TRAP" },     { 0, NULL },
};
static const struct verdict lwt_verdicts[] = {
    { 0, "BPF_OK" }, { 2, "BPF_DROP" }, { 7, "BPF_REDIRECT" }, { 128, "BPF_LWT_REROUTE" }, { 0, NULL },
};
static const struct verdict flow_verdicts[] = {
    { 0, "BPF_OK" }, { 2, "BPF_DROP" }, { 129, "BPF_FLOW_DISSECTOR_CONTINUE" }, { 0, NULL },
};
static const struct verdict sk_verdicts[] = { { 0, "SK_DROP" }, { 1, "SK_PASS" }, { 0, NULL } };
static const struct verdict cgroup_verdicts[] = { { 0, "deny" }, { 1, "allow" }, { 0, NULL } };
static const struct verdict netfilter_verdicts[] = { { 0, "NF_DROP" }, { 1, "NF_ACCEPT" }, { 0, NULL } };

#define PROG_TYPE(name, kernel, family, bytes, fields, verdicts, flags, ...) \
    static const char *const name##_sections[] = { __VA_ARGS__, NULL };
#include "sim/machine/progtype.def"

enum { LDABS = 1, RUN = 2, OPEN = 4, RW = 8 };
#define NO_FIELDS .fields = NULL, .n_fields = 0
#define FIELDS(array) .fields = array, .n_fields = ARRAY_LEN(array)
#define PROG_TYPE(name_, kernel, family_, bytes, fields_, verdicts_, flags, ...)                                                   \
    { .name = #name_, .kernel_type = BPF_PROG_TYPE_##kernel, .family = family_, .ctx_bytes = bytes, .sections = name_##_sections,  \
      fields_, .verdicts = verdicts_, .has_ld_abs = (flags) & LDABS, .test_run = (flags) & RUN, .ctx_is_open = (flags) & OPEN,     \
      .ctx_is_writable = (flags) & RW },
const struct prog_type prog_types[] = {
#include "sim/machine/progtype.def"
};
const uint32_t n_prog_types = ARRAY_LEN(prog_types);

/* Length of the prefix when it matches, 0 otherwise. Two letters are too few to tell "tc" from "tcp_cong": there the word must end. */
static size_t
match_prefix(const char *section, const char *prefix)
{
    size_t n = strlen(prefix);
    if (strncmp(section, prefix, n) != 0)
        return 0;
    char next = section[n];
    bool is_word = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
    return n <= 2 && is_word ? 0 : n;
}

const struct prog_type *
prog_type_named(const char *name)
{
    for (uint32_t i = 0; i < n_prog_types; i++)
        if (strcmp(prog_types[i].name, name) == 0)
            return &prog_types[i];
    return NULL;
}

const struct prog_type *
prog_type_of_section(const char *section_name)
{
    const struct prog_type *best = &prog_types[0];
    size_t best_len = 0;
    if (section_name[0] == '?') /* libbpf: do not load automatically */
        section_name++;
    for (uint32_t i = 0; i < n_prog_types; i++)
        for (const char *const *s = prog_types[i].sections; *s; s++) {
            size_t len = match_prefix(section_name, *s);
            if (len > best_len) {
                best_len = len;
                best = &prog_types[i];
            }
        }
    return best;
}

const char *
prog_type_verdict(const struct prog_type *type, uint32_t retval)
{
    for (const struct verdict *v = type->verdicts; v->name; v++)
        if (v->value == retval)
            return v->name;
    return NULL;
}
