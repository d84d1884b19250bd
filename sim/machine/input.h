/* What a program is run on: packet, context, or both; and the packet while it runs. */
#ifndef SIM_MACHINE_INPUT_H
#define SIM_MACHINE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKET_MAX_BYTES = 73152, CTX_MAX_BYTES = 65536 };

struct input {
    const uint8_t *packet; /* NULL: none given */
    uint32_t packet_bytes;
    const uint8_t *ctx; /* ctx_in of BPF_PROG_TEST_RUN; for types without a structured context the bytes themselves. NULL: none */
    uint32_t ctx_bytes;
};

/* The packet in guest memory. Addresses are guest addresses: hard_start <= meta <= data <= end <= hard_end. */
struct packet {
    bool is_present;
    uint32_t hard_start, meta, data, end, hard_end;
    uint32_t mac, net;          /* __sk_buff: link-layer and network header, whether or not data lies behind them */
    uint32_t frags, frag_bytes; /* XDP: what did not fit into the linear part; not readable by the guest, only by helpers */
};

#endif
