/* Variables that the kernel's configuration defines (__kconfig): gathered into one read-only map ".kconfig", laid out and filled as
 * libbpf does it (bpf_object__resolve_externs), from the running kernel. See externs_link() in debuginfo.h. What has no value, or
 * one that does not fit its type, is 0 and a note. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/object/btf.h"
#include "sim/object/debuginfo.h"
#include "sim/object/maps.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

enum {
    CONFIG_MAX_BYTES = 8 << 20, /* of the configuration's text; real ones have 0.3 MB */
    VARIABLE_MAX_BYTES = 4096,
    MAX_VARIABLES = 4096
};

enum kconfig_type { KCONFIG_UNKNOWN, KCONFIG_BOOL, KCONFIG_TRISTATE, KCONFIG_CHAR, KCONFIG_INT, KCONFIG_TEXT };

struct variable {
    const char *name;
    uint32_t member; /* of the DATASEC */
    enum kconfig_type type;
    bool is_signed;
    uint32_t n_bytes, align, off;
};

/* ---------------------------------------------------------------- types */

static void
describe_integer(struct variable *v, const struct btf_type *t)
{
    uint8_t encoding = btf_int_encoding(t);
    v->n_bytes = v->align = t->size;
    v->is_signed = encoding & BTF_INT_SIGNED;
    if (encoding & BTF_INT_BOOL)
        v->type = t->size == 1 ? KCONFIG_BOOL : KCONFIG_UNKNOWN;
    else if (t->size <= 8)
        v->type = t->size == 1 ? KCONFIG_CHAR : KCONFIG_INT;
}

/* Finds out what a variable of this type can hold; false when .kconfig has no such variables. */
static bool
describe(const struct btf *btf, uint32_t id, struct variable *v)
{
    const struct btf_type *t = btf_skip(btf, &id);
    if (btf_is_int(t)) {
        describe_integer(v, t);
    } else if (btf_is_any_enum(t)) {
        v->n_bytes = v->align = t->size;
        v->type = t->size == 4 && !strcmp(btf_name(btf, t->name_off), "libbpf_tristate") ? KCONFIG_TRISTATE : KCONFIG_UNKNOWN;
    } else if (btf_is_array(t)) {
        struct variable element = { 0 };
        if (btf_array(t)->nelems && describe(btf, btf_array(t)->type, &element) && element.type == KCONFIG_CHAR) {
            v->type = KCONFIG_TEXT;
            v->n_bytes = btf_array(t)->nelems;
            v->align = 1;
        }
    }
    return v->type != KCONFIG_UNKNOWN && v->n_bytes <= VARIABLE_MAX_BYTES;
}

