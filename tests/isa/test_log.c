/* The disassembler's kernel syntax is the kernel's: the verifier's log of every vector that it takes, line by line. */
#include "config.h"

#include "jit/diff/kernel.h"
#include "sim/base/base.h"
#include "sim/isa/disasm.h"
#include "sim/machine/helper.h"
#include "tests/isa/vector.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG_BYTES = 1 << 22 };

static const char *
name_of_helper(void *arg, int32_t id)
{
    (void)arg;
    return helper_name(id);
}

/* Loads the vector so that the verifier prints every instruction that it walks through. */
static bool
read_log(const struct vector *v, bool is_packet, char *log)
{
    LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log, .log_size = LOG_BYTES, .log_level = 2,
                .prog_flags = is_packet ? 0 : BPF_F_SLEEPABLE);
    struct bpf_insn *insns = xmalloc(v->n_slots * sizeof *insns);
    memcpy(insns, v->code, v->n_slots * sizeof *insns);
    int fd = bpf_prog_load(is_packet ? BPF_PROG_TYPE_SCHED_CLS : BPF_PROG_TYPE_SYSCALL, NULL, "GPL", insns, v->n_slots, &opts);
    free(insns);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* The kernel leaves out the "ll" of a 16-byte load. */
static void
disassemble(const struct insn *insn, uint32_t pc, struct buf *out)
{
    const struct insn_names names = { .helper = name_of_helper };
    insn_disasm(insn, pc, SYNTAX_KERNEL, &names, out);
    if (insn_kind(insn) == KIND_LDDW && out->len > 3)
        out->text[out->len -= 3] = '\0';
}

/* Compares one line of the log, "12: (07) r1 += 1   ; R1=2", if it is about an instruction. */
static uint32_t
check_line(const struct vector *v, const struct insn *insns, const char *line)
{
    unsigned pc, opcode;
    int start = 0;
    if (sscanf(line, "%u: (%x) %n", &pc, &opcode, &start) != 2 || !start || pc >= v->n_slots)
        return 0;
    struct buf ours = BUF_EMPTY;
    disassemble(&insns[pc], pc, &ours);
    bool is_same = !strncmp(line + start, buf_text(&ours), ours.len);
    const char *rest = is_same ? line + start + ours.len : "";
    rest += strspn(rest, " ");
    cr_expect(is_same && (*rest == '\0' || *rest == ';'), "%s, slot %u: %s; the kernel has: %s", v->name, pc, buf_text(&ours),
              line + start);
    buf_free(&ours);
    return 1;
}

static uint32_t
check_vector(const struct vector *v, bool is_packet)
{
    char *log = xmalloc(LOG_BYTES);
    struct insn *insns = xcalloc(v->n_slots, sizeof *insns);
    uint32_t n = 0;
    *log = '\0';
    insn_decode_all(v->code, v->n_slots, insns);
    cr_assert(read_log(v, is_packet, log), "%s: %s", v->name, log);
    for (char *save, *line = strtok_r(log, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        n += check_line(v, insns, line);
    free(insns);
    free(log);
    return n;
}

Test(log, reads_like_the_verifiers)
{
    const char *why;
    if (!kernel_available(&why))
        cr_skip("no bpf(2): %s", why);
    uint32_t n_lines = 0;
    for (int is_packet = 0; is_packet <= 1; is_packet++) {
        char folder[4096];
        const char *root = getenv("top_srcdir");
        struct buf errors = BUF_EMPTY;
        uint32_t n;
        snprintf(folder, sizeof folder, "%s/tests/vectors%s", root ? root : ".", is_packet ? "/packet" : "");
        struct vector *list = vectors_read(folder, &n, &errors);
        cr_assert(errors.len == 0, "%s", buf_text(&errors));
        for (uint32_t i = 0; i < n; i++)
            n_lines += check_vector(&list[i], is_packet);
        vectors_free(list, n);
    }
    cr_expect(n_lines > 5000, "%u lines", n_lines);
}
