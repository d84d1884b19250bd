/* Contexts as BPF_PROG_TEST_RUN builds them: which fields a program may touch (the table against the verifier), what is in them for packets and
 * ctx_in of all kinds, which inputs are refused, and what ctx_out says after the program wrote. */
#include "config.h"

#include "sim/base/base.h"
#include "tests/kernel/fixture.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/packets.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

static const char *const packet_types[] = { "xdp", "tc", "action", "socket_filter", "cgroup_skb", "lwt_in", "lwt_out", "lwt_xmit" };

enum { MAX_INSNS = 1024, SEEN_BYTES = 256 };

/* Instructions on their way to a fixture. */
struct draft {
    struct insn insns[MAX_INSNS];
    uint32_t n;
};

static void
put(struct draft *d, enum op op, uint8_t dst, uint8_t src, int16_t off, int64_t imm)
{
    const struct insn_row *row = &insn_rows[op];
    cr_assert_lt(d->n, MAX_INSNS);
    d->insns[d->n++] = (struct insn){ .op = (uint16_t)op,
                                      .dst = dst,
                                      .src = row->fields & Fs ? src : row->src,
                                      .off = row->fields & Fo ? off : row->off,
                                      .imm = row->fields & Fi ? imm : row->imm };
}

static void
put_end(struct draft *d)
{
    put(d, OP_mov64_k, 0, 0, 0, 1); /* a value that every type may return */
    put(d, OP_exit, 0, 0, 0, 0);
}

static enum op
load_of(uint32_t bytes)
{
    return bytes == 1 ? OP_ldx_b : bytes == 2 ? OP_ldx_h : bytes == 4 ? OP_ldx_w : OP_ldx_dw;
}

static enum op
store_of(uint32_t bytes)
{
    return bytes == 1 ? OP_stx_b : bytes == 2 ? OP_stx_h : bytes == 4 ? OP_stx_w : OP_stx_dw;
}

/* ---------------------------------------------------------------- may the program touch it */

static bool
kernel_takes(const struct draft *d, const struct prog_type *type)
{
    struct fixture f;
    struct kernel_prog *k;
    fixture_new(&f, d->insns, d->n);
    bool takes = kernel_load(f.program, 0, type, NULL, 0, &k, NULL, NULL) == OK;
    if (takes)
        kernel_close(k);
    fixture_free(&f);
    return takes;
}

/* A load or store of `bytes` at ctx+off and nothing else. */
static bool
kernel_takes_access(const struct prog_type *type, uint32_t off, uint32_t bytes, bool is_store)
{
    struct draft *d = xcalloc(1, sizeof *d);
    put(d, OP_mov64_k, 2, 0, 0, 0);
    if (is_store)
        put(d, store_of(bytes), 1, 2, (int16_t)off, 0);
    else
        put(d, load_of(bytes), 2, 1, (int16_t)off, 0);
    put_end(d);
    bool takes = kernel_takes(d, type);
    free(d);
    return takes;
}

static const struct ctx_field *
field_at(const struct prog_type *type, uint32_t off)
{
    for (uint32_t i = 0; i < type->n_fields; i++)
        if (off >= type->fields[i].off && off < type->fields[i].off + type->fields[i].bytes)
            return &type->fields[i];
    return NULL;
}

Test(contexts_vs_kernel, fields_that_a_program_may_touch)
{
    LAB_NEED_KERNEL();
    for (uint32_t t = 0; t < ARRAY_LEN(packet_types); t++) {
        const struct prog_type *type = prog_type_named(packet_types[t]);
        for (uint32_t off = 0; off < type->ctx_bytes; off += 4) {
            const struct ctx_field *field = field_at(type, off);
            uint32_t bytes = !field ? 4 : field->bytes == 8 ? 8 : field->bytes < 4 ? field->bytes : 4;
            if (off % bytes)
                continue;
            const char *name = field ? field->name : "(no field)";
            bool reads = field && field->access & CTX_READ, writes = field && field->access & CTX_WRITE;
            cr_expect_eq(kernel_takes_access(type, off, bytes, false), reads, "%s: we %s reading %s+%u", type->name, reads ? "allow" : "forbid",
                         name, off);
            cr_expect_eq(kernel_takes_access(type, off, bytes, true), writes, "%s: we %s writing %s+%u", type->name,
                         writes ? "allow" : "forbid", name, off);
        }
    }
}

/* ---------------------------------------------------------------- what is in it */

static bool
is_named(const struct ctx_field *field, const char *name)
{
    return strcmp(field->name, name) == 0;
}

