/* Travelling in time: forward equals backward. What a machine is at every moment is found by a machine of its own that is never put back; then
 * sessions go back and forth at random, over every example and over generated programs, by every engine. EBPFDBG_SEED=N repeats a failure. */
#include "config.h"

#include "fixture.h"

#include "jit/auto.h"
#include "jit/diff/generate.h"
#include "jit/jit.h"
#include "sim/base/base.h"
#include "sim/machine/map.h"
#include "tests/isa/random.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_MOMENTS = 20000, N_POINTS = 1000, N_PROGRAMS = 200, MAX_EVENTS = 2000 };

static const struct engine *const by_interp[] = { &interp_engine, NULL }, *const by_jit[] = { &jit_engine, NULL },
                                           *const by_auto[] = { &auto_eager_engine, NULL };
static const struct engine *const *const engine_lists[] = { by_interp, by_jit, by_auto };

/* A program on its input; made anew for each session, which takes it over. */
struct subject_of_test {
    const char *object; /* of examples/, or NULL: generated */
    struct subject generated;
    uint8_t packet[128];
    uint32_t n_packet;
};

static struct session *
open_session(const struct subject_of_test *t, const struct engine *const *engines)
{
    struct session_config config = { .engines = engines, .interrupt = &fixture_interrupt };
    struct session *s = session_new(&config);
    struct buf notes = BUF_EMPTY;
    struct errinfo e;
    struct input input = { .packet = t->packet, .packet_bytes = t->n_packet };
    if (t->object) {
        cr_assert_eq(session_load(s, t->object, NULL, &notes, &e), OK, "%s", t->object);
    } else {
        char limit[64];
        input = subject_input(&t->generated);
        session_adopt(s, subject_program(&t->generated), &notes);
        cr_assert_eq(session_select(s, NULL, t->generated.type->name, &e), OK);
        snprintf(limit, sizeof limit, "set env may-goto-limit %u", t->generated.may_goto_limit);
        fixture_say(s, limit);
    }
    cr_assert_eq(session_set_input(s, &input, &e), OK);
    buf_free(&notes);
    return s;
}

static bool
is_over(const struct session *s)
{
    return !session_is_running(s) || session_event(s)->kind == EVENT_FAULT;
}

/* ---------------------------------------------------------------- the truth */

struct truth {
    uint64_t digest, clock, random;
    uint32_t n_outputs;
};

static struct truth truths[MAX_MOMENTS];

static struct truth
look(const struct machine *m)
{
    return (struct truth){ .digest = machine_digest(m), .clock = m->env.clock_ns, .random = m->env.random, .n_outputs = m->n_outputs };
}

/* Steps through the program once. The last moment. */
static uint64_t
find_truth(const struct subject_of_test *t)
{
    struct session *s = open_session(t, by_interp);
    const struct machine *m = session_machine(s);
    fixture_say(s, "start");
    truths[0] = look(m);
    while (!is_over(s) && m->n_insns < MAX_MOMENTS - 1) {
        fixture_say(s, "stepi");
        truths[m->n_insns] = look(m);
    }
    uint64_t last = m->n_insns;
    session_free(s);
    return last;
}

static void
check(const struct session *s, uint64_t moment, uint64_t seed, const char *what)
{
    const struct machine *m = session_machine(s);
    struct truth now = look(m), *truth = &truths[moment];
    cr_assert_eq(m->n_insns, moment, "EBPFDBG_SEED=%" PRIu64 ": %s: at %" PRIu64 ", not at %" PRIu64, seed, what, m->n_insns, moment);
    cr_assert(now.digest == truth->digest && now.clock == truth->clock && now.random == truth->random && now.n_outputs == truth->n_outputs,
              "EBPFDBG_SEED=%" PRIu64 ": %s: another machine at %" PRIu64 "%s", seed, what, moment,
              now.digest == truth->digest ? ", but for clock, random state or outputs" : "");
}

static void
say_count(struct session *s, const char *command, uint64_t n)
{
    char line[64];
    snprintf(line, sizeof line, "%s %" PRIu64, command, n);
    fixture_say(s, line);
}

