/* Fuzz target: what --packet, --ctx and --pcap are given. The bytes are a file (hex text, a capture, or raw), and also the text of the option. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/base/base.h"
#include "sim/machine/input.h"
#include "ui/input.h"
#include "ui/message.h"
#include "ui/pcap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What ui/message.c prints, nobody reads here. */
void
message_text(const char *format, ...)
{
    (void)format;
}

static void
expect(enum err err, uint32_t max, struct bytes *out, const struct errinfo *e)
{
    if (err) {
        FUZZ_CHECK(e->code == err, "%d and %d", e->code, err);
        return;
    }
    FUZZ_CHECK(out->data && out->n <= max, "%u bytes", out->n);
    bytes_free(out);
}

static void
as_file(const char *path)
{
    struct bytes out;
    struct errinfo e = { 0 };
    char numbered[64];
    expect(input_packet(path, &out, &e), PACKET_MAX_BYTES, &out, &e);
    expect(input_ctx(path, prog_type_named("tc"), 64, &out, &e), CTX_MAX_BYTES, &out, &e);
    for (uint32_t number = 0; number < 4; number++) {
        snprintf(numbered, sizeof numbered, "%s:%u", path, number);
        expect(pcap_read_spec(numbered, &out, &e), PACKET_MAX_BYTES, &out, &e);
    }
}

/* The packet is hex (never a name: files are not the input's to choose), the context any text. */
static void
as_text(const char *text, size_t n)
{
    struct bytes out;
    struct errinfo e = { 0 };
    expect(input_hex("fuzz", text, n, CTX_MAX_BYTES, &out, &e), CTX_MAX_BYTES, &out, &e);
    if (!strchr(text, '=') || strchr(text, '/'))
        return;
    for (uint32_t i = 0; i < n_prog_types; i++)
        expect(input_ctx(text, &prog_types[i], 64, &out, &e), CTX_MAX_BYTES, &out, &e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char *text = xstrndup((const char *)bytes, n);
    as_file(fuzz_file(0, bytes, n));
    as_text(text, strlen(text));
    free(text);
    return 0;
}
