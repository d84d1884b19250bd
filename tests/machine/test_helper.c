/* Helpers: arguments checked from their row, results, errno, outputs. */
#include "config.h"

#include "tests/machine/fixture.h"

#include "sim/base/base.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

TestSuite(helper, .fini = fixture_close);

static void
open_ring(void)
{
    fixture_open_maps(&(struct map_def){ .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 4096, .inner = -1 }, 1);
}

Test(helper, names)
{
    fixture_open();
    cr_assert_str_eq(helper_name(1), "bpf_map_lookup_elem");
    cr_assert_str_eq(helper_name(211), "bpf_cgrp_storage_delete");
    cr_assert_null(helper_name(0));
    cr_assert_null(helper_name(212));
    cr_assert_null(helper_name(-5));
    cr_assert_eq(helper_id("bpf_tail_call"), 12);
    cr_assert_eq(helper_id("tail_call"), 12);
    cr_assert_eq(helper_id("nonsense"), -1);
    for (int32_t id = 1; id <= 211; id++)
        cr_assert_eq(helper_id(helper_name(id)), id);
}

Test(helper, arguments_are_checked)
{
    struct map_def defs[] = { { .name = (char[]){ "flows" }, .type = BPF_MAP_TYPE_HASH, .key_bytes = 4, .value_bytes = 8, .max_entries = 2, .inner = -1 },
                              { .name = (char[]){ "traces" }, .type = BPF_MAP_TYPE_SK_STORAGE, .key_bytes = 4, .value_bytes = 8, .max_entries = 2,
                                .inner = -1 },
                              { .name = (char[]){ "ring" }, .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 4096, .inner = -1 } };
    fixture_open_maps(defs, 3);
    uint64_t flows = fix.m->maps[0].handle;
    cr_assert_str_eq(fixture_fault(1, 16, STACK_TOP - 4, 0, 0, 0), "argument 1 of bpf_map_lookup_elem is 0x10, not a map");
    cr_assert_str_eq(fixture_fault(1, flows, STACK_TOP - 3, 0, 0, 0),
                     "argument 2 of bpf_map_lookup_elem: read of 4 bytes at fp-3, 1 byte past the end of the stack of frame 0");
    cr_assert_str_eq(fixture_fault(1, flows, 0, 0, 0, 0), "argument 2 of bpf_map_lookup_elem: read of 4 bytes at a null pointer");
    cr_assert_str_eq(fixture_fault(2, flows, STACK_TOP - 4, STACK_TOP - 4, 0, 0),
                     "argument 3 of bpf_map_update_elem: read of 8 bytes at fp-4, 4 bytes past the end of the stack of frame 0");
    cr_assert_str_eq(fixture_fault(1, fix.m->maps[1].handle, STACK_TOP - 4, 0, 0, 0),
                     "argument 1 of bpf_map_lookup_elem: traces is a map of type sk_storage, which is not modelled");
    cr_assert_str_eq(fixture_fault(1, fix.m->maps[2].handle, STACK_TOP - 4, 0, 0, 0),
                     "argument 1 of bpf_map_lookup_elem: ring is a map of type ringbuf, which this helper does not take");
    cr_assert_str_eq(fixture_fault(16, STACK_TOP - 16, 0, 0, 0, 0), "argument 2 of bpf_get_current_comm can't be 0x0");
    cr_assert_str_eq(fixture_fault(124, 0, 0, 0, 0, 0), "bpf_sk_assign is not modelled and has no scripted result");
    cr_assert_str_eq(fixture_fault(900, 0, 0, 0, 0, 0), "helper 900 is not modelled and has no scripted result");
}

Test(helper, scripted_results)
{
    fixture_open();
    machine_script_helper(fix.m, 124, 3);
    cr_assert_eq(fixture_call(124, 0, 0, 0, 0, 0), 3);
    machine_script_helper(fix.m, 124, 4);
    cr_assert_eq(fixture_call(124, 0, 0, 0, 0, 0), 4);
    machine_script_helper(fix.m, 5, 77);
    cr_assert_eq(fixture_call(5, 0, 0, 0, 0, 0), 77, "a script goes before the model");
}

