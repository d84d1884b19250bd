/* Commands about maps. Keys and values are shown by their BTF types; without those as numbers up to 8 bytes, else as bytes. */
#include "config.h"

#include "debugger/bytes.h"
#include "debugger/call.h"
#include "sim/base/base.h"
#include "sim/machine/map.h"
#include "sim/object/types.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DUMP_DEFAULT = 1000 };

enum err
cmd_map_list(struct call *c)
{
    const struct session *s = c->s;
    struct machine *m = s->machine;
    if (!s->program->n_maps) {
        buf_puts(c->out, "The object has no maps.\n");
        return OK;
    }
    buf_puts(c->out, "Id  Name                 Type              Key Value    Max Entries  Flags\n");
    for (uint32_t i = 0; i < s->program->n_maps; i++) {
        const struct map_def *def = &s->program->maps[i];
        const char *type = map_type_name(def->type);
        char number[24];
        snprintf(number, sizeof number, "type %u", def->type);
        buf_printf(c->out, "%-3u %-20s %-16s %4u %5u %6u ", i, def->name, type ? type : number, def->key_bytes, def->value_bytes,
                   m->maps[i].max_entries);
        if (map_has_keys(&m->maps[i]))
            buf_printf(c->out, "%7u", map_n_entries(m, &m->maps[i]));
        else
            buf_puts(c->out, "      -");
        buf_printf(c->out, "  0x%x%s%s\n", def->flags, def->is_readonly ? " read-only" : "", m->maps[i].ops ? "" : " not modelled");
    }
    return OK;
}

/* The map that the first word of *text names; *text is moved behind it. */
static enum err
named_map(struct call *c, const char **text, struct map **out)
{
    const struct program *p = c->s->program;
    size_t len = strcspn(*text, " \t");
    char name[96];
    if (!len)
        return err_set(c->e, ERR_ARGUMENT, "name of a map", 0, 0, 0);
    snprintf(name, sizeof name, "%.*s", len > 90 ? 90 : (int)len, *text);
    *text += len;
    *text += strspn(*text, " \t");
    for (uint32_t i = 0; i < p->n_maps; i++) {
        if (strcmp(p->maps[i].name, name) == 0) {
            *out = &c->s->machine->maps[i];
            return OK;
        }
    }
    return err_set(c->e, ERR_NO_MAP, name, 0, 0, 0);
}

static void
put_bytes(const struct session *s, uint32_t type_id, const uint8_t *bytes, uint32_t n, struct buf *out)
{
    uint64_t number = 0;
    if (type_id && s->program->btf) {
        type_print_value(s->program->btf, type_id, bytes, n, NULL, out);
    } else if (n && n <= 8 && !(n & (n - 1))) {
        memcpy(&number, bytes, n);
        buf_printf(out, "%" PRIu64, number);
    } else {
        for (uint32_t i = 0; i < n; i++)
            buf_printf(out, "%s%02x", i ? " " : "", bytes[i]);
    }
}

static bool
is_zero(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i])
            return false;
    }
    return true;
}

/* The value of one copy: of program arrays the program's name. */
static void
put_value(const struct session *s, const struct map *map, const uint8_t *bytes, struct buf *out)
{
    uint32_t index;
    const struct program *p = s->program;
    memcpy(&index, bytes, map->def->value_bytes >= 4 ? 4 : 0);
    if (map->def->type == BPF_MAP_TYPE_PROG_ARRAY && map->def->value_bytes == 4 && index < p->n_functions)
        buf_printf(out, "<%s>", p->functions[index].name);
    else if (map->is_of_maps && map->def->value_bytes == 4 && index < p->n_maps)
        buf_printf(out, "<%s>", p->maps[index].name);
    else
        put_bytes(s, map->def->value_btf_id, bytes, map->def->value_bytes, out);
}

/* The variables of a data section, one per line. */
static void
put_variables(const struct session *s, const struct map *map, const uint8_t *bytes, struct buf *out)
{
    const struct program *p = s->program;
    for (uint32_t i = 0; i < p->n_vars; i++) {
        const struct data_var *var = &p->vars[i];
        if (var->map != map->index)
            continue;
        buf_printf(out, "%s = ", var->name);
        put_bytes(s, var->btf_id, bytes + var->off, var->bytes, out);
        buf_putc(out, '\n');
    }
}

/* "[key] = value\n"; per-CPU maps have one line per CPU whose copy is not zero, at least one. */
static void
put_element(const struct session *s, struct map *map, const uint8_t *key, struct buf *out)
{
    struct machine *m = s->machine;
    uint32_t n_shown = 0, n_copies = map->is_percpu ? map->n_copies : 1;
    for (uint32_t cpu = 0; cpu < n_copies; cpu++) {
        uint64_t addr = map->is_percpu ? map_lookup_cpu(m, map, key, cpu) : map_lookup(m, map, key);
        const uint8_t *bytes = addr ? memory_host(&m->mem, addr) : NULL;
        bool is_last = cpu + 1 == n_copies;
        if (!bytes || (map->is_percpu && is_zero(bytes, map->def->value_bytes) && !(is_last && !n_shown)))
            continue;
        n_shown++;
        buf_putc(out, '[');
        put_bytes(s, map->def->key_btf_id, key, map->def->key_bytes, out);
        if (map->is_percpu)
            buf_printf(out, is_last && n_shown == 1 && is_zero(bytes, map->def->value_bytes) ? ", any cpu" : ", cpu %u", cpu);
        buf_puts(out, "] = ");
        put_value(s, map, bytes, out);
        buf_putc(out, '\n');
    }
}