/* Alignment down, size up, name up: libbpf's order. */
static int
compare_variables(const void *left, const void *right)
{
    const struct variable *a = left, *b = right;
    if (a->align != b->align)
        return a->align > b->align ? -1 : 1;
    if (a->n_bytes != b->n_bytes)
        return a->n_bytes < b->n_bytes ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* The variables of the DATASEC, sorted, with their places. Returns the bytes that they take together. */
static uint32_t
gather(struct btf *btf, uint32_t datasec, struct program *p, struct variable **out, uint32_t *n_out)
{
    const struct btf_type *t = btf__type_by_id(btf, datasec);
    uint32_t n = 0, off = 0;
    struct variable *list = NULL;
    for (uint32_t i = 0; i < btf_vlen(t) && n < MAX_VARIABLES; i++) {
        const struct btf_type *var = btf__type_by_id(btf, btf_var_secinfos(t)[i].type);
        struct variable v = { .name = btf_name(btf, var->name_off), .member = i };
        if (btf_is_var(var) && describe(btf, var->type, &v))
            *LIST_ADD(list, n) = v;
        else
            program_note(p, -1, ".kconfig: %s is of a type that configuration values do not have", v.name);
    }
    if (btf_vlen(t) > MAX_VARIABLES)
        program_note(p, -1, ".kconfig: only the first %d of %u variables are used", MAX_VARIABLES, btf_vlen(t));
    if (n)
        qsort(list, n, sizeof *list, compare_variables);
    for (uint32_t i = 0; i < btf_vlen(t); i++)
        btf_place_variable(btf, datasec, i, BTF_NO_PLACE);
    for (uint32_t i = 0; i < n; i++) {
        list[i].off = off = ROUND_UP(off, list[i].align);
        off += list[i].n_bytes;
        btf_place_variable(btf, datasec, list[i].member, list[i].off);
    }
    *out = list;
    *n_out = n;
    return off;
}

/* ---------------------------------------------------------------- values */

/* The running kernel's configuration as text, NULL when it can't be read. gzopen() reads plain files as well. */
static char *
read_config(const char *release)
{
    char boot[256];
    snprintf(boot, sizeof boot, "/boot/config-%s", release);
    const char *const paths[] = { "/proc/config.gz", boot };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        gzFile file = gzopen(paths[i], "re");
        if (!file)
            continue;
        struct buf text = BUF_EMPTY;
        char chunk[16384];
        int got;
        while ((got = gzread(file, chunk, sizeof chunk)) > 0 && text.len < CONFIG_MAX_BYTES)
            buf_write(&text, chunk, (size_t)got);
        gzclose(file);
        if (text.len)
            return text.text;
        buf_free(&text);
    }
    return NULL;
}

/* The text behind "NAME=", up to the end of its line; NULL when the option is not set. */
static const char *
config_value(const char *config, const char *name, size_t *n_bytes)
{
    size_t len = strlen(name);
    for (const char *line = config; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncmp(line, name, len) && line[len] == '=') {
            *n_bytes = strcspn(line + len + 1, "\n");
            return line + len + 1;
        }
    }
    return NULL;
}

static bool
set_number(const struct variable *v, uint8_t *at, uint64_t value)
{
    uint32_t bits = v->n_bytes * 8;
    if (v->type == KCONFIG_BOOL ? value > 1 : v->type != KCONFIG_INT && v->type != KCONFIG_CHAR)
        return false;
    if (bits < 64 && v->is_signed && (value + (UINT64_C(1) << (bits - 1))) >> bits)
        return false;
    if (bits < 64 && !v->is_signed && value >> bits)
        return false;
    memcpy(at, &value, v->n_bytes);
    return true;
}

/* y, m and n. */
static bool
set_choice(const struct variable *v, uint8_t *at, char choice)
{
    uint32_t tristate = choice == 'y' ? 1 : choice == 'm' ? 2 : 0; /* enum libbpf_tristate */
    switch (v->type) {
    case KCONFIG_CHAR:
        *at = (uint8_t)choice;
        return true;
    case KCONFIG_BOOL:
        *at = choice == 'y';
        return choice != 'm';
    case KCONFIG_TRISTATE:
        memcpy(at, &tristate, sizeof tristate);
        return true;
    default:
        return false;
    }
}

static bool
set_text(const struct variable *v, uint8_t *at, const char *text, size_t n_bytes)
{
    if (v->type != KCONFIG_TEXT || n_bytes < 2 || text[n_bytes - 1] != '"')
        return false;
    n_bytes -= 2;
    if (n_bytes >= v->n_bytes) /* cut to fit, as libbpf does */
        n_bytes = v->n_bytes - 1;
    memcpy(at, text + 1, n_bytes);
    return true;
}

static bool
set_from_config(const struct variable *v, uint8_t *at, const char *text, size_t n_bytes)
{
    if (n_bytes == 1 && strchr("ymn", *text))
        return set_choice(v, at, *text);
    if (n_bytes && *text == '"')
        return set_text(v, at, text, n_bytes);
    char *end;
    errno = 0;
    uint64_t number = strtoull(text, &end, 0);
    return end == text + n_bytes && !errno && set_number(v, at, number);
}