/* r2 = what of the field can be compared: distances of packet pointers, whether there is a socket, otherwise the value. r6 = ctx. */
static void
put_comparable(struct draft *d, const struct prog_type *type, const struct ctx_field *field, uint32_t off, uint32_t bytes)
{
    const struct ctx_field *data = NULL;
    for (uint32_t i = 0; i < type->n_fields; i++)
        if (is_named(&type->fields[i], "data"))
            data = &type->fields[i];
    put(d, load_of(bytes), 2, 6, (int16_t)off, 0);
    if (is_named(field, "data") || is_named(field, "data_end") || is_named(field, "data_meta")) {
        put(d, OP_ldx_w, 3, 6, (int16_t)data->off, 0);
        put(d, OP_sub64_x, 2, 3, 0, 0);
    } else if (is_named(field, "sk")) {
        put(d, OP_mov64_k, 3, 0, 0, 0);
        put(d, OP_jeq64_k, 2, 0, 1, 0);
        put(d, OP_mov64_k, 3, 0, 0, 1);
        put(d, OP_mov64_x, 2, 3, 0, 0);
    }
}

/* Copies all fields to the data map, each to its own offset. */
static void
put_copy(struct draft *d, const struct prog_type *type)
{
    put(d, OP_ld_map_val, 9, 0, 0, 0);
    for (uint32_t i = 0; i < type->n_fields; i++) {
        const struct ctx_field *field = &type->fields[i];
        uint32_t bytes = field->bytes == 8 ? 8 : field->bytes < 4 ? field->bytes : 4;
        for (uint32_t off = field->off; field->access & CTX_READ && off < (uint32_t)field->off + field->bytes; off += bytes) {
            put_comparable(d, type, field, off, bytes);
            put(d, store_of(bytes), 9, 2, (int16_t)off, 0);
        }
    }
}

/* Writes a small number to every writable field first. Large ones are cut by the kernel to what the field's own variable holds. */
static void
put_writes(struct draft *d, const struct prog_type *type)
{
    for (uint32_t i = 0; i < type->n_fields; i++) {
        const struct ctx_field *field = &type->fields[i];
        uint32_t bytes = field->bytes == 8 ? 8 : 4;
        for (uint32_t off = field->off; field->access & CTX_WRITE && off < (uint32_t)field->off + field->bytes; off += bytes) {
            put(d, OP_mov64_k, 2, 0, 0, off + 1);
            put(d, store_of(bytes), 6, 2, (int16_t)off, 0);
        }
    }
}

static void
open_copier(struct lab *lab, struct fixture *f, const struct prog_type *type, bool writes)
{
    struct draft *d = xcalloc(1, sizeof *d);
    struct buf why = BUF_EMPTY;
    put(d, OP_mov64_x, 6, 1, 0, 0);
    if (writes)
        put_writes(d, type);
    put_copy(d, type);
    put_end(d);
    fixture_new(f, d->insns, d->n);
    fixture_add_data(f, ".data", SEEN_BYTES);
    bool is_open = lab_open(lab, f->program, 0, type, 0, &why);
    cr_assert(is_open, "%s: %s", type->name, buf_text(&why));
    buf_free(&why);
    free(d);
}

static void
expect_same(struct lab *lab, const struct input *input, const char *what, uint32_t a, uint32_t b)
{
    struct buf out = BUF_EMPTY;
    uint32_t n = lab_run(lab, input, &out);
    cr_expect_eq(n, 0, "%s, %u-byte packet, %u-byte context, %s %u = 0x%x: %s", lab->type->name, input->packet_bytes, input->ctx_bytes, what,
                 a, b, buf_text(&out));
    buf_free(&out);
}

/* Calls `each` for every packet type with an open program that copies (and writes) all fields. */
static void
for_each_type(void (*each)(struct lab *lab), bool writes)
{
    for (uint32_t t = 0; t < ARRAY_LEN(packet_types); t++) {
        struct fixture f;
        struct lab lab;
        open_copier(&lab, &f, prog_type_named(packet_types[t]), writes);
        each(&lab);
        lab_close(&lab);
        fixture_free(&f);
    }
}

static void
run_packets(struct lab *lab)
{
    static struct test_packet packet;
    static const uint8_t zero_ctx[192];
    for (uint32_t i = 0; test_packet(i, &packet); i++) {
        struct input input = { .packet = packet.bytes, .packet_bytes = packet.n_bytes };
        expect_same(lab, &input, packet.name, i, 0);
        input.ctx = zero_ctx;
        input.ctx_bytes = lab->type->ctx_bytes;
        expect_same(lab, &input, packet.name, i, 0);
    }
}

Test(contexts_vs_kernel, fields_of_all_packets)
{
    LAB_NEED_KERNEL();
    for_each_type(run_packets, false);
}

