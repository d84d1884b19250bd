/* objects_vs_kernel OBJECT...: runs every program of the objects in the interpreter and in the kernel on the test packets, one TAP line an object.
 * A program that the kernel refuses, that has no BPF_PROG_TEST_RUN or whose helpers we do not model is listed with the reason; every
 * object has to load. See objects.sh. */
#include "config.h"

#include "jit/diff/kernel_code.h"
#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/packets.h"

#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum outcome { SAME, BY_SHAPE, NOT_RUN, REFUSED, UNMODELLED, DIFFERENT, N_OUTCOMES };
static const char *const outcome_names[] = {
    [SAME] = "same", [BY_SHAPE] = "by shape only", [NOT_RUN] = "without test run", [REFUSED] = "refused by the kernel",
    [UNMODELLED] = "not modelled", [DIFFERENT] = "DIFFERENT",
};
struct tally {
    uint32_t n_programs, n[N_OUTCOMES];
};

/* Helpers whose results differ from world to world and from run to run. */
static const int32_t worldly[] = {
    BPF_FUNC_ktime_get_ns, BPF_FUNC_get_prandom_u32, BPF_FUNC_get_current_pid_tgid, BPF_FUNC_get_current_comm, BPF_FUNC_get_current_task,
    BPF_FUNC_jiffies64, BPF_FUNC_ktime_get_boot_ns, BPF_FUNC_ktime_get_coarse_ns, BPF_FUNC_ktime_get_tai_ns, BPF_FUNC_fib_lookup,
    BPF_FUNC_get_current_cgroup_id,
};

/* Name of a helper of functions[entry] that answers differently in two worlds; NULL when there is none. */
static const char *
worldly_helper(const struct program *p, uint32_t entry)
{
    struct kernel_code code;
    const char *name = NULL;
    if (kernel_code_extract(p, entry, false, &code, NULL) != OK)
        return NULL;
    for (uint32_t i = 0; i < code.n; i++)
        for (uint32_t w = 0; w < ARRAY_LEN(worldly); w++)
            if (code.insns[i].code == (BPF_JMP | BPF_CALL) && code.insns[i].src_reg == 0 && code.insns[i].imm == worldly[w])
                name = helper_name(worldly[w]);
    kernel_code_free(&code);
    return name;
}

static bool
takes_packets(const struct prog_type *type)
{
    return type->family == CTX_XDP || type->family == CTX_SKB || type->family == CTX_FLOW;
}

/* Runs the opened lab on all packets that the type takes (other types: on one context). Returns the number of differences. */
static uint32_t
run_all(struct lab *lab, struct buf *out)
{
    struct test_packet packet;
    uint32_t n = 0;
    if (!takes_packets(lab->type)) {
        uint64_t args[12] = { 1, 2, 3 };
        struct input input = { .ctx = (const uint8_t *)args, .ctx_bytes = sizeof args };
        return lab_run(lab, &input, out);
    }
    for (uint32_t i = 0; test_packet(i, &packet) && !n; i++) {
        struct input input = { .packet = packet.bytes, .packet_bytes = packet.n_bytes };
        struct buf one = BUF_EMPTY;
        n += lab_run(lab, &input, &one);
        if (one.len)
            buf_printf(out, "%s: %s", packet.name, buf_text(&one));
        buf_free(&one);
    }
    return n;
}

static void
say(const char *text)
{
    char *copy = xstrdup(text);
    for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n"))
        printf("#   %s\n", line);
    free(copy);
}

/* Runs functions[index] in both worlds; *text gets what came of it. */
static enum outcome
outcome_of(const struct program *p, uint32_t index, const struct prog_type *type, bool by_shape, struct buf *text)
{
    struct buf differences = BUF_EMPTY;
    struct lab lab;
    enum outcome outcome = by_shape ? BY_SHAPE : SAME;
    if (!lab_open(&lab, p, index, type, 0, text))
        return REFUSED;
    lab.by_shape = by_shape;
    if (run_all(&lab, &differences))
        outcome = lab.unmodelled ? UNMODELLED : DIFFERENT;
    buf_printf(text, "%s %s", outcome_names[outcome], buf_text(&differences));
    buf_free(&differences);
    lab_close(&lab);
    return outcome;
}

static void
run_program(const struct program *p, uint32_t index, struct tally *t)
{
    const struct function *f = &p->functions[index];
    const struct prog_type *type = prog_type_of_section(f->section);
    struct buf text = BUF_EMPTY;
    enum outcome outcome = NOT_RUN;
    if (type->test_run && type->family != CTX_GENERIC)
        outcome = outcome_of(p, index, type, false, &text);
    const char *helper = outcome == DIFFERENT ? worldly_helper(p, index) : NULL;
    if (helper) {
        buf_clear(&text);
        outcome = outcome_of(p, index, type, true, &text);
        buf_printf(&text, "(it calls %s)", helper);
    }
    struct buf line = BUF_EMPTY;
    buf_printf(&line, "%s (%s): %s", f->name, type->name, outcome == NOT_RUN ? outcome_names[NOT_RUN] : buf_text(&text));
    say(buf_text(&line));
    buf_free(&line);
    buf_free(&text);
    t->n_programs++;
    t->n[outcome]++;
}

static bool
run_object(uint32_t number, const char *path)
{
    struct load_options options = { .helper_id = helper_id };
    struct program *p;
    struct errinfo e;
    struct tally t = { 0 };
    if (program_load(path, &options, &p, &e) != OK) {
        struct buf text = BUF_EMPTY;
        err_text(&e, &text);
        printf("not ok %u - %s does not load: %s\n", number, path, buf_text(&text));
        buf_free(&text);
        return false;
    }
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (p->functions[i].is_program)
            run_program(p, i, &t);
    program_free(p);
    printf("%sok %u - %s: %u programs", t.n[DIFFERENT] ? "not " : "", number, path, t.n_programs);
    for (uint32_t i = 0; i < N_OUTCOMES; i++)
        if (t.n[i])
            printf(", %u %s", t.n[i], outcome_names[i]);
    printf("\n");
    return !t.n[DIFFERENT];
}

int
main(int argc, char **argv)
{
    const char *why;
    bool is_good = true;
    if (!kernel_available(&why)) {
        printf("1..0 # SKIP the kernel can't be asked: %s\n", why);
        return 0;
    }
    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++)
        is_good &= run_object((uint32_t)i, argv[i]);
    return is_good ? 0 : 1;
}
