/* `pkt` in expressions: the packet's bytes, and its headers and their fields by name, where they are there. See expr_eval.h. */
#include "config.h"

#include "debugger/expr_eval.h"

#include "debugger/data.h"
#include "sim/base/base.h"

#include <stdio.h>
#include <string.h>

enum header_id {
#define HEADER(name, ...) HEADER_##name,
#include "debugger/packet_header.def"
    N_HEADERS
};

static const struct header {
    const char *name, *words, *type;
    uint32_t n_bytes;
} headers[N_HEADERS] = {
#define HEADER(name, words, type, n_bytes) { #name, words, type, n_bytes },
#include "debugger/packet_header.def"
};

enum field_kind { NUMBER, ADDRESS, BYTES };

static const struct field {
    enum header_id header;
    const char *name, *kernel_name;
    uint16_t first_bit, n_bits;
    enum field_kind kind;
} fields[] = {
#define FIELD(header, ...) { HEADER_##header, __VA_ARGS__ },
#include "debugger/packet_header.def"
};

enum { ETH_IPV4 = 0x0800, ETH_IPV6 = 0x86dd, ETH_VLAN = 0x8100, ETH_QINQ = 0x88a8, PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };

static enum err
packet_of(struct eval *v, const struct packet **out)
{
    const struct machine *m = v->s->machine;
    if (!m || !v->s->is_running || !m->packet.is_present)
        return err_set(v->e, ERR_NO_PACKET, NULL, 0, 0, 0);
    *out = &m->packet;
    return OK;
}

enum err
eval_packet(struct eval *v, struct value *out)
{
    const struct packet *p = NULL;
    struct vtype type = vtype_base(BASE_UCHAR);
    enum err err = v->is_type_only && !v->s->is_running ? OK : packet_of(v, &p);
    if (err)
        return err;
    type.n = p && p->end > p->data ? p->end - p->data : 1;
    return eval_load(v, type, p ? p->data : 0, out);
}

/* The big-endian number of n bytes at an address; false when it is not there. */
static bool
load_big(struct eval *v, uint64_t at, uint32_t n, uint64_t *out)
{
    uint8_t bytes[8];
    struct errinfo ignored;
    if (data_read(v->s, at, bytes, n, &ignored))
        return false;
    eval_note_read(v, PLACE_MEMORY, at, n);
    *out = 0;
    for (uint32_t i = 0; i < n; i++)
        *out = *out << 8 | bytes[i];
    return true;
}

/* Where the network header is and its EtherType; the link-layer ones on the way, 0 where there is none. */
static bool
find_network(struct eval *v, const struct packet *p, uint64_t *eth, uint64_t *vlan, uint64_t *network, uint64_t *type)
{
    bool begins_with_network = v->s->machine->type && v->s->machine->type->family == CTX_SKB && p->data == p->net && p->mac != p->net;
    *eth = *vlan = 0;
    *network = p->data;
    if (begins_with_network) {
        if (!load_big(v, *network, 1, type))
            return false;
        *type = *type >> 4 == 4 ? ETH_IPV4 : *type >> 4 == 6 ? ETH_IPV6 : 0;
        return true;
    }
    *eth = p->data;
    *network += headers[HEADER_eth].n_bytes;
    if (!load_big(v, *eth + 12, 2, type))
        return false;
    for (int i = 0; i < 2 && (*type == ETH_VLAN || *type == ETH_QINQ); i++) {
        *vlan = *vlan ? *vlan : *network;
        if (!load_big(v, *network + 2, 2, type))
            return true;
        *network += headers[HEADER_vlan].n_bytes;
    }
    return true;
}

/* The transport header behind IPv4 or IPv6 (without extensions) and its protocol; not of fragments but the first. */
static bool
find_transport(struct eval *v, uint64_t network, uint64_t type, uint64_t *at, uint64_t *protocol)
{
    uint64_t first, fragment;
    if (type == ETH_IPV6) {
        *at = network + headers[HEADER_ip6].n_bytes;
        return load_big(v, network + 6, 1, protocol);
    }
    if (type != ETH_IPV4 || !load_big(v, network, 1, &first) || !load_big(v, network + 6, 2, &fragment) || (fragment & 0x1fff))
        return false;
    *at = network + (first & 15) * 4;
    return load_big(v, network + 9, 1, protocol);
}

