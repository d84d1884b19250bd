/* Contexts: dispatch by family, the two plain families (generic memory, flat bytes) and what all share. See context.h. */
#include "config.h"

#include "sim/machine/context.h"

#include "sim/base/base.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where the regions of context, packet and kernel objects lie. */
enum { WINDOW_LO = GUEST_CTX, WINDOW_HI = GUEST_MAP };

/* The kernel looks at no more than a page of a context that is a struct. */
enum { CTX_STRUCT_MAX = 4096 };

static bool
is_in_window(const struct region *r)
{
    return r->base >= WINDOW_LO && r->base < WINDOW_HI;
}

/* Makes the regions of the window those of the list. When they already are, the memory's generation stays: a fuzzer that starts the
 * same program a million times must not void the engines' caches each time. */
static void
replace_regions(struct memory *mem, const struct region_list *list)
{
    uint32_t n = 0, first = 0;
    bool is_same = true;
    while (first < mem->n_regions && mem->regions[first].base < WINDOW_LO)
        first++;
    for (uint32_t i = first; i < mem->n_regions && is_in_window(&mem->regions[i]); i++, n++)
        is_same = is_same && n < list->n && region_equal(&mem->regions[i], &list->regions[n]);
    if (is_same && n == list->n)
        return;
    for (; n; n--)
        memory_remove(mem, mem->regions[first].base);
    for (uint32_t i = 0; i < list->n; i++)
        memory_add(mem, &list->regions[i]);
}

void
context_add_region(struct region_list *list, const struct region *r)
{
    assert(list->n < ARRAY_LEN(list->regions) && "a context has few regions");
    uint32_t at = list->n++;
    for (; at && list->regions[at - 1].base > r->base; at--)
        list->regions[at] = list->regions[at - 1];
    list->regions[at] = *r;
}

static void
build_generic(struct machine *m, struct region_list *list)
{
    const struct input *in = &m->input;
    const uint8_t *bytes = in->packet ? in->packet : in->ctx;
    uint32_t n = in->packet ? in->packet_bytes : in->ctx_bytes;
    if (!n)
        return;
    memcpy(memory_host(&m->mem, GUEST_PACKET), bytes, n);
    m->packet = (struct packet){ .is_present = true, .hard_start = GUEST_PACKET, .meta = GUEST_PACKET, .data = GUEST_PACKET,
                                 .end = GUEST_PACKET + n, .hard_end = GUEST_PACKET + n };
    context_add_packet(m, list, MEM_READ | MEM_WRITE);
    m->regs[REG_1] = GUEST_PACKET;
    m->regs[REG_2] = n;
}

static void
build_bytes(struct machine *m, struct region_list *list)
{
    const struct input *in = &m->input;
    uint32_t n = m->type->ctx_is_open && in->ctx ? in->ctx_bytes : m->type->ctx_bytes;
    uint8_t *ctx = memory_host(&m->mem, GUEST_CTX);
    memset(ctx, 0, n);
    if (in->ctx)
        memcpy(ctx, in->ctx, in->ctx_bytes < n ? in->ctx_bytes : n);
    m->regs[REG_1] = GUEST_CTX;
    if (n)
        context_add_region(list, &(struct region){ .base = GUEST_CTX, .elem_bytes = n, .n = 1, .kind = REGION_CTX, .origin = GUEST_CTX,
                                           .access = m->type->ctx_is_writable ? MEM_READ | MEM_WRITE : MEM_READ });
}

/* A syscall program's buffer comes back as it is; the kernel writes no other context of this family back. */
static void
result_bytes(const struct machine *m, struct result *out)
{
    if (!m->type->test_run || !m->type->ctx_is_writable)
        return;
    out->ctx_bytes = m->input.ctx_bytes < sizeof out->ctx ? m->input.ctx_bytes : sizeof out->ctx;
    memcpy(out->ctx, memory_host(&m->mem, GUEST_CTX), out->ctx_bytes);
}

static enum err
check_bytes(const struct prog_type *type, const struct input *input, struct errinfo *e)
{
    if (input->packet)
        return context_refuse(e, "packet", "a program of type %s takes a context, not a packet", type->name);
    if (input->ctx_bytes > type->ctx_bytes)
        return context_refuse(e, "context", "%u bytes; a context of type %s has at most %u", input->ctx_bytes, type->name,
                              type->ctx_bytes);
    return OK;
}

enum err
context_refuse(struct errinfo *e, const char *what, const char *format, ...)
{
    char reason[sizeof e->detail];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return err_set_detail(e, ERR_INPUT, what, reason);
}

enum err
context_check_tail(const struct input *input, uint32_t bytes, struct errinfo *e)
{
    if (input->ctx_bytes > CTX_STRUCT_MAX)
        return context_refuse(e, "context", "%u bytes; the kernel takes at most %u", input->ctx_bytes, (unsigned)CTX_STRUCT_MAX);
    for (uint32_t i = bytes; i < input->ctx_bytes; i++)
        if (input->ctx[i])
            return context_refuse(e, "context", "byte %u is not zero and lies past the %u bytes of this context", i, bytes);
    return OK;
}