static void
set_value(const struct variable *v, uint8_t *at, const char *config, uint32_t kernel_version, struct program *p)
{
    const struct {
        const char *name;
        uint64_t value;
    } known[] = {
        { "LINUX_KERNEL_VERSION", kernel_version },
        { "LINUX_HAS_BPF_COOKIE", kernel_version >= 0x050f00 },      /* 5.15: bpf_get_attach_cookie() */
        { "LINUX_HAS_SYSCALL_WRAPPER", kernel_version >= 0x041100 }, /* 4.17: __x64_sys_* */
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (!strcmp(v->name, known[i].name)) {
            if (!set_number(v, at, known[i].value))
                program_note(p, -1, ".kconfig: the value of %s does not fit its type", v->name);
            return;
        }
    size_t n_bytes = 0;
    const char *text = config ? config_value(config, v->name, &n_bytes) : NULL;
    if (!text)
        program_note(p, -1, ".kconfig: %s is %s: 0", v->name,
                     config ? "not set in this kernel" : "unknown, this kernel hides its configuration");
    else if (!set_from_config(v, at, text, n_bytes))
        program_note(p, -1, ".kconfig: %s is %.*s, which does not fit its type", v->name, n_bytes < 40 ? (int)n_bytes : 40, text);
}

static uint8_t *
make_values(const struct variable *list, uint32_t n, uint32_t n_bytes, struct program *p)
{
    uint8_t *values = xcalloc(1, n_bytes);
    struct utsname system;
    unsigned major = 0, minor = 0, patch = 0;
    uname(&system);
    sscanf(system.release, "%u.%u.%u", &major, &minor, &patch);
    uint32_t version = major << 16 | (minor & 255) << 8 | (patch < 255 ? patch : 255);
    bool needs_config = false;
    for (uint32_t i = 0; i < n; i++)
        needs_config |= strncmp(list[i].name, "LINUX_", 6) != 0;
    char *config = needs_config ? read_config(system.release) : NULL;
    for (uint32_t i = 0; i < n; i++)
        set_value(&list[i], values + list[i].off, config, version, p);
    free(config);
    return values;
}

/* ---------------------------------------------------------------- symbols */

static int
compare_names(const void *left, const void *right)
{
    const struct variable *const *a = left, *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

/* Tells the undefined symbols of these names where their variables are. */
static void
place_symbols(struct object *o, const struct variable *list, uint32_t n, int32_t map)
{
    const struct variable **by_name = xcalloc(n, sizeof *by_name);
    for (uint32_t i = 0; i < n; i++)
        by_name[i] = &list[i];
    qsort(by_name, n, sizeof *by_name, compare_names);
    for (uint32_t i = 1; i < o->n_symbols; i++) {
        struct symbol *s = &o->symbols[i];
        struct variable wanted = { .name = s->name };
        const struct variable *key = &wanted;
        const struct variable **found = s->section == SYMBOL_UNDEFINED ? bsearch(&key, by_name, n, sizeof *by_name, compare_names) : NULL;
        if (found) {
            s->map = map;
            s->map_off = (*found)->off;
        }
    }
    free(by_name);
}

void
externs_link(struct object *o, struct program *p)
{
    uint32_t datasec = btf_datasec_named(o->btf, ".kconfig");
    struct variable *list;
    uint32_t n;
    if (!datasec)
        return;
    uint32_t n_bytes = gather(o->btf, datasec, p, &list, &n);
    int32_t map = n ? maps_add(o, p, ".kconfig", MAP_FROM_DATA, 0, 0, 0) : -1;
    if (map >= 0) {
        struct map_def *def = &p->maps[map];
        def->type = BPF_MAP_TYPE_ARRAY;
        def->key_bytes = 4;
        def->value_bytes = n_bytes;
        def->max_entries = 1;
        def->value_btf_id = datasec;
        def->init = make_values(list, n, n_bytes, p);
        def->is_readonly = true;
        place_symbols(o, list, n, map);
    }
    free(list);
}