/* The header's address; 0 when the packet has none. */
static uint64_t
find_header(struct eval *v, const struct packet *p, enum header_id id)
{
    uint64_t eth, vlan, network, type, at, protocol;
    if (!find_network(v, p, &eth, &vlan, &network, &type))
        return id == HEADER_eth ? eth : 0;
    switch (id) {
    case HEADER_eth:
        return eth;
    case HEADER_vlan:
        return vlan;
    case HEADER_ip:
        return type == ETH_IPV4 ? network : 0;
    case HEADER_ip6:
        return type == ETH_IPV6 ? network : 0;
    default:
        break;
    }
    if (!find_transport(v, network, type, &at, &protocol))
        return 0;
    bool is_it = id == HEADER_tcp    ? protocol == PROTO_TCP
                 : id == HEADER_udp  ? protocol == PROTO_UDP
                 : id == HEADER_icmp ? protocol == PROTO_ICMP || protocol == PROTO_ICMP6
                                     : false;
    return is_it ? at : 0;
}

static enum err
header_at(struct eval *v, const char *name, enum header_id *id, uint64_t *at)
{
    const struct packet *p;
    uint64_t ignored;
    for (*id = 0; *id < N_HEADERS && strcmp(headers[*id].name, name); ++*id)
        continue;
    if (*id == N_HEADERS)
        return err_set(v->e, ERR_NO_HEADER_NAMED, name, 0, 0, 0);
    *at = 0;
    if (v->is_type_only)
        return OK;
    enum err err = packet_of(v, &p);
    if (err)
        return err;
    *at = find_header(v, p, *id);
    bool is_there = *at && load_big(v, *at, 1, &ignored) && load_big(v, *at + headers[*id].n_bytes - 1, 1, &ignored);
    return is_there ? OK : err_set(v->e, ERR_NO_HEADER, headers[*id].words, 0, 0, 0);
}

static struct vtype
header_type(struct eval *v, enum header_id id)
{
    uint32_t type_id = eval_btf(v) ? type_named(eval_btf(v), headers[id].type) : 0;
    struct vtype type = vtype_base(BASE_UCHAR);
    type.n = headers[id].n_bytes;
    return type_id && type_bytes(eval_btf(v), type_id) == headers[id].n_bytes ? vtype_of_btf(eval_btf(v), type_id) : type;
}

enum err
eval_packet_header(struct eval *v, const char *name, struct value *out)
{
    enum header_id id;
    uint64_t at;
    enum err err = header_at(v, name, &id, &at);
    return err ? err : eval_load(v, header_type(v, id), at, out);
}

/* A number on the wire: whole bytes can be assigned to, and bits that lie in one. */
static enum err
load_field(struct eval *v, const struct field *f, uint64_t at, struct value *out)
{
    uint64_t byte = f->first_bit / 8, shift = f->first_bit % 8, n = (shift + f->n_bits + 7) / 8, bits = 0;
    struct vtype type = vtype_base(f->n_bits <= 16 && f->kind == NUMBER && f->n_bits > 8 ? BASE_USHORT : BASE_UINT);
    if (f->kind == BYTES) {
        type = vtype_base(BASE_UCHAR);
        type.n = f->n_bits / 8;
        return eval_load(v, type, at + byte, out);
    }
    if (f->kind == ADDRESS)
        return eval_load(v, type, at + byte, out);
    if (!v->is_type_only && !load_big(v, at + byte, (uint32_t)n, &bits))
        return err_set(v->e, ERR_MEMORY, NULL, 0, at + byte, 0);
    bits = bits >> (8 * n - shift - f->n_bits) & ((UINT64_C(1) << f->n_bits) - 1);
    *out = value_of(type, bits);
    bool is_whole = !shift && f->n_bits == 8 * vtype_bytes(type);
    if (!is_whole && n != 1)
        return OK;
    out->place = PLACE_MEMORY;
    out->where = at + byte;
    out->is_big_endian = is_whole;
    out->bit_off = is_whole ? 0 : (uint8_t)(8 - shift - f->n_bits);
    out->n_bits = is_whole ? 0 : (uint8_t)f->n_bits;
    return OK;
}

enum err
eval_packet_field(struct eval *v, const char *header, const char *name, struct value *out)
{
    enum header_id id;
    uint64_t at;
    struct value whole;
    enum err err = header_at(v, header, &id, &at);
    if (err)
        return err;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        bool is_it = !strcmp(fields[i].name, name) || (*fields[i].kernel_name && !strcmp(fields[i].kernel_name, name));
        if (fields[i].header == id && is_it)
            return load_field(v, &fields[i], at, out);
    }
    struct vtype type = header_type(v, id);
    if (!vtype_is_aggregate(type))
        return err_set(v->e, ERR_NO_MEMBER, name, 0, 0, 0);
    return (err = eval_load(v, type, at, &whole)) ? err : eval_member(v, &whole, name, out);
}
