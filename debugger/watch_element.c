/* Elements of maps as something to watch. See watch_element.h. */
#include "config.h"

#include "debugger/watch_element.h"

#include "debugger/bytes.h"
#include "sim/base/base.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum err
watch_element_parse(struct session *s, const char *text, struct watch_element **out, struct errinfo *e)
{
    size_t len = strlen(text), name = strcspn(text, "[");
    *out = NULL;
    if (name == len || text[len - 1] != ']' || !s->program)
        return OK;
    size_t n = name;
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    char *word = xstrndup(text, n), *key = xstrndup(text + name + 1, len - name - 2);
    const struct map_def *def = program_map_named(s->program, word);
    enum err err = OK;
    if (def) {
        struct watch_element *x = xcalloc(1, sizeof *x);
        *x = (struct watch_element){ .text = xstrdup(text), .map = (uint32_t)(def - s->program->maps), .key = xcalloc(1, def->key_bytes + 1u) };
        const struct map *map = &s->machine->maps[x->map];
        err = map->ops && map_has_keys(map) ? bytes_parse_exact(s, key, x->key, def->key_bytes, e)
                                            : err_set(e, ERR_NO_KEYS, def->name, 0, 0, 0);
        if (err)
            watch_element_free(x);
        else
            *out = x;
    }
    free(word);
    free(key);
    return err;
}

void
watch_element_free(struct watch_element *x)
{
    if (!x)
        return;
    free(x->text);
    free(x->key);
    free(x);
}

/* Without a type it is a number when it can be one, else bytes. */
struct vtype
watch_element_type(const struct session *s, const struct watch_element *x)
{
    static const enum base_id numbers[] = { [1] = BASE_K_U8, [2] = BASE_K_U16, [4] = BASE_K_U32, [8] = BASE_K_U64 };
    const struct map_def *def = &s->program->maps[x->map];
    if (def->value_btf_id && s->program->btf)
        return vtype_of_btf(s->program->btf, def->value_btf_id);
    if (def->value_bytes < ARRAY_LEN(numbers) && numbers[def->value_bytes])
        return vtype_base(numbers[def->value_bytes]);
    struct vtype bytes = vtype_base(BASE_K_U8);
    bytes.n = def->value_bytes;
    return bytes;
}

static void
add_read(struct reads *reads, uint64_t addr, uint32_t n)
{
    reads->list = grow(reads->list, reads->n, &reads->cap, sizeof *reads->list);
    reads->list[reads->n++] = (struct read){ .place = PLACE_MEMORY, .where = addr, .n_bytes = n };
}

bool
watch_element_value(const struct session *s, const struct watch_element *x, struct value *out, struct reads *reads)
{
    struct machine *m = s->machine;
    struct map *map = &m->maps[x->map];
    uint32_t addr, n;
    if (map_presence(map, &addr, &n))
        add_read(reads, addr, n);
    uint64_t value = map_lookup_cpu(m, map, x->key, m->env.cpu);
    if (!value)
        return false;
    struct vtype type = watch_element_type(s, x);
    uint64_t bits = 0, n_bytes = vtype_bytes(type) < map->def->value_bytes ? vtype_bytes(type) : map->def->value_bytes;
    const uint8_t *bytes = memory_host(&m->mem, value);
    add_read(reads, value, (uint32_t)n_bytes);
    if (vtype_is_scalar(type))
        memcpy(&bits, bytes, n_bytes);
    *out = value_of(type, bits);
    if (!vtype_is_scalar(type))
        *out = (struct value){ .type = type, .bytes = bytes };
    out->place = PLACE_MEMORY;
    out->where = value;
    return true;
}