/* Back N and forward N, from random points. */
static void
travel(const struct subject_of_test *t, const struct engine *const *engines, uint64_t seed)
{
    uint64_t state = seed, last = find_truth(t);
    struct session *s = open_session(t, engines);
    fixture_say(s, "start");
    say_count(s, "stepi", last);
    check(s, last, seed, "the first time");
    for (uint32_t i = 0; i < N_POINTS; i++) {
        uint64_t at = random_next(&state) % (last + 1), n = random_next(&state) % (at + 1);
        if (random_next(&state) % 4)
            n %= 100;
        say_count(s, "seek", at);
        check(s, at, seed, "seek");
        say_count(s, "reverse-stepi", n);
        check(s, at - n, seed, "reverse-stepi");
        say_count(s, "stepi", n);
        check(s, at, seed, "stepi");
    }
    session_free(s);
}

/* ---------------------------------------------------------------- events */

struct event_of_test {
    uint64_t moment;
    uint32_t number;
    char before[40], now[40];
};

/* The hits of the last stop, as they would stop going back: appended to the list. */
static uint32_t
note_hits(const struct session *s, bool is_forward, struct event_of_test *list, uint32_t n)
{
    const struct event *event = session_event(s);
    for (uint32_t i = 0; i < event->n_hits; i++) {
        const struct hit *hit = &event->hits[i];
        if (!is_forward && !session_machine(s)->n_insns && !breakpoint_is_watch(hit->type))
            continue; /* set while standing there, so that it was not met forwards */
        struct event_of_test *e = &list[n++];
        bool is_watch = breakpoint_is_watch(hit->type), turns = is_forward && hit->before;
        const char *before = turns ? hit->now : hit->before, *now = turns ? hit->before : hit->now;
        *e = (struct event_of_test){ .moment = session_machine(s)->n_insns - (is_watch && is_forward), .number = hit->number };
        snprintf(e->before, sizeof e->before, "%s", before ? before : "");
        snprintf(e->now, sizeof e->now, "%s", now ? now : "");
    }
    return n;
}

