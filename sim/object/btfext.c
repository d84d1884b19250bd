/* .BTF.ext, read where it stands. Invariant of a walk: [at, end) lies inside the section. See btfext.h. */
#include "config.h"

#include "sim/object/btfext.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"

#include <string.h>

/* Where each part's offset and length stand in the header, and the least that a record must have. */
static const struct {
    const char *name;
    uint32_t header_off, min_bytes;
} parts[] = {
    [BTFEXT_FUNCS] = { "function types", 8, 8 },
    [BTFEXT_LINES] = { "lines", 16, 16 },
    [BTFEXT_CORE_RELOS] = { "CO-RE relocations", 24, 16 },
};

enum { MAX_SECTIONS = 4096 }; /* each is looked up by name; real objects have one per program section */

static uint32_t
u32_at(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* Finds the part. Returns NULL or what is wrong; a part that is not there is an empty one. */
static const char *
find_part(struct btfext_walk *w, const struct section *s, enum btfext_part part)
{
    uint32_t field = parts[part].header_off;
    if (!s->bytes || s->n_bytes < 24)
        return "its header is cut off";
    if (u32_at(s->bytes) != 0x1eb9f) /* magic 0xeb9f, version 1, no flags */
        return "its magic or version is unknown";
    uint32_t header_bytes = u32_at(s->bytes + 4);
    if (header_bytes < 24 || header_bytes > s->n_bytes)
        return "its header is cut off";
    if (field + 8 > header_bytes)
        return NULL;
    uint64_t rest = s->n_bytes - header_bytes;
    uint32_t off = u32_at(s->bytes + field), len = u32_at(s->bytes + field + 4);
    if (off > rest || len > rest - off)
        return "a part lies outside of it";
    if (!len)
        return NULL;
    if (len < 4)
        return "a part is cut off";
    w->record_bytes = u32_at(s->bytes + header_bytes + off);
    if (w->record_bytes < parts[part].min_bytes || w->record_bytes > 4096)
        return "the size of its records is impossible";
    w->at = s->bytes + header_bytes + off + 4;
    w->end = w->at + len - 4;
    return NULL;
}

void
btfext_begin(struct btfext_walk *w, const struct object *o, enum btfext_part part)
{
    *w = (struct btfext_walk){ .o = o, .name = parts[part].name };
    uint32_t section = o->btf ? object_section_named(o, ".BTF.ext") : 0;
    if (section)
        w->why = find_part(w, &o->sections[section], part);
}

/* Steps into the next section that has records. */
static bool
next_section(struct btfext_walk *w)
{
    while (!w->n_left) {
        if (w->at == w->end)
            return false;
        if (w->end - w->at < 8) {
            w->why = "a section's header is cut off";
            return false;
        }
        uint32_t n = u32_at(w->at + 4);
        if (!n || ++w->n_sections > MAX_SECTIONS) {
            w->why = n ? "it has too many sections" : "a section has no records";
            return false;
        }
        if (n > (uint64_t)(w->end - w->at - 8) / w->record_bytes) {
            w->why = "a section's records are cut off";
            return false;
        }
        const char *name = btf_name(w->o->btf, u32_at(w->at));
        w->section = *name ? object_section_named(w->o, name) : 0;
        w->n_left = n;
        w->at += 8;
    }
    return true;
}

bool
btfext_next(struct btfext_walk *w, struct btfext_record *out)
{
    while (!w->why && next_section(w)) {
        const uint8_t *bytes = w->at;
        w->at += w->record_bytes;
        w->n_left--;
        int64_t pc = w->section ? object_slot(w->o, w->section, u32_at(bytes)) : -1;
        if (pc < 0) {
            w->n_left_out++;
            continue;
        }
        *out = (struct btfext_record){ .pc = (uint32_t)pc };
        memcpy(out->word, bytes + 4, w->record_bytes < 16 ? 4 : 12);
        return true;
    }
    return false;
}

void
btfext_end(const struct btfext_walk *w, struct program *p)
{
    if (w->why)
        program_note(p, -1, ".BTF.ext, %s: %s; the rest is left out", w->name, w->why);
    if (w->n_left_out)
        program_note(p, -1, ".BTF.ext, %s: %u records are about code that is not there", w->name, w->n_left_out);
}
