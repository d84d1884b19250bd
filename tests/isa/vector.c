/* Reading test vectors. See vector.h. */
#include "config.h"

#include "tests/isa/vector.h"

#include "sim/base/base.h"
#include "sim/isa/asm.h"
#include "sim/machine/helper.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum section { SECTION_NONE, SECTION_ASM, SECTION_RAW, SECTION_MEM, SECTION_RESULT, SECTION_ERROR, N_SECTIONS };

static const char *const headings[] = { NULL, "-- asm", "-- raw", "-- mem", "-- result", "-- error" };

/* The sections of one file. */
struct sections {
    struct buf text[N_SECTIONS];
    bool is_there[N_SECTIONS];
};

static enum section
section_of(const char *line)
{
    for (int i = 1; i < N_SECTIONS; i++)
        if (!strncmp(line, headings[i], strlen(headings[i])))
            return i;
    return SECTION_NONE;
}

static bool
split(const char *path, struct sections *s)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    enum section now = SECTION_NONE;
    bool is_good = file != NULL;
    while (file && getline(&line, &cap, file) > 0) {
        if (!strncmp(line, "--", 2)) {
            now = section_of(line);
            is_good &= now != SECTION_NONE;
            s->is_there[now] = true;
        } else if (*line != '#') {
            buf_puts(&s->text[now], line);
        }
    }
    free(line);
    if (file)
        fclose(file);
    return is_good;
}

/* Next hex number of at most `digits` digits, skipping blanks and comments. False at the end. */
static bool
next_hex(const char **p, int digits, uint64_t *value)
{
    while (isspace((unsigned char)**p) || **p == '#')
        *p += **p == '#' ? strcspn(*p, "\n") : 1;
    if (!strncmp(*p, "0x", 2))
        *p += 2;
    const char *start = *p;
    for (*value = 0; isxdigit((unsigned char)**p) && *p - start < digits; ++*p)
        *value = *value << 4 | (uint64_t)(isdigit((unsigned char)**p) ? **p - '0' : (**p | 32) - 'a' + 10);
    return *p > start;
}

/* Numbers of `bytes` bytes each, little-endian in memory. */
static uint8_t *
read_hex(const char *text, int bytes, uint32_t *n)
{
    size_t cap = 0;
    uint8_t *list = NULL;
    uint64_t value;
    for (*n = 0; next_hex(&text, 2 * bytes, &value);)
        for (int i = 0; i < bytes; i++) {
            list = grow(list, *n, &cap, 1);
            list[(*n)++] = (uint8_t)(value >> 8 * i);
        }
    return list;
}

static bool
read_code(struct sections *s, struct vector *v, struct errinfo *e)
{
    const struct buf *text = &s->text[SECTION_ASM];
    if (s->is_there[SECTION_ASM])
        return asm_program(buf_text(text), text->len, helper_id, &v->code, &v->n_slots, NULL, e) == OK;
    uint32_t n_bytes;
    v->code = read_hex(buf_text(&s->text[SECTION_RAW]), 8, &n_bytes);
    v->n_slots = n_bytes / 8;
    err_set(e, ERR_SYNTAX, "neither -- asm nor -- raw", 1, 1, 0);
    return v->n_slots;
}

static bool
read_vector(const char *path, struct vector *v, struct buf *errors)
{
    struct sections s = { 0 };
    struct errinfo e;
    const char *base = strrchr(path, '/') + 1;
    bool is_good = split(path, &s) && (s.is_there[SECTION_RESULT] || s.is_there[SECTION_ERROR]);
    *v = (struct vector){ .name = xstrndup(base, strcspn(base, ".")), .wants_error = s.is_there[SECTION_ERROR] };
    if (!is_good) {
        buf_printf(errors, "%s: not a test vector\n", path);
    } else if (!read_code(&s, v, &e)) {
        buf_printf(errors, "%s: ", path);
        err_text(&e, errors);
        buf_putc(errors, '\n');
        is_good = false;
    }
    v->mem = read_hex(buf_text(&s.text[SECTION_MEM]), 1, &v->mem_bytes);
    const char *result = buf_text(&s.text[SECTION_RESULT]);
    next_hex(&result, 16, &v->result);
    for (int i = 0; i < N_SECTIONS; i++)
        buf_free(&s.text[i]);
    return is_good;
}

struct vector *
vectors_read(const char *folder, uint32_t *n, struct buf *errors)
{
    glob_t files = { 0 };
    char pattern[4096];
    struct vector *list = NULL;
    *n = 0;
    snprintf(pattern, sizeof pattern, "%s/*.data", folder);
    if (glob(pattern, 0, NULL, &files) == 0) {
        list = xcalloc(files.gl_pathc, sizeof *list);
        for (size_t i = 0; i < files.gl_pathc; i++)
            if (read_vector(files.gl_pathv[i], &list[*n], errors))
                ++*n;
    }
    if (!*n)
        buf_printf(errors, "%s: no vectors\n", folder);
    globfree(&files);
    return list;
}

void
vectors_free(struct vector *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        free(list[i].name);
        free(list[i].code);
        free(list[i].mem);
    }
    free(list);
}
