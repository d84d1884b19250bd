/* Addresses and faults in words. */
#include "config.h"

#include "tests/machine/fixture.h"

#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

static uint8_t frame[64];
static struct map_def defs[] = {
    { .name = (char[]){ "flows" }, .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4, .value_bytes = 8, .max_entries = 4, .inner = -1 },
    { .name = (char[]){ "users" }, .type = BPF_MAP_TYPE_HASH, .key_bytes = 4, .value_bytes = 12, .max_entries = 4, .inner = -1 },
    { .name = (char[]){ ".rodata" }, .origin = MAP_FROM_DATA, .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4, .value_bytes = 6, .max_entries = 1,
      .inner = -1, .value_addr = GUEST_DATA, .is_readonly = true },
};

static void
set_up(void)
{
    fixture_open_maps(defs, 3);
    struct input in = { .packet = frame, .packet_bytes = sizeof frame };
    cr_assert_eq(machine_start(fix.m, 0, prog_type_named("xdp"), &in, NULL), OK);
}

TestSuite(describe, .init = set_up, .fini = fixture_close);

static const char *
place(uint64_t addr)
{
    static char line[200];
    struct buf text = BUF_EMPTY;
    machine_describe_addr(fix.m, addr, &text);
    snprintf(line, sizeof line, "%s", buf_text(&text));
    buf_free(&text);
    return line;
}

static const char *
fault(enum access access, uint64_t addr, uint32_t len)
{
    static char line[200];
    struct fault why;
    struct buf text = BUF_EMPTY;
    cr_assert_null(memory_translate(&fix.m->mem, addr, len, access, &why));
    fault_text(fix.m, &why, &text);
    snprintf(line, sizeof line, "%s", buf_text(&text));
    buf_free(&text);
    return line;
}

Test(describe, places)
{
    uint32_t key = 3, user = 0x01020304;
    cr_assert_str_eq(place(fix.m->packet.data + 62), "pkt+62");
    cr_assert_str_eq(place(GUEST_CTX + 4), "xdp_md+4");
    cr_assert_str_eq(place(STACK_TOP - 8), "fp-8");
    cr_assert_str_eq(place(STACK_TOP - FRAME_STRIDE - 8), "fp-8 of frame 1");
    cr_assert_str_eq(place(map_lookup(fix.m, &fix.m->maps[0], &key) + 4), "flows[3]+4");
    map_update(fix.m, &fix.m->maps[1], &user, frame, BPF_ANY);
    cr_assert_str_eq(place(map_lookup(fix.m, &fix.m->maps[1], &user)), "users[04030201]+0");
    cr_assert_str_eq(place(GUEST_DATA + 2), ".rodata+2");
    cr_assert_str_eq(place(fix.m->maps[1].handle), "map users");
    cr_assert_str_eq(place(GUEST_CODE_OF(1)), "code at slot 1");
    cr_assert_str_eq(place(fix.m->packet.end), "pkt+64, its end");
    cr_assert_str_eq(place(STACK_TOP), "fp");
    cr_assert_str_eq(place(STACK_TOP - FRAME_STRIDE), "fp of frame 1");
    cr_assert_str_eq(place(0x12345678), "0x12345678");
}

Test(describe, faults)
{
    uint64_t data = fix.m->packet.data;
    uint32_t key = 3;
    uint64_t value = map_lookup(fix.m, &fix.m->maps[0], &key);
    cr_assert_str_eq(fault(MEM_READ, data + 62, 4), "read of 4 bytes at pkt+62, 2 bytes past the end of the 64-byte packet");
    cr_assert_str_eq(fault(MEM_WRITE, data + 64, 1), "write of 1 byte at pkt+64, 1 byte past the end of the 64-byte packet");
    cr_assert_str_eq(fault(MEM_READ, data - 2, 2), "read of 2 bytes at pkt-2, 2 bytes before the start of the 64-byte packet");
    cr_assert_str_eq(fault(MEM_READ, STACK_TOP - 513, 1), "read of 1 byte at fp-513, 1 byte below the stack of frame 0");
    cr_assert_str_eq(fault(MEM_WRITE, STACK_TOP - 4, 8), "write of 8 bytes at fp-4, 4 bytes past the end of the stack of frame 0");
    cr_assert_str_eq(fault(MEM_READ, 0, 8), "read of 8 bytes at a null pointer");
    cr_assert_str_eq(fault(MEM_WRITE, 12, 8), "write of 8 bytes to a null pointer + 12");
    cr_assert_str_eq(fault(MEM_READ, (uint64_t)-8, 8), "read of 8 bytes at a null pointer - 8");
    cr_assert_str_eq(fault(MEM_READ, fix.m->maps[0].handle, 8), "read of 8 bytes at map flows: a map is not memory, pass it to a helper");
    cr_assert_str_eq(fault(MEM_READ, GUEST_CODE_OF(0), 8), "read of 8 bytes at code at slot 0: code can't be accessed");
    cr_assert_str_eq(fault(MEM_WRITE, GUEST_CTX + 4, 4), "write of 4 bytes at xdp_md+4, which is read-only (xdp_md.data_end)");
    cr_assert_str_eq(fault(MEM_READ, GUEST_CTX + 20, 4),
                     "read of 4 bytes at xdp_md+20: a program of type xdp has no access to xdp_md.egress_ifindex");
    cr_assert_str_eq(fault(MEM_READ, GUEST_CTX + 24, 4), "read of 4 bytes at xdp_md+24, 8 bytes past the end of the 24-byte xdp_md");
    cr_assert_str_eq(fault(MEM_READ, value + 8, 1), "read of 1 byte at flows[3]+8, 1 byte past the end of the 8-byte value flows[3]");
    cr_assert_str_eq(fault(MEM_READ, value + 4, 8), "read of 8 bytes at flows[3]+4, 4 bytes past the end of the 8-byte value flows[3]");
    cr_assert_str_eq(fault(MEM_WRITE, GUEST_DATA, 1), "write of 1 byte at .rodata+0, which is read-only");
    cr_assert_str_eq(fault(MEM_READ, 0x7fff0000, 8), "read of 8 bytes at 0x7fff0000: nothing is mapped there");
    cr_assert_str_eq(fault(MEM_READ, UINT64_C(0xffff888000000000), 8), "read of 8 bytes at 0xffff888000000000: nothing is mapped there");
}