Test(contexts_vs_kernel, fields_after_writing)
{
    LAB_NEED_KERNEL();
    for_each_type(run_packets, true);
}

/* ---------------------------------------------------------------- which inputs are refused */

/* Known difference: which interface numbers exist is a matter of the world. We take all; the kernel says -ENODEV to those it does not have.
 * Compared for 0 and 1 (lo) only. */
static bool
names_an_interface(const struct prog_type *type, uint32_t off)
{
    const struct ctx_field *field = field_at(type, off);
    return field && is_named(field, type->family == CTX_XDP ? "ingress_ifindex" : "ifindex");
}

/* Every word of the context, one at a time, beside what makes the rest acceptable. */
static void
run_ctx_words(struct lab *lab)
{
    static const uint32_t values[] = { 1, 2, 3, 4, 8, 64, 65, 66, 67, 114, 212, 216, 220, 256, 0x10000, 0x80000000, 0xffffffff };
    struct test_packet packet;
    test_packet(1, &packet);
    for (uint32_t off = 0; off < lab->type->ctx_bytes; off += 4)
        for (uint32_t v = 0; v < ARRAY_LEN(values); v++) {
            uint8_t ctx[192] = { 0 };
            if (names_an_interface(lab->type, off) && values[v] > 1)
                continue;
            if (lab->type->family == CTX_XDP)
                memcpy(ctx + 4, &packet.n_bytes, 4);
            memcpy(ctx + off, &values[v], 4);
            struct input input = { .packet = packet.bytes, .packet_bytes = packet.n_bytes, .ctx = ctx, .ctx_bytes = lab->type->ctx_bytes };
            expect_same(lab, &input, "word at", off, values[v]);
        }
}

Test(contexts_vs_kernel, words_of_ctx_in)
{
    LAB_NEED_KERNEL();
    for_each_type(run_ctx_words, false);
}

static void
run_ctx_sizes(struct lab *lab)
{
    static const uint32_t sizes[] = { 1, 4, 8, 12, 13, 16, 20, 23, 24, 25, 28, 100, 188, 191, 192, 193, 200, 4096, 4097 };
    struct test_packet packet;
    uint8_t *ctx = xcalloc(1, 8192);
    test_packet(0, &packet);
    if (lab->type->family == CTX_XDP)
        memcpy(ctx + 4, &packet.n_bytes, 4);
    for (uint32_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct input input = { .packet = packet.bytes, .packet_bytes = packet.n_bytes, .ctx = ctx, .ctx_bytes = sizes[i] };
        expect_same(lab, &input, "zero tail", i, 0);
        ctx[sizes[i] - 1] = 1;
        if (sizes[i] > lab->type->ctx_bytes)
            expect_same(lab, &input, "tail that is not zero", i, 0);
        ctx[sizes[i] - 1] = 0;
    }
    free(ctx);
}

Test(contexts_vs_kernel, sizes_of_ctx_in)
{
    LAB_NEED_KERNEL();
    for_each_type(run_ctx_sizes, false);
}

static void
run_packet_sizes(struct lab *lab)
{
    static const uint8_t ethertypes[][2] = { { 0x08, 0x00 }, { 0x86, 0xdd }, { 0x88, 0xb5 }, { 0x81, 0x00 }, { 0x00, 0x40 } };
    static const uint32_t large[] = { 1514, 3519, 3520, 3521, 3711, 3712, 3713, 4096, 9000 };
    uint8_t *packet = xcalloc(1, 16384);
    for (uint32_t e = 0; e < ARRAY_LEN(ethertypes); e++) {
        memcpy(packet + 12, ethertypes[e], 2);
        for (uint32_t size = 0; size < 80; size++) {
            struct input input = { .packet = packet, .packet_bytes = size };
            expect_same(lab, &input, "ethertype", e, 0);
        }
        for (uint32_t i = 0; i < ARRAY_LEN(large); i++) {
            struct input input = { .packet = packet, .packet_bytes = large[i] };
            expect_same(lab, &input, "ethertype", e, 0);
        }
    }
    free(packet);
}

Test(contexts_vs_kernel, sizes_of_packets)
{
    LAB_NEED_KERNEL();
    for_each_type(run_packet_sizes, false);
}