Test(helper, world)
{
    char comm[16];
    fixture_open();
    uint64_t first = fixture_call(BPF_FUNC_ktime_get_ns, 0, 0, 0, 0, 0);
    cr_assert_eq(fixture_call(BPF_FUNC_ktime_get_ns, 0, 0, 0, 0, 0), first + fix.m->env.clock_step_ns);
    uint64_t a = fixture_call(BPF_FUNC_get_prandom_u32, 0, 0, 0, 0, 0), b = fixture_call(BPF_FUNC_get_prandom_u32, 0, 0, 0, 0, 0);
    cr_assert_neq(a, b);
    cr_assert_eq(a >> 32, 0);
    uint64_t at = fixture_stack(-16, "################", 16);
    cr_assert_eq(fixture_call(BPF_FUNC_get_current_comm, at, 16, 0, 0, 0), 0);
    memcpy(comm, memory_host(&fix.m->mem, at), 16);
    cr_assert_str_eq(comm, "ebpfdbg");
    cr_assert_eq(fixture_call(BPF_FUNC_get_current_comm, at, 4, 0, 0, 0), 0);
    memcpy(comm, memory_host(&fix.m->mem, at), 16);
    cr_assert_str_eq(comm, "ebp");
}

Test(helper, probe_reads_never_fault)
{
    fixture_open();
    uint64_t from = fixture_stack(-32, "0123456789", 11), to = fixture_stack(-64, "zzzzzzzz", 8);
    const char *got = memory_host(&fix.m->mem, to);
    cr_assert_eq(fixture_call(BPF_FUNC_probe_read_kernel, to, 8, from, 0, 0), 0);
    cr_assert_eq(memcmp(got, "01234567", 8), 0);
    cr_assert_eq((int64_t)fixture_call(BPF_FUNC_probe_read_kernel, to, 8, 0, 0, 0), -ERANGE);
    cr_assert_eq(memcmp(got, "\0\0\0\0\0\0\0\0", 8), 0);
    cr_assert_eq((int64_t)fixture_call(BPF_FUNC_probe_read_user, to, 8, 0, 0, 0), -EFAULT);
    cr_assert_eq((int64_t)fixture_call(BPF_FUNC_probe_read_kernel, to, 8, UINT64_C(0xffff888000001000), 0, 0), -EFAULT);
    cr_assert_eq(fixture_call(BPF_FUNC_probe_read_kernel, to, 0, 0, 0, 0), 0);
    cr_assert_eq(fixture_call(BPF_FUNC_probe_read_kernel_str, to, 8, from, 0, 0), 8);
    cr_assert_str_eq(got, "0123456");
    cr_assert_eq(fixture_call(BPF_FUNC_probe_read_kernel_str, to, 20, from, 0, 0), 11);
    cr_assert_str_eq(got, "0123456789");
    cr_assert_eq((int64_t)fixture_call(BPF_FUNC_probe_read_kernel_str, to, 8, 5, 0, 0), -ERANGE);
}

Test(helper, printk_is_recorded)
{
    fixture_open();
    uint64_t format = fixture_stack(-64, "a=%d b=%5x|%-4u|\n", 18);
    cr_assert_eq(fixture_call(BPF_FUNC_trace_printk, format, 18, (uint64_t)-7, 0xab, 5), 19);
    cr_assert_eq(fix.m->n_outputs, 1);
    cr_assert_eq(fix.m->outputs[0].kind, OUTPUT_TRACE_PRINTK);
    cr_assert_eq(fix.m->outputs[0].n_bytes, 19);
    cr_assert_eq(memcmp(fix.m->outputs[0].bytes, "a=-7 b=   ab|5   |\n", 19), 0);
    cr_assert_eq((int64_t)fixture_call(BPF_FUNC_trace_printk, format, 17, 0, 0, 0), -EINVAL, "no NUL");
    fixture_stack(-64, "%y", 3);
    cr_assert_eq((int64_t)fixture_call(BPF_FUNC_trace_printk, format, 3, 0, 0, 0), -EINVAL);
    cr_assert_eq(fix.m->n_outputs, 1);
}

