/* Captures, read by libpcap and by nothing else. See pcap.h. */
#include "config.h"

#include "ui/pcap.h"

#include "sim/base/base.h"
#include "sim/machine/input.h"
#include "ui/message.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
pcap_is_capture(const uint8_t *head, size_t n)
{
    /* pcap in both byte orders, microseconds and nanoseconds; pcapng's section header. */
    static const uint8_t magics[][4] = {
        { 0xa1, 0xb2, 0xc3, 0xd4 }, { 0xd4, 0xc3, 0xb2, 0xa1 }, { 0xa1, 0xb2, 0x3c, 0x4d }, { 0x4d, 0x3c, 0xb2, 0xa1 }, { 0x0a, 0x0d, 0x0d, 0x0a },
    };
    for (size_t i = 0; i < ARRAY_LEN(magics); i++)
        if (n >= 4 && !memcmp(head, magics[i], 4))
            return true;
    return false;
}

/* Copies a packet out of the capture. What the capture lacks of it is said, not hidden. */
static enum err
take(const char *path, uint32_t number, pcap_t *pcap, const struct pcap_pkthdr *header, const u_char *data, struct bytes *out, struct errinfo *e)
{
    if (header->caplen > PACKET_MAX_BYTES)
        return err_set(e, ERR_TOO_LARGE, path, 0, header->caplen, PACKET_MAX_BYTES);
    if (header->caplen < header->len)
        message_text("%s: packet %u was captured short: %u of its %u bytes", path, number, header->caplen, header->len);
    int link = pcap_datalink(pcap);
    if (link != DLT_EN10MB)
        message_text("%s: link type is %s, not Ethernet: the packet has no Ethernet header", path, pcap_datalink_val_to_description_or_dlt(link));
    *out = (struct bytes){ .data = xmalloc(header->caplen), .n = header->caplen };
    memcpy(out->data, data, header->caplen);
    return OK;
}

static enum err
read_packet(const char *path, uint32_t number, pcap_t *pcap, struct bytes *out, struct errinfo *e)
{
    struct pcap_pkthdr *header;
    const u_char *data;
    char reason[80];
    for (uint32_t i = 1;; i++) {
        int got = pcap_next_ex(pcap, &header, &data);
        if (got == 1 && i == number)
            return take(path, number, pcap, header, data, out, e);
        if (got == 1)
            continue;
        if (got == PCAP_ERROR)
            return err_set_detail(e, ERR_OPEN, path, pcap_geterr(pcap));
        snprintf(reason, sizeof reason, "there is no packet %u; the capture has %u", number, i - 1);
        return err_set_detail(e, ERR_INPUT, path, reason);
    }
}

enum err
pcap_read(const char *path, uint32_t number, struct bytes *out, struct errinfo *e)
{
    if (!number)
        return err_set_detail(e, ERR_INPUT, path, "packets are counted from 1");
    FILE *file = fopen(path, "rb");
    if (!file)
        return err_set_detail(e, ERR_OPEN, path, strerror(errno));
    char reason[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_fopen_offline(file, reason);
    if (!pcap) {
        fclose(file);
        return err_set_detail(e, ERR_OPEN, path, reason);
    }
    enum err err = read_packet(path, number, pcap, out, e);
    pcap_close(pcap); /* closes the file */
    return err;
}

enum err
pcap_read_spec(const char *spec, struct bytes *out, struct errinfo *e)
{
    char path[4096];
    uint32_t number;
    if (input_split_number(spec, path, sizeof path, &number))
        return pcap_read(path, number, out, e);
    return pcap_read(spec, 1, out, e);
}
