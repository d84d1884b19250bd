/* A handful of frames that make parsers take different ways. Checksums are not right: nobody here looks. */
#ifndef TESTS_KERNEL_PACKETS_H
#define TESTS_KERNEL_PACKETS_H

#include <stdbool.h>
#include <stdint.h>

enum { PACKET_TEST_MAX_BYTES = 2048 };

struct test_packet {
    const char *name;
    uint32_t n_bytes;
    uint8_t bytes[PACKET_TEST_MAX_BYTES];
};

/* Builds packet `i`; false when there are no more. */
bool test_packet(uint32_t i, struct test_packet *out);

#endif