static int
latest_first(const void *a, const void *b)
{
    const struct event_of_test *x = a, *y = b;
    if (x->moment != y->moment)
        return x->moment < y->moment ? 1 : -1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void
random_point_command(const struct session *s, uint64_t *state, uint64_t last, char *line, size_t room)
{
    const struct program *p = session_program(s);
    uint32_t reg = (uint32_t)(random_next(state) % 10), pc = (uint32_t)(random_next(state) % p->n_slots);
    uint64_t addr = STACK_TOP - 1 - random_next(state) % 64;
    char condition[40] = "";
    if (random_next(state) % 3 == 0)
        snprintf(condition, sizeof condition, " if ($r%u & %u) != 0", (unsigned)(random_next(state) % 10), 1u << random_next(state) % 4);
    switch (random_next(state) % 8) {
    case 0: snprintf(line, room, "watch $r%u%s", reg, condition); break;
    case 1: snprintf(line, room, "watch $w%u%s", reg, condition); break;
    case 2: snprintf(line, room, "watch *(unsigned char *)%" PRIu64 "%s", addr, condition); break;
    case 3: snprintf(line, room, "rwatch *(unsigned char *)%" PRIu64, addr); break;
    case 4: snprintf(line, room, "awatch *(unsigned short *)%" PRIu64, addr & ~UINT64_C(1)); break;
    case 5: snprintf(line, room, "watch $r%u + $r%u", reg, (reg + 1) % 10); break;
    case 6: snprintf(line, room, "break -icount %" PRIu64, 1 + random_next(state) % (last + 1)); break;
    default: snprintf(line, room, "break *%u%s", pc, condition); break;
    }
}

/* reverse-continue stops at what continue stopped at, in reverse order. */
static uint32_t
compare_events(const struct subject_of_test *t, const struct engine *const *engines, uint64_t seed)
{
    static struct event_of_test forward[MAX_EVENTS + 64], backward[MAX_EVENTS + 64];
    uint64_t state = seed, last = find_truth(t), from;
    uint32_t n = 0, n_backward = 0, n_passed = 0;
    char line[128];
    struct session *s = open_session(t, engines);
    fixture_say(s, "start");
    for (uint32_t i = random_next(&state) % 4 + 1; i > 0; i--) {
        random_point_command(s, &state, last, line, sizeof line);
        fixture_say(s, line);
    }
    do {
        fixture_say(s, "continue");
        n = note_hits(s, true, forward, n);
    } while (!is_over(s) && n < MAX_EVENTS && session_event(s)->n_hits);
    from = session_machine(s)->n_insns;
    do {
        fixture_say(s, "reverse-continue");
        n_backward = note_hits(s, false, backward, n_backward);
    } while (session_event(s)->n_hits && n_backward < MAX_EVENTS + 32);
    cr_assert_eq(session_event(s)->kind, EVENT_HISTORY, "EBPFDBG_SEED=%" PRIu64, seed);
    check(s, 0, seed, "the beginning");
    for (uint32_t i = 1; i < n_backward; i++)
        cr_assert_leq(backward[i].moment, backward[i - 1].moment, "EBPFDBG_SEED=%" PRIu64, seed);
    qsort(forward, n, sizeof *forward, latest_first);
    qsort(backward, n_backward, sizeof *backward, latest_first); /* what stops together has no order */
    while (n_passed < n && forward[n_passed].moment >= from)
        n_passed++;
    cr_assert_eq(n_backward, n - n_passed, "EBPFDBG_SEED=%" PRIu64 ": %u events forwards, %u backwards", seed, n - n_passed, n_backward);
    for (uint32_t i = 0; i < n_backward; i++) {
        const struct event_of_test *f = &forward[n_passed + i], *b = &backward[i];
        cr_assert(f->moment == b->moment && f->number == b->number && !strcmp(f->before, b->before) && !strcmp(f->now, b->now),
                  "EBPFDBG_SEED=%" PRIu64 ": %u at %" PRIu64 " (%s, %s) forwards, %u at %" PRIu64 " (%s, %s) backwards", seed, f->number,
                  f->moment, f->before, f->now, b->number, b->moment, b->before, b->now);
    }
    session_free(s);
    return n_backward;
}

/* ---------------------------------------------------------------- over what */

static const char *const examples[] = { "filter", "oob", "calls", "tailcall", "loop", "ringbuf", "ttl", "verdict" };

static bool
open_example(struct subject_of_test *t, const char *name, char path[512])
{
    const char *dir = getenv("top_builddir");
    snprintf(path, 512, "%s/examples/%s.o", dir ? dir : ".", name);
    *t = (struct subject_of_test){ .object = path, .n_packet = 74 };
    /* Ethernet, IPv4, UDP */
    const uint8_t header[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 60, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 53, 0, 53 };
    memcpy(t->packet, header, sizeof header);
    return access(path, R_OK) == 0;
}

static void
open_generated(struct subject_of_test *t, uint64_t seed)
{
    struct generate_options options = generate_everything;
    struct generator g;
    options.n_insns = 20 + (uint32_t)(seed % 150);
    generator_init(&g, &options);
    *t = (struct subject_of_test){ .object = NULL };
    generate_subject(&g, seed, &t->generated);
}

static uint64_t
first_seed(void)
{
    const char *text = getenv("EBPFDBG_SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

Test(history, examples_back_and_forth)
{
    static struct subject_of_test t;
    char path[512];
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        if (!open_example(&t, examples[i], path))
            cr_skip("%s is missing: there is no clang that compiles eBPF", path);
        for (size_t k = 0; k < ARRAY_LEN(engine_lists); k++)
            travel(&t, engine_lists[k], first_seed() + k);
    }
}

Test(history, generated_back_and_forth)
{
    static struct subject_of_test t;
    for (uint64_t seed = first_seed(); seed < first_seed() + N_PROGRAMS; seed++) {
        open_generated(&t, seed);
        travel(&t, engine_lists[seed % ARRAY_LEN(engine_lists)], seed);
    }
}

Test(history, events_in_reverse_order)
{
    static struct subject_of_test t;
    char path[512];
    uint32_t n = 0;
    for (uint64_t seed = first_seed(); seed < first_seed() + 40; seed++)
        for (size_t i = 0; i < ARRAY_LEN(examples); i++)
            if (open_example(&t, examples[i], path))
                n += compare_events(&t, engine_lists[seed % ARRAY_LEN(engine_lists)], seed);
    for (uint64_t seed = first_seed(); seed < first_seed() + 2 * N_PROGRAMS; seed++) {
        open_generated(&t, seed);
        n += compare_events(&t, engine_lists[seed % ARRAY_LEN(engine_lists)], seed);
    }
    cr_assert_gt(n, 1000, "%u events", n);
}

/* Stepping back by lines visits what stepping forward has visited. */
static uint32_t
compare_lines(struct session *s, const char *forward, const char *backward, const char *name)
{
    enum { MAX_LINES = 5000 };
    static uint64_t moments[MAX_LINES];
    uint32_t n = 0;
    fixture_say(s, "start");
    while (!is_over(s) && n < MAX_LINES) {
        moments[n++] = session_machine(s)->n_insns;
        fixture_say(s, forward);
    }
    for (uint32_t i = n; i > 0; i--) {
        fixture_say(s, backward);
        cr_assert_eq(session_machine(s)->n_insns, moments[i - 1], "%s: %s from line %u of %u to %" PRIu64 ", not %" PRIu64, name, backward, i, n,
                     session_machine(s)->n_insns, moments[i - 1]);
    }
    const char *text = fixture_say(s, backward);
    cr_assert(strstr(text, "No more reverse-execution history."), "%s: %s: %s", name, backward, text);
    return n;
}

Test(history, lines)
{
    static struct subject_of_test t;
    char path[512];
    uint32_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        if (!open_example(&t, examples[i], path))
            cr_skip("%s is missing: there is no clang that compiles eBPF", path);
        struct session *s = open_session(&t, by_auto);
        n += compare_lines(s, "step", "reverse-step", examples[i]);
        n += compare_lines(s, "next", "reverse-next", examples[i]);
        session_free(s);
    }
    cr_expect_gt(n, 100);
    struct session *s = fixture_program(fixture_calls);
    cr_expect_eq(compare_lines(s, "step", "reverse-step", "calls"), 28);
    cr_expect_eq(compare_lines(s, "next", "reverse-next", "calls"), 19);
    session_free(s);
}

/* What was edited where is seen again, wherever one comes from. */
Test(history, edits_on_the_way)
{
    uint64_t seed = first_seed(), state = seed;
    for (uint32_t round = 0; round < 100; round++) {
        struct session *s = fixture_program_on(engine_lists[round % ARRAY_LEN(engine_lists)], NULL, fixture_calls);
        uint64_t last = 0;
        fixture_say(s, "start");
        do {
            truths[session_machine(s)->n_insns] = look(session_machine(s));
            if (random_next(&state) % 3 == 0)
                say_count(s, random_next(&state) % 2 ? "set $r8 =" : "set *(unsigned *)($r10 - 8) =", random_next(&state) % 1000);
            last = session_machine(s)->n_insns;
            truths[last] = look(session_machine(s));
            fixture_say(s, "stepi");
        } while (session_is_running(s));
        truths[session_machine(s)->n_insns] = look(session_machine(s));
        say_count(s, "break", 7);
        for (uint32_t i = 0; i < 50; i++) {
            uint64_t at = random_next(&state) % (last + 1);
            say_count(s, "seek", at);
            check(s, at, seed, "seek");
            fixture_say(s, random_next(&state) % 2 ? "reverse-continue" : random_next(&state) % 2 ? "continue" : "reverse-next");
            check(s, session_machine(s)->n_insns, seed, "where it stopped");
        }
        session_free(s);
    }
}

/* ---------------------------------------------------------------- edits */

static uint64_t
reg(const struct session *s, uint32_t r)
{
    return session_machine(s)->regs[r];
}

Test(history, edits_are_made_again)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_say(s, "stepi 2");
    fixture_expect(s, "set $r7 = 1000", ""); /* at the end of what has been: no new branch */
    fixture_say(s, "stepi 5");
    fixture_say(s, "set $r8 = 5");
    fixture_say(s, "set $r9 = 6"); /* at the same moment */
    fixture_say(s, "continue");
    cr_assert_eq(reg(s, REG_0), 1012);
    fixture_say(s, "seek 0");
    cr_assert_eq(reg(s, REG_7), 0);
    fixture_say(s, "stepi");
    cr_assert_eq(reg(s, REG_7), 0);
    fixture_say(s, "stepi");
    cr_assert_eq(reg(s, REG_7), 1000);
    fixture_say(s, "stepi 5");
    cr_assert_eq(reg(s, REG_8), 5);
    cr_assert_eq(reg(s, REG_9), 6);
    fixture_say(s, "reverse-stepi");
    cr_assert_eq(reg(s, REG_8), 0);
    fixture_say(s, "continue");
    cr_assert_eq(reg(s, REG_0), 1012);

    /* each undo takes one of them back */
    fixture_say(s, "undo");
    cr_assert_eq(session_machine(s)->n_insns, 7);
    cr_assert_eq(reg(s, REG_8), 5);
    cr_assert_eq(reg(s, REG_9), 0);
    fixture_say(s, "undo");
    cr_assert_eq(reg(s, REG_8), 0);
    fixture_say(s, "undo");
    cr_assert_eq(session_machine(s)->n_insns, 2);
    fixture_expect(s, "undo", "There is no edit to take back.\n");
    fixture_expect(s, "continue", "Continuing.\n[main returned 12, 28 insns, 28 cycles]\n");
    session_free(s);
}