static enum err
need_keys(struct call *c, const struct map *map)
{
    return map->ops && map_has_keys(map) ? OK : err_set(c->e, ERR_NO_KEYS, map->def->name, 0, 0, 0);
}

enum err
cmd_map_dump(struct call *c)
{
    struct session *s = c->s;
    struct map *map;
    const char *text = c->text;
    uint64_t limit = DUMP_DEFAULT, n = 0;
    enum err err = named_map(c, &text, &map);
    if (!err)
        err = need_keys(c, map);
    if (!err && *text)
        err = expr_number(s, text, &limit, c->e);
    if (err)
        return err;
    uint8_t *key = xcalloc(1, map->def->key_bytes + 1u), *next = xcalloc(1, map->def->key_bytes + 1u);
    bool has_more = map_next_key(s->machine, map, NULL, next) == 0, has_vars = map->def->origin == MAP_FROM_DATA && s->program->n_vars;
    if (has_more && has_vars && !*text) {
        put_variables(s, map, memory_host(&s->machine->mem, map->def->value_addr), c->out);
        has_more = false;
        n = 1;
    }
    for (; has_more && n < limit; n++) {
        memcpy(key, next, map->def->key_bytes);
        put_element(s, map, key, c->out);
        has_more = map_next_key(s->machine, map, key, next) == 0;
    }
    if (has_more)
        buf_printf(c->out, "(the first %" PRIu64 " of %u elements; give a COUNT for more)\n", n, map_n_entries(s->machine, map));
    else if (!n)
        buf_puts(c->out, "The map is empty.\n");
    free(key);
    free(next);
    return OK;
}

/* One key or value: a quoted text, or what stands up to the next blank, or (`is_rest`) all of it. */
static char *
take_word(const char **text, bool is_rest)
{
    const char *p = *text;
    size_t len = 0;
    if (is_rest) {
        len = strlen(p);
    } else if (*p == '"') {
        for (len = 1; p[len] && p[len] != '"'; len++)
            len += p[len] == '\\' && p[len + 1];
        len += p[len] == '"';
    } else {
        len = strcspn(p, " \t");
    }
    *text = p + len + strspn(p + len, " \t");
    return xstrndup(p, len);
}

/* NAME KEY: the map and the key's bytes (caller frees). */
static enum err
map_and_key(struct call *c, const char **text, bool key_is_rest, struct map **map, uint8_t **key)
{
    enum err err = named_map(c, text, map);
    if (!err)
        err = need_keys(c, *map);
    if (err)
        return err;
    if (!**text)
        return err_set(c->e, ERR_ARGUMENT, "key", 0, 0, 0);
    char *word = take_word(text, key_is_rest);
    *key = xcalloc(1, (*map)->def->key_bytes + 1u);
    err = bytes_parse_exact(c->s, word, *key, (*map)->def->key_bytes, c->e);
    free(word);
    if (err)
        free(*key);
    return err;
}

enum err
cmd_map_lookup(struct call *c)
{
    struct map *map;
    uint8_t *key;
    const char *text = c->text;
    enum err err = map_and_key(c, &text, true, &map, &key);
    if (err)
        return err;
    if (map_lookup(c->s->machine, map, key))
        put_element(c->s, map, key, c->out);
    else
        err = err_set(c->e, ERR_NO_KEY, map->def->name, 0, 0, 0);
    free(key);
    return err;
}

/* The kernel's errno as words; what it means for maps is known from its name. */
static enum err
map_error(struct call *c, const struct map *map, int result)
{
    return result ? err_set_detail(c->e, ERR_MAP, map->def->name, strerror(-result)) : OK;
}

enum err
cmd_map_update(struct call *c)
{
    struct machine *m = c->s->machine;
    struct map *map;
    uint8_t *key;
    const char *text = c->text;
    enum err err = map_and_key(c, &text, false, &map, &key);
    if (err)
        return err;
    uint32_t n = map->def->value_bytes;
    uint8_t *value = xcalloc(1, n + 1u);
    err = *text ? bytes_parse_exact(c->s, text, value, n, c->e) : err_set(c->e, ERR_ARGUMENT, "value", 0, 0, 0);
    if (!err)
        err = map_error(c, map, map_update(m, map, key, value, BPF_ANY));
    for (uint32_t cpu = 0; !err && map->is_percpu && cpu < map->n_copies; cpu++) {
        uint64_t addr = map_lookup_cpu(m, map, key, cpu);
        if (addr)
            memcpy(memory_host(&m->mem, addr), value, n);
    }
    free(key);
    free(value);
    return err;
}

enum err
cmd_map_delete(struct call *c)
{
    struct map *map;
    uint8_t *key;
    const char *text = c->text;
    enum err err = map_and_key(c, &text, true, &map, &key);
    if (err)
        return err;
    err = map_error(c, map, map_delete(c->s->machine, map, key));
    free(key);
    return err;
}

enum err
cmd_map_reset(struct call *c)
{
    machine_reset_maps(c->s->machine);
    return OK;
}
