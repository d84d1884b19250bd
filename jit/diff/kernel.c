/* Programs in the kernel: load, run, close. See kernel.h. Cutting the code out of the image is kernel_code.c, maps are kernel_map.c. */
#include "config.h"

#include "jit/diff/kernel.h"

#include "jit/diff/kernel_code.h"
#include "jit/diff/kernel_map.h"
#include "jit/diff/kernel_private.h"
#include "sim/base/base.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    /* Levels of the verifier's log: STATS has the reason of a refusal and costs nothing, FULL has every instruction too. */
    LOG_NONE = 0,
    LOG_FULL = 1,
    LOG_STATS = 4,
    STATS_BYTES = 64 << 10,
    FULL_BYTES = 4 << 20,
    DATA_OUT_BYTES = PACKET_MAX_BYTES + 256,
};

struct kernel_prog {
    const struct program *program;
    const struct prog_type *type;
    struct kernel_maps maps;
    uint32_t entry;
    int *fds;       /* per function: its file descriptor as a program, -1 when it is not loaded */
    int capture_fd; /* map that receives r0, -1: not asked for */
    int btf_fd;     /* types of the functions of the program being loaded, -1 */
    uint32_t cpu;
};

static void
close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---------------------------------------------------------------- load */

/* Types for callbacks: a static `int fN(void *)` per subprogram. *info gets one record each. */
static int
load_btf(const struct kernel_code *code, struct bpf_func_info *info)
{
    struct btf *btf = btf__new_empty();
    int int_id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED), ptr_id = btf__add_ptr(btf, 0);
    int proto_id = btf__add_func_proto(btf, int_id);
    uint32_t bytes;
    btf__add_func_param(btf, "p", ptr_id);
    for (uint32_t i = 0; i < code->n_starts; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%u", i);
        info[i] = (struct bpf_func_info){ code->starts[i], (uint32_t)btf__add_func(btf, name, BTF_FUNC_STATIC, proto_id) };
    }
    const void *raw = btf__raw_data(btf, &bytes);
    int fd = raw ? bpf_btf_load(raw, bytes, NULL) : -1;
    btf__free(btf);
    return fd;
}

static enum err
patch_map_fds(struct kernel_prog *k, const struct kernel_code *code, struct errinfo *e)
{
    for (uint32_t i = 0; i < code->n_fixups; i++) {
        uint32_t map = code->fixups[i].map;
        int fd = map == KERNEL_CAPTURE_MAP ? k->capture_fd : kernel_map_fd(&k->maps, map, e);
        if (fd < 0)
            return ERR_KERNEL_LOAD;
        code->insns[code->fixups[i].slot].imm = fd;
    }
    return OK;
}

struct load_call {
    struct kernel_prog *k;
    const struct kernel_code *code;
    const struct bpf_func_info *info;
    enum bpf_attach_type attach_type;
    const char *name;
};

/* Returns the file descriptor or -errno. */
static int
load_code(const struct load_call *call, uint32_t level, char *log, uint32_t log_bytes)
{
    const struct program *p = call->k->program;
    LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log, .log_size = log_bytes, .log_level = level, .kern_version = p->kernel_version,
                .expected_attach_type = call->attach_type);
    if (call->k->type->kernel_type == BPF_PROG_TYPE_SYSCALL)
        opts.prog_flags = BPF_F_SLEEPABLE; /* there is no other kind */
    if (call->k->btf_fd >= 0) {
        opts.prog_btf_fd = (uint32_t)call->k->btf_fd;
        opts.func_info = call->info;
        opts.func_info_cnt = call->code->n_starts;
        opts.func_info_rec_size = sizeof *call->info;
    }
    return bpf_prog_load((enum bpf_prog_type)call->k->type->kernel_type, call->name, p->license[0] ? p->license : "GPL", call->code->insns,
                         call->code->n, &opts);
}

/* The same or, when the kernel refuses the code, -errno with *e filled and the whole log appended to *log (may be NULL). */
static int
load_or_explain(const struct load_call *call, const struct function *f, struct buf *log, struct errinfo *e)
{
    char *text = xcalloc(1, log ? FULL_BYTES : STATS_BYTES);
    int fd = load_code(call, LOG_STATS, text, STATS_BYTES);
    if (fd == -ENOSPC) /* more to say than fits: a program for which even that is too much may still be a good one */
        fd = load_code(call, LOG_NONE, NULL, 0);
    if (fd < 0) {
        int error = -fd;
        const char *line = kernel_log_reason(text);
        err_set_detail(e, ERR_KERNEL_LOAD, f->name, line ? line : strerror(error));
        if (log && load_code(call, LOG_FULL, text, FULL_BYTES) < 0)
            buf_puts(log, text);
    }
    free(text);
    return fd;
}