/* Destination addresses decide pkt_type. */
static void
run_addresses(struct lab *lab)
{
    static const uint8_t first[] = { 0x00, 0x01, 0x02, 0x33, 0xff };
    struct test_packet packet;
    test_packet(0, &packet);
    for (uint32_t i = 0; i < ARRAY_LEN(first); i++)
        for (uint32_t rest = 0; rest < 3; rest++) {
            memset(packet.bytes, rest == 0 ? 0 : rest == 1 ? 0xff : 0x5a, 6);
            packet.bytes[0] = first[i];
            struct input input = { .packet = packet.bytes, .packet_bytes = packet.n_bytes };
            expect_same(lab, &input, "destination", first[i], rest);
        }
}

Test(contexts_vs_kernel, destinations)
{
    LAB_NEED_KERNEL();
    for_each_type(run_addresses, false);
}

/* ---------------------------------------------------------------- moving the packet's edges */

/* r0 = what the helper returned for `delta`, and the distances of the packet's pointers afterwards go to the data map. */
static void
run_adjust(int32_t helper, int32_t delta, uint32_t packet_bytes, uint32_t meta_bytes)
{
    struct draft *d = xcalloc(1, sizeof *d);
    struct fixture f;
    struct lab lab;
    struct buf why = BUF_EMPTY;
    const struct prog_type *type = prog_type_named("xdp");
    uint8_t packet[4096], ctx[24] = { 0 };
    for (uint32_t i = 0; i < sizeof packet; i++)
        packet[i] = (uint8_t)(i * 13 + 1);
    put(d, OP_mov64_x, 6, 1, 0, 0);
    put(d, OP_mov64_k, 2, 0, 0, delta);
    put(d, OP_call, 0, 0, 0, helper);
    put(d, OP_mov64_x, 7, 0, 0, 0);
    put_copy(d, type);
    put(d, OP_mov64_x, 0, 7, 0, 0);
    put(d, OP_exit, 0, 0, 0, 0);
    fixture_new(&f, d->insns, d->n);
    fixture_add_data(&f, ".data", SEEN_BYTES);
    bool is_open = lab_open(&lab, f.program, 0, type, KERNEL_CAPTURE_R0, &why);
    cr_assert(is_open, "%s", buf_text(&why));
    struct input input = { .packet = packet, .packet_bytes = packet_bytes };
    if (meta_bytes) {
        memcpy(ctx, &meta_bytes, 4);
        memcpy(ctx + 4, &packet_bytes, 4);
        input.ctx = ctx;
        input.ctx_bytes = sizeof ctx;
    }
    expect_same(&lab, &input, "delta, helper", (uint32_t)delta, (uint32_t)helper);
    lab_close(&lab);
    fixture_free(&f);
    buf_free(&why);
    free(d);
}

Test(contexts_vs_kernel, moving_the_edges)
{
    static const int32_t helpers[] = { BPF_FUNC_xdp_adjust_head, BPF_FUNC_xdp_adjust_meta, BPF_FUNC_xdp_adjust_tail };
    static const int32_t deltas[] = { 0, 1, -1, 2, 4, -4, 8, -8, 14, -14, 86, 87, -86, -87, 100, -100, -101, 212, -212, 216, -216, -217,
                                      -220, -256, -257, 3420, 3421, -3420, 4096, -4096, INT32_MAX, INT32_MIN };
    LAB_NEED_KERNEL();
    for (uint32_t h = 0; h < ARRAY_LEN(helpers); h++)
        for (uint32_t i = 0; i < ARRAY_LEN(deltas); i++) {
            run_adjust(helpers[h], deltas[i], 100, 0);
            run_adjust(helpers[h], deltas[i], 112, 12);
            run_adjust(helpers[h], deltas[i], 14, 0);
            run_adjust(helpers[h], deltas[i], 3520, 0);
        }
}

/* ---------------------------------------------------------------- contexts that are bytes */

/* Copies the first `bytes` of the context to the data map, and writes over the first word where the type may. */
static void
open_byte_copier(struct lab *lab, struct fixture *f, const struct prog_type *type, uint32_t word_bytes, uint32_t bytes)
{
    struct draft *d = xcalloc(1, sizeof *d);
    struct buf why = BUF_EMPTY;
    put(d, OP_mov64_x, 6, 1, 0, 0);
    put(d, OP_ld_map_val, 9, 0, 0, 0);
    for (uint32_t off = 0; off < bytes; off += word_bytes) {
        put(d, load_of(word_bytes), 2, 6, (int16_t)off, 0);
        put(d, store_of(word_bytes), 9, 2, (int16_t)off, 0);
    }
    if (type->ctx_is_writable) {
        put(d, OP_mov64_k, 2, 0, 0, 0x1234);
        put(d, store_of(word_bytes), 6, 2, 0, 0);
    }
    put_end(d);
    fixture_new(f, d->insns, d->n);
    fixture_add_data(f, ".data", SEEN_BYTES);
    bool is_open = lab_open(lab, f->program, 0, type, 0, &why);
    cr_assert(is_open, "%s: %s", type->name, buf_text(&why));
    buf_free(&why);
    free(d);
}