Test(history, a_jump_is_an_edit)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_say(s, "stepi 2");
    fixture_say(s, "break *8");
    fixture_expect(s, "jump *8", "Continuing at insn 8.\n\nBreakpoint 2, main () at test.s:11\n11\t    exit\n");
    fixture_say(s, "continue");
    cr_assert(!session_is_running(s));
    fixture_expect(s, "reverse-continue", "Continuing.\n\nBreakpoint 2, main () at test.s:11\n11\t    exit\n");
    fixture_expect(s, "reverse-stepi", "3\t    r7 = 0\n");
    fixture_expect(s, "stepi", "11\t    exit\n"); /* led there, not stopped by it yet */
    fixture_expect(s, "continue", "Continuing.\n\nBreakpoint 2, main () at test.s:11\n11\t    exit\n");
    fixture_say(s, "undo");
    cr_assert_eq(session_machine(s)->pc, 2);
    session_free(s);
}

Test(history, editing_the_past_begins_a_branch)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "run");
    fixture_say(s, "seek 2");
    fixture_expect(s, "set $r7 = 1",
                   "The past was changed: a new branch of history begins at icount 2, what came after it is forgotten.\n");
    fixture_expect(s, "when", "icount 2 of 2 (100 %), cycle 2, insn 2 <main+2>\n");
    fixture_say(s, "continue");
    cr_assert_eq(reg(s, REG_0), 13);
    fixture_say(s, "run"); /* a new history */
    fixture_expect(s, "undo", "There is no edit to take back.\n");
    session_free(s);
}