/* What the program will be attached to, as libbpf derives it from the section's name, or else from a name that is typical of the type: some
 * types do not load without. */
static enum bpf_attach_type
attach_type(const struct prog_type *type, const struct function *f)
{
    const char *const names[] = { f->section, type->sections[0] };
    enum bpf_prog_type named;
    enum bpf_attach_type attach;
    for (uint32_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i] && !libbpf_prog_type_by_name(names[i], &named, &attach) && (uint32_t)named == type->kernel_type)
            return attach;
    return 0;
}

static enum err
load_function(struct kernel_prog *k, uint32_t index, struct buf *log, struct errinfo *e)
{
    const struct function *f = &k->program->functions[index];
    struct kernel_code code;
    char name[16];
    enum err err = kernel_code_extract(k->program, index, k->capture_fd >= 0, &code, e);
    if (err != OK)
        return err;
    kernel_name(f->name, name);
    struct bpf_func_info *info = xcalloc(code.n_starts, sizeof *info);
    struct load_call call = { .k = k, .code = &code, .info = info, .name = name };
    call.attach_type = attach_type(k->type, f);
    if (code.needs_btf)
        k->btf_fd = load_btf(&code, info);
    err = patch_map_fds(k, &code, e);
    if (err == OK) {
        int fd = load_or_explain(&call, f, log, e);
        k->fds[index] = fd < 0 ? -1 : fd;
        err = fd < 0 ? ERR_KERNEL_LOAD : OK;
    }
    close_fd(&k->btf_fd);
    free(info);
    kernel_code_free(&code);
    return err;
}

/* Loads the preset tail-call targets of every PROG_ARRAY that was created, also of those that the targets themselves refer to. */
static enum err
load_tail_calls(struct kernel_prog *k, struct buf *log, struct errinfo *e)
{
    const struct program *p = k->program;
    bool *is_filled = xcalloc(p->n_maps + 1, sizeof *is_filled);
    enum err err = OK;
    for (uint32_t map = 0; map < p->n_maps && err == OK; map++) {
        const struct map_def *def = &p->maps[map];
        if (k->maps.fds[map] < 0 || is_filled[map] || def->type != BPF_MAP_TYPE_PROG_ARRAY)
            continue;
        is_filled[map] = true;
        for (uint32_t i = 0; i < def->n_presets && err == OK; i++) {
            uint32_t target = def->presets[i].index;
            if (k->fds[target] < 0)
                err = load_function(k, target, log, e);
            if (err == OK && bpf_map_update_elem(k->maps.fds[map], &def->presets[i].key, &k->fds[target], 0))
                err = err_set_detail(e, ERR_KERNEL_LOAD, def->name, strerror(errno));
        }
        map = UINT32_MAX; /* from the start: a target may have brought another map */
    }
    free(is_filled);
    return err;
}

bool
kernel_available(const char **why)
{
    struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT } };
    int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", code, ARRAY_LEN(code), NULL);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    *why = errno == EPERM || errno == EACCES ? "bpf(2) needs root or CAP_BPF and CAP_NET_ADMIN" :
           errno == ENOSYS                   ? "this kernel has no bpf(2)" : "bpf(2) does not load a trivial program here";
    return false;
}

enum err
kernel_load(const struct program *p, uint32_t entry, const struct prog_type *type, struct machine *m, uint32_t flags,
            struct kernel_prog **out, struct buf *log, struct errinfo *e)
{
    struct kernel_prog *k = xcalloc(1, sizeof *k);
    enum err err = OK;
    *k = (struct kernel_prog){ .program = p, .type = type, .entry = entry, .capture_fd = -1, .btf_fd = -1, .cpu = m ? m->env.cpu : 0 };
    kernel_maps_init(&k->maps, p, m);
    k->fds = xmalloc(p->n_functions * sizeof *k->fds);
    for (uint32_t i = 0; i < p->n_functions; i++)
        k->fds[i] = -1;
    if (flags & KERNEL_CAPTURE_R0) {
        k->capture_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "r0", 4, 8, 1, NULL);
        if (k->capture_fd < 0)
            err = err_set_detail(e, ERR_KERNEL_LOAD, "r0", strerror(errno));
    }
    if (err == OK)
        err = load_function(k, entry, log, e);
    if (err == OK)
        err = load_tail_calls(k, log, e);
    if (err == OK)
        *out = k;
    else
        kernel_close(k);
    return err;
}