static void
run_bytes(const char *type_name, uint32_t word_bytes, uint32_t used, const uint32_t *sizes, uint32_t n_sizes)
{
    struct fixture f;
    struct lab lab;
    uint8_t *ctx = xmalloc(1 << 17);
    for (uint32_t i = 0; i < 1 << 17; i++)
        ctx[i] = (uint8_t)(i * 29 + 3);
    open_byte_copier(&lab, &f, prog_type_named(type_name), word_bytes, used);
    for (uint32_t i = 0; i < n_sizes; i++) {
        struct input input = { .ctx = ctx, .ctx_bytes = sizes[i] };
        expect_same(&lab, &input, "size", sizes[i], used);
    }
    lab_close(&lab);
    fixture_free(&f);
    free(ctx);
}

Test(contexts_vs_kernel, raw_tracepoint_arguments)
{
    static const uint32_t all[] = { 96, 97, 104, 192 }, some[] = { 32, 40, 95, 96 };
    LAB_NEED_KERNEL();
    run_bytes("raw_tracepoint", 8, 96, all, ARRAY_LEN(all));
    run_bytes("raw_tracepoint", 8, 32, some, ARRAY_LEN(some));
}

Test(contexts_vs_kernel, syscall_buffers)
{
    static const uint32_t sizes[] = { 64, 65, 192, 4096, 65535, 65536, 65537 };
    LAB_NEED_KERNEL();
    run_bytes("syscall", 8, 64, sizes, ARRAY_LEN(sizes));
    run_bytes("syscall", 1, 64, sizes, ARRAY_LEN(sizes));
}

/* Known difference: the kernel refuses a context shorter than what the program may read; here the program runs up to that access. */
Test(contexts_vs_kernel, raw_tracepoint_with_too_few_arguments)
{
    struct fixture f;
    struct lab lab;
    uint8_t ctx[96] = { 0 };
    struct input input = { .ctx = ctx, .ctx_bytes = 24 };
    struct kernel_result result;
    struct errinfo e;
    LAB_NEED_KERNEL();
    open_byte_copier(&lab, &f, prog_type_named("raw_tracepoint"), 8, 32);
    cr_expect_eq(kernel_run(lab.k, &input, 1, &result, &e), ERR_KERNEL_RUN);
    cr_expect_eq(result.error, EINVAL);
    cr_assert_eq(machine_start(lab.m, 0, lab.type, &input, &e), OK);
    struct stop stop = LAB_ENGINE.run(lab.code, lab.m, 1000, false);
    cr_expect_eq(stop.reasons, STOP_FAULT);
    cr_expect_eq(stop.fault.addr, GUEST_CTX + 24);
    lab_close(&lab);
    fixture_free(&f);
}

/* Bytes for us, so what the kernel clears or refuses (addresses of the other family, ingress_ifindex) is not given here: a known difference. */
Test(contexts_vs_kernel, socket_look_ups)
{
    LAB_NEED_KERNEL();
    for (uint32_t v = 0; v < 4; v++) {
        struct bpf_sk_lookup ctx = { .family = v & 1 ? 10 : 2, .protocol = v & 2 ? 6 : 17, .local_port = 80, .remote_port = 0x3930 };
        if (v & 1)
            ctx.remote_ip6[3] = ctx.local_ip6[0] = 0x01020304;
        else
            ctx.remote_ip4 = ctx.local_ip4 = 0x0100000a;
        struct input input = { .ctx = (const uint8_t *)&ctx, .ctx_bytes = sizeof ctx };
        struct draft *d = xcalloc(1, sizeof *d);
        struct fixture f;
        struct lab lab;
        struct buf why = BUF_EMPTY;
        put(d, OP_ld_map_val, 9, 0, 0, 0);
        for (uint32_t off = 8; off <= offsetof(struct bpf_sk_lookup, ingress_ifindex); off += 4) {
            put(d, OP_ldx_w, 2, 1, (int16_t)off, 0);
            put(d, OP_stx_w, 9, 2, (int16_t)off, 0);
        }
        put_end(d);
        fixture_new(&f, d->insns, d->n);
        fixture_add_data(&f, ".data", SEEN_BYTES);
        bool is_open = lab_open(&lab, f.program, 0, prog_type_named("sk_lookup"), 0, &why);
        cr_assert(is_open, "%s", buf_text(&why));
        expect_same(&lab, &input, "variant", v, 0);
        lab_close(&lab);
        fixture_free(&f);
        free(d);
    }
}