Test(helper, ring_buffer)
{
    open_ring();
    uint64_t ring = fix.m->maps[0].handle;
    uint64_t record = fixture_call(BPF_FUNC_ringbuf_reserve, ring, 12, 0, 0, 0);
    cr_assert_neq(record, 0);
    memcpy(memory_translate(&fix.m->mem, record, 12, MEM_WRITE, NULL), "hello, ring!", 12);
    cr_assert_null(memory_translate(&fix.m->mem, record + 12, 1, MEM_WRITE, NULL));
    cr_assert_null(memory_translate(&fix.m->mem, record - 1, 1, MEM_READ, NULL), "the header is out of reach");
    cr_assert_eq(fixture_call(BPF_FUNC_ringbuf_query, ring, BPF_RB_AVAIL_DATA, 0, 0, 0), 24);
    fixture_fault(BPF_FUNC_ringbuf_submit, record + 8, 0, 0, 0, 0);
    cr_assert_eq(fixture_call(BPF_FUNC_ringbuf_submit, record, 0, 0, 0, 0), 0);
    cr_assert_eq(fix.m->n_outputs, 1);
    cr_assert_eq(memcmp(fix.m->outputs[0].bytes, "hello, ring!", 12), 0);
    cr_assert_null(memory_translate(&fix.m->mem, record, 1, MEM_READ, NULL), "a submitted record is gone");
    fixture_fault(BPF_FUNC_ringbuf_submit, record, 0, 0, 0, 0);
    cr_assert_eq(fixture_call(BPF_FUNC_ringbuf_reserve, ring, 4096, 0, 0, 0), 0);
    cr_assert_eq(fixture_call(BPF_FUNC_ringbuf_reserve, ring, 4096 - 24 - 8, 0, 0, 0), 0);
    record = fixture_call(BPF_FUNC_ringbuf_reserve, ring, 4096 - 24 - 16, 0, 0, 0);
    cr_assert_neq(record, 0);
    cr_assert_eq(fixture_call(BPF_FUNC_ringbuf_reserve, ring, 0, 0, 0, 0), 0, "full");
    machine_reset_maps(fix.m);
    cr_assert_null(memory_translate(&fix.m->mem, record, 1, MEM_READ, NULL));
    cr_assert_eq(fixture_call(BPF_FUNC_ringbuf_query, ring, BPF_RB_PROD_POS, 0, 0, 0), 0);
    uint64_t data = fixture_stack(-8, "12345678", 8);
    cr_assert_eq(fixture_call(BPF_FUNC_ringbuf_output, ring, data, 8, 0, 0), 0);
    cr_assert_eq((int64_t)fixture_call(BPF_FUNC_ringbuf_output, ring, data, 8, 4, 0), -EINVAL);
    cr_assert_eq(fixture_call(BPF_FUNC_ringbuf_query, ring, BPF_RB_RING_SIZE, 0, 0, 0), 4096);
}