uint32_t
context_in_u32(const struct input *input, uint32_t off)
{
    uint32_t value = 0;
    if (input->ctx && off < input->ctx_bytes)
        memcpy(&value, input->ctx + off, input->ctx_bytes - off < 4 ? input->ctx_bytes - off : 4);
    return value;
}

uint64_t
context_in_u64(const struct input *input, uint32_t off)
{
    return context_in_u32(input, off) | (uint64_t)context_in_u32(input, off + 4) << 32;
}

void
context_add_fields(const struct prog_type *type, struct region_list *list)
{
    struct region run = { .n = 0 };
    for (uint32_t i = 0; i <= type->n_fields; i++) {
        const struct ctx_field *f = i < type->n_fields ? &type->fields[i] : NULL;
        uint8_t access = f ? (f->access & CTX_READ ? MEM_READ : 0) | (f->access & CTX_WRITE ? MEM_WRITE : 0) : 0;
        if (run.n && (!f || access != run.access || GUEST_CTX + f->off != run.base + run.elem_bytes)) {
            context_add_region(list, &run);
            run.n = 0;
        }
        if (!access)
            continue;
        if (!run.n)
            run = (struct region){ .base = (uint32_t)GUEST_CTX + f->off, .n = 1, .access = access, .kind = REGION_CTX,
                                   .origin = GUEST_CTX };
        run.elem_bytes += f->bytes;
    }
}

void
context_add_packet(struct machine *m, struct region_list *list, enum access access)
{
    const struct packet *p = &m->packet;
    if (p->end > p->meta)
        context_add_region(list, &(struct region){ .base = p->meta, .elem_bytes = p->end - p->meta, .n = 1, .access = access,
                                           .kind = REGION_PACKET, .origin = p->data });
}

enum err
context_check(const struct prog_type *type, const struct input *input, struct errinfo *e)
{
    if (input->packet_bytes > PACKET_MAX_BYTES)
        return context_refuse(e, "packet", "%u bytes; the kernel takes at most %u", input->packet_bytes, (unsigned)PACKET_MAX_BYTES);
    if (input->ctx_bytes > CTX_MAX_BYTES)
        return context_refuse(e, "context", "%u bytes; the kernel takes at most %u", input->ctx_bytes, (unsigned)CTX_MAX_BYTES);
    switch (type->family) {
    case CTX_GENERIC: return OK;
    case CTX_XDP: return context_check_xdp(type, input, e);
    case CTX_SKB: return context_check_skb(type, input, e);
    case CTX_FLOW: return context_check_flow(type, input, e);
    case CTX_BYTES: return check_bytes(type, input, e);
    }
    assert(!"a context family");
    return OK;
}

void
context_build(struct machine *m)
{
    struct region_list list = { .n = 0 };
    m->packet = (struct packet){ .is_present = false };
    switch (m->type->family) {
    case CTX_GENERIC: build_generic(m, &list); break;
    case CTX_XDP: context_build_xdp(m, &list); break;
    case CTX_SKB: context_build_skb(m, &list); break;
    case CTX_FLOW: context_build_flow(m, &list); break;
    case CTX_BYTES: build_bytes(m, &list); break;
    }
    m->ctx = m->regs[REG_1];
    replace_regions(&m->mem, &list);
}

void
context_packet_moved(struct machine *m)
{
    struct region_list list = { .n = 0 };
    uint32_t old = 0;
    for (uint32_t i = 0; i < m->mem.n_regions && !old; i++)
        if (m->mem.regions[i].kind == REGION_PACKET)
            old = m->mem.regions[i].base;
    context_add_packet(m, &list, MEM_READ | MEM_WRITE);
    if (old && list.n)
        memory_change(&m->mem, old, &list.regions[0]);
    else if (old)
        memory_remove(&m->mem, old);
    else if (list.n)
        memory_add(&m->mem, &list.regions[0]);
    if (m->type->family == CTX_XDP)
        context_moved_xdp(m);
    else if (m->type->family == CTX_SKB)
        context_moved_skb(m);
}

void
context_result(struct machine *m, struct result *out)
{
    *out = (struct result){ .retval = (uint32_t)m->regs[REG_0] };
    switch (m->type->family) {
    case CTX_GENERIC:
        out->packet = m->packet.is_present ? memory_host(&m->mem, m->packet.data) : NULL;
        out->packet_bytes = m->packet.end - m->packet.data;
        break;
    case CTX_XDP: context_result_xdp(m, out); break;
    case CTX_SKB: context_result_skb(m, out); break;
    case CTX_FLOW: context_result_flow(m, out); break;
    case CTX_BYTES: result_bytes(m, out); break;
    }
}