Test(history, undo_without_a_run)
{
    struct session *s = fixture_program(fixture_calls);
    uint64_t clock = session_machine(s)->env.clock_ns;
    fixture_say(s, "set env clock 5");
    fixture_say(s, "set env random 6");
    fixture_expect(s, "undo", "The last edit, at icount 0, was taken back.\n");
    fixture_expect(s, "undo", "The last edit, at icount 0, was taken back.\n");
    cr_assert_eq(session_machine(s)->env.clock_ns, clock);
    fixture_expect(s, "reverse-stepi", "The program is not being run.\n");
    session_free(s);
}

/* r6 turns through memory: every turn writes elsewhere on the stack, so that checkpoints have something to keep. */
static const char busy[] = "main:\n"
                           "    r6 = 2000000\n"
                           "again:\n"
                           "    r2 = r6\n"
                           "    r2 *= 8\n"
                           "    r2 &= 504\n"
                           "    r3 = r10\n"
                           "    r3 -= 512\n"
                           "    r3 += r2\n"
                           "    *(u64 *)(r3 + 0) = r6\n"
                           "    r6 -= 1\n"
                           "    if r6 != 0 goto again\n"
                           "    r0 = 0\n"
                           "    exit\n";

Test(history, memory_is_bounded)
{
    struct session *s = fixture_program_on(by_auto, NULL, busy);
    char line[32];
    unsigned kib = 0;
    uint64_t state = first_seed();
    fixture_say(s, "set history size 1");
    fixture_say(s, "run");
    uint64_t last = session_machine(s)->n_insns;
    for (uint32_t i = 0; i < 300; i++) {
        uint64_t at = random_next(&state) % last;
        snprintf(line, sizeof line, "seek %" PRIu64, at);
        fixture_say(s, line);
        cr_assert_eq(session_machine(s)->n_insns, at);
        fixture_say(s, "reverse-stepi");
        cr_assert_eq(session_machine(s)->n_insns, at - 1);
    }
    const char *text = strstr(fixture_say(s, "info history"), "edits, ");
    cr_assert_eq(sscanf(text, "edits, %u KiB", &kib), 1);
    cr_assert_leq(kib, 1024);
    session_free(s);
}