void
kernel_close(struct kernel_prog *k)
{
    if (!k)
        return;
    for (uint32_t i = 0; i < k->program->n_functions; i++)
        close_fd(&k->fds[i]);
    close_fd(&k->capture_fd);
    kernel_maps_close(&k->maps);
    free(k->fds);
    free(k);
}

/* ---------------------------------------------------------------- run */

/* Moves the thread to the CPU that the guest is told it runs on; *old gets where it was allowed. False: there is no such CPU. */
static bool
pin(uint32_t cpu, cpu_set_t *old)
{
    cpu_set_t one;
    if (sched_getaffinity(0, sizeof *old, old) || cpu >= CPU_SETSIZE)
        return false;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0;
}

static bool
has_packet(const struct prog_type *type)
{
    return type->family == CTX_XDP || type->family == CTX_SKB || type->family == CTX_FLOW;
}

/* The arguments of BPF_PROG_TEST_RUN differ by type: packets take data, the others a context only; syscall writes it in place, raw_tp
 * knows no repetition. `ctx` is a copy of the input's context. */
static void
set_options(const struct kernel_prog *k, const struct input *input, uint32_t repeat, uint8_t *ctx, struct kernel_result *out,
            struct bpf_test_run_opts *opts)
{
    opts->ctx_in = input->ctx_bytes ? ctx : NULL;
    opts->ctx_size_in = input->ctx_bytes;
    opts->repeat = (int)repeat;
    if (has_packet(k->type)) {
        out->packet = xcalloc(1, DATA_OUT_BYTES);
        opts->data_in = input->packet;
        opts->data_size_in = input->packet_bytes;
        opts->data_out = out->packet;
        opts->data_size_out = DATA_OUT_BYTES;
        if (opts->ctx_in) {
            opts->ctx_out = out->ctx;
            opts->ctx_size_out = sizeof out->ctx;
        }
    } else if (k->type->kernel_type == BPF_PROG_TYPE_RAW_TRACEPOINT || k->type->kernel_type == BPF_PROG_TYPE_SYSCALL) {
        opts->repeat = 0;
    }
}

static void
clear_r0(const struct kernel_prog *k)
{
    /* An LDABS out of bounds ends the program with r0 = 0 and without passing the epilogue. */
    uint32_t key = 0;
    uint64_t zero = 0;
    if (k->capture_fd >= 0)
        bpf_map_update_elem(k->capture_fd, &key, &zero, 0);
}

enum err
kernel_run(struct kernel_prog *k, const struct input *input, uint32_t repeat, struct kernel_result *out, struct errinfo *e)
{
    LIBBPF_OPTS(bpf_test_run_opts, opts);
    uint8_t *ctx = xmalloc((size_t)input->ctx_bytes + 1);
    uint32_t key = 0;
    cpu_set_t old;
    *out = (struct kernel_result){ 0 };
    if (input->ctx_bytes)
        memcpy(ctx, input->ctx, input->ctx_bytes);
    set_options(k, input, repeat, ctx, out, &opts);
    kernel_maps_mark(&k->maps);
    clear_r0(k);

    bool is_pinned = pin(k->cpu, &old);
    int failed = bpf_prog_test_run_opts(k->fds[k->entry], &opts);
    out->error = failed ? errno : 0;
    if (is_pinned)
        sched_setaffinity(0, sizeof old, &old);

    if (!failed) {
        out->retval = opts.retval;
        out->r0 = opts.retval;
        out->duration_ns = opts.duration;
        out->packet_bytes = opts.data_size_out;
        out->ctx_bytes = opts.ctx_out ? opts.ctx_size_out : 0;
        if (k->type->kernel_type == BPF_PROG_TYPE_SYSCALL) {
            out->ctx_bytes = input->ctx_bytes < sizeof out->ctx ? input->ctx_bytes : sizeof out->ctx;
            memcpy(out->ctx, ctx, out->ctx_bytes);
        }
        if (k->capture_fd >= 0)
            bpf_map_lookup_elem(k->capture_fd, &key, &out->r0);
    }
    free(ctx);
    if (!failed)
        return OK;
    int error = out->error;
    kernel_result_free(out);
    out->error = error;
    return err_set_detail(e, ERR_KERNEL_RUN, k->program->functions[k->entry].name, strerror(error));
}

void
kernel_result_free(struct kernel_result *r)
{
    free(r->packet);
    *r = (struct kernel_result){ 0 };
}

uint32_t
kernel_compare_maps(struct kernel_prog *k, struct machine *m, struct buf *out)
{
    return kernel_maps_compare(&k->maps, m, out);
}
