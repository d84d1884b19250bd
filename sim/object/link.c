/* Linking: object to program, in the order that object.h tells. See there. */
#include "config.h"

#include "sim/object/link.h"

#include "sim/base/base.h"
#include "sim/object/debuginfo.h"
#include "sim/object/layout.h"
#include "sim/object/maps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Gives every code section its place in the image. */
static enum err
place_code(struct object *o, struct program *p, struct errinfo *e)
{
    uint64_t n_slots = 0;
    for (uint32_t i = 1; i < o->n_sections; i++) {
        struct section *s = &o->sections[i];
        if (s->kind != SECTION_CODE)
            continue;
        uint64_t n = s->n_bytes / SLOT_BYTES;
        if (s->n_bytes % SLOT_BYTES)
            program_note(p, -1, "section %.60s: its last %u bytes are no whole instruction and are left out", s->name,
                         (unsigned)(s->n_bytes % SLOT_BYTES));
        if (n > MAX_SLOTS - n_slots)
            return err_set(e, ERR_TOO_LARGE, o->path, 0, (n_slots + n) * SLOT_BYTES, (uint64_t)MAX_SLOTS * SLOT_BYTES);
        s->base_pc = (uint32_t)n_slots;
        s->n_slots = (uint32_t)n;
        n_slots += n;
    }
    if (!n_slots)
        return err_set_detail(e, ERR_ELF, o->path, "no section holds instructions (none is PROGBITS and executable)");
    p->n_slots = (uint32_t)n_slots;
    return OK;
}

static void
copy_code(const struct object *o, struct program *p)
{
    p->code = xmalloc((size_t)p->n_slots * SLOT_BYTES);
    p->insns = xcalloc(p->n_slots, sizeof *p->insns);
    for (uint32_t i = 1; i < o->n_sections; i++) {
        const struct section *s = &o->sections[i];
        if (s->kind != SECTION_CODE || !s->n_slots)
            continue;
        memcpy(p->code + (size_t)s->base_pc * SLOT_BYTES, s->bytes, (size_t)s->n_slots * SLOT_BYTES);
        /* section by section: an instruction cut off at the end of its section must not swallow the next section's first slot */
        insn_decode_all(p->code + (size_t)s->base_pc * SLOT_BYTES, s->n_slots, p->insns + s->base_pc);
    }
}

static void
read_license(const struct object *o, struct program *p)
{
    const struct section *s = &o->sections[object_section_named(o, "license")];
    if (s->bytes)
        snprintf(p->license, sizeof p->license, "%.*s", (int)(s->n_bytes < sizeof p->license ? s->n_bytes : sizeof p->license), s->bytes);
    s = &o->sections[object_section_named(o, "version")];
    if (s->bytes && s->n_bytes >= sizeof p->kernel_version)
        memcpy(&p->kernel_version, s->bytes, sizeof p->kernel_version);
}

static enum err
link_all(struct object *o, struct program *p, const struct load_options *options, struct errinfo *e)
{
    enum err err = place_code(o, p, e);
    if (err)
        return err;
    if (*o->btf_error)
        program_note(p, -1, "%s; types, lines and BTF maps are missing", o->btf_error);
    maps_legacy_link(o, p);
    maps_btf_link(o, p);
    err = maps_data_link(o, p, e);
    if (err)
        return err;
    externs_link(o, p);
    maps_close(o, p);
    err = maps_place_data(o, p, e);
    if (err)
        return err;
    copy_code(o, p);
    relocate_pseudo(p);
    relocate(o, p);
    functions_link(o, p);
    maps_legacy_preset(o, p);
    maps_btf_preset(o, p);
    read_license(o, p);
    core_link(o, p, options ? options->btf_path : NULL);
    functions_link_types(o, p);
    vars_link(o, p);
    variables_link(o, p);
    lines_link(o, p);
    refs_sort(p);
    return OK;
}

enum err
program_link(struct object *o, const struct load_options *options, struct program **out, struct errinfo *e)
{
    struct program *p = xcalloc(1, sizeof *p);
    p->path = xstrdup(o->path);
    enum err err = link_all(o, p, options, e);
    p->btf = o->btf;
    o->btf = NULL;
    if (err) {
        program_free(p);
        return err;
    }
    if (p->n_notes_lost) {
        struct note *last = &p->notes[p->n_notes - 1];
        uint32_t n_lost = ++p->n_notes_lost;
        free(last->text);
        last->pc = -1;
        last->text = xmalloc(64);
        snprintf(last->text, 64, "%u more notes were left out", n_lost);
    }
    *out = p;
    return OK;
}