/* So many edits that the first ones are forgotten: then history begins later, and says so. */
Test(history, forgets_the_oldest)
{
    struct session *s = fixture_program_on(by_auto, NULL, busy);
    char line[32];
    fixture_say(s, "set history size 1");
    fixture_say(s, "start");
    for (unsigned i = 0; i < 2000; i++) {
        fixture_say(s, "stepi");
        snprintf(line, sizeof line, "set $r8 = %u", i + 1);
        fixture_say(s, line);
    }
    cr_assert_eq(strncmp(fixture_say(s, "seek 0"), "History begins at icount ", 25), 0);
    session_free(s);
}

/* A condition that assigns edits the program each time it is looked at, and only on the way forward. */
Test(history, conditions_that_assign)
{
    struct session *s = fixture_program(fixture_calls);
    uint64_t digest;
    fixture_say(s, "break *4 if ($r8 = $r8 + 1) == 3");
    fixture_say(s, "run");
    cr_assert_eq(session_event(s)->kind, EVENT_BREAKPOINT);
    cr_assert_eq(reg(s, REG_8), 3);
    digest = machine_digest(session_machine(s));
    uint64_t at = session_machine(s)->n_insns;
    fixture_say(s, "reverse-continue");
    cr_assert_eq(session_event(s)->kind, EVENT_HISTORY);
    fixture_say(s, "delete");
    say_count(s, "seek", at - 1);
    cr_assert_eq(reg(s, REG_8), 2);
    fixture_say(s, "stepi");
    cr_assert_eq(machine_digest(session_machine(s)), digest);
    session_free(s);
}

/* Ctrl-C in the past: back to where it was. */
Test(history, interrupted)
{
    struct session *s = fixture_program_on(by_auto, NULL, busy);
    fixture_say(s, "run");
    fixture_say(s, "seek 5000000");
    fixture_say(s, "watch $r9");
    fixture_interrupt = 1;
    cr_assert(strstr(fixture_say(s, "reverse-continue"), "Program received signal SIGINT, Interrupt."));
    cr_assert_eq(session_machine(s)->n_insns, 5000000);
    cr_assert_eq(session_event(s)->kind, EVENT_INTERRUPT);
    fixture_interrupt = 1;
    cr_assert(strstr(fixture_say(s, "reverse-next"), "Interrupt."));
    cr_assert_eq(session_machine(s)->n_insns, 5000000);
    fixture_say(s, "reverse-continue");
    cr_assert_eq(session_event(s)->kind, EVENT_HISTORY);
    session_free(s);
}

/* rr#1692 */
Test(history, count_of_reverse_continue)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "break *4");
    fixture_say(s, "run");
    fixture_say(s, "continue");
    fixture_say(s, "continue");
    uint64_t at = session_machine(s)->n_insns;
    fixture_expect(s, "reverse-continue 2", "Will ignore next 1 crossing of breakpoint 1.  Continuing.\n\nBreakpoint 1, main () at test.s:7\n"
                                            "7\t    r7 += r0\n");
    cr_assert_eq(session_machine(s)->n_insns, at - 16);
    session_free(s);
}

/* gdb 13's record full: a watchpoint set after the fact is run past. */
Test(history, watch_set_in_the_end)
{
    struct session *s = fixture_program(fixture_calls);
    fixture_say(s, "start");
    fixture_say(s, "until -icount 20");
    fixture_say(s, "watch $r7");
    fixture_expect(s, "reverse-continue", "Continuing.\n\nHardware watchpoint 2: $r7\n\nOld value = 10\nNew value = 6\nmain () at test.s:7\n"
                                          "7\t    r7 += r0\n");
    session_free(s);
}