Test(helper, tail_calls)
{
    struct map_preset presets[] = { { .key = 1, .index = 0 } };
    fixture_open_maps(&(struct map_def){ .type = BPF_MAP_TYPE_PROG_ARRAY, .key_bytes = 4, .value_bytes = 4, .max_entries = 2, .inner = -1,
                                         .presets = presets, .n_presets = 1 }, 1);
    struct fault fault;
    uint64_t map = fix.m->maps[0].handle;
    fixture_call(BPF_FUNC_tail_call, 0, map, 0, 0, 0);
    fixture_call(BPF_FUNC_tail_call, 0, map, 2, 0, 0);
    cr_assert_eq(fix.m->n_tail_calls, 0);
    for (uint32_t i = 0; i < MAX_TAIL_CALLS; i++) {
        fix.m->regs[REG_2] = map;
        fix.m->regs[REG_3] = 1;
        fix.m->regs[REG_1] = 0;
        fix.m->regs[REG_6] = 66;
        fix.m->pc = 0;
        cr_assert_eq(helper_call(fix.m, &fault), HELPER_JUMP);
        cr_assert_eq(fix.m->pc, 0);
        cr_assert_eq(fix.m->regs[REG_0], REG_CLOBBERED);
        cr_assert_eq(fix.m->regs[REG_1], fix.m->ctx);
        cr_assert_eq(fix.m->n_tail_calls, i + 1);
    }
    fixture_call(BPF_FUNC_tail_call, 0, map, 1, 0, 0);
    cr_assert_eq(fix.m->n_tail_calls, MAX_TAIL_CALLS);
}

Test(helper, loop_returns_to_its_call)
{
    fixture_open();
    struct fault fault;
    fix.program->insns[0].imm = BPF_FUNC_loop;
    fix.m->regs[REG_1] = 2;
    fix.m->regs[REG_2] = GUEST_CODE_OF(1);
    fix.m->regs[REG_3] = 99;
    fix.m->regs[REG_4] = 0;
    for (uint64_t i = 0; i < 2; i++) {
        cr_assert_eq(helper_call(fix.m, &fault), HELPER_JUMP);
        cr_assert_eq(fix.m->pc, 1);
        cr_assert_eq(fix.m->depth, 1);
        cr_assert_eq(fix.m->regs[REG_1], i);
        cr_assert_eq(fix.m->regs[REG_2], 99);
        cr_assert_eq(fix.m->regs[REG_10], STACK_TOP - FRAME_STRIDE);
        fix.m->depth = 0; /* the callback returns 0 */
        fix.m->pc = fix.m->frames[1].return_pc;
        fix.m->regs[REG_0] = 0;
    }
    cr_assert_eq(helper_call(fix.m, &fault), HELPER_DONE);
    cr_assert_eq(fix.m->regs[REG_0], 2);
    cr_assert_eq(fix.m->pc, 1);
    cr_assert_eq((int64_t)fixture_call(BPF_FUNC_loop, 1, GUEST_CODE_OF(1), 0, 1, 0), -EINVAL);
    cr_assert_eq(fixture_call(BPF_FUNC_loop, (1 << 23) + 1, GUEST_CODE_OF(1), 0, 0, 0), (uint32_t)-E2BIG);
    cr_assert_eq(fixture_call(BPF_FUNC_loop, 0, GUEST_CODE_OF(1), 0, 0, 0), 0);
    fixture_fault(BPF_FUNC_loop, 1, GUEST_CODE_OF(1) + 4, 0, 0, 0);
}

Test(helper, outputs_are_bounded)
{
    fixture_open_maps(&(struct map_def){ .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .max_entries = 4, .inner = -1 }, 1);
    uint64_t data = fixture_stack(-512, "", 1);
    for (int i = 0; i < 130000; i++)
        cr_assert_eq((int64_t)fixture_call(BPF_FUNC_perf_event_output, 0, fix.m->maps[0].handle, BPF_F_CURRENT_CPU, data, 512), -ENOENT);
    cr_assert_leq(fix.m->output_bytes, OUTPUT_MAX_BYTES);
    cr_assert_gt(fix.m->n_outputs_lost, 0);
    cr_assert_eq(fix.m->n_outputs + fix.m->n_outputs_lost, 130000);
    cr_assert_eq((int64_t)fixture_call(BPF_FUNC_perf_event_output, 0, fix.m->maps[0].handle, 4, data, 8), -E2BIG);
    cr_assert_eq((int64_t)fixture_call(BPF_FUNC_perf_event_output, 0, fix.m->maps[0].handle, UINT64_C(1) << 32, data, 8), -EINVAL);
}
