/* The .ebpfcost format: "ebpfcost 1", then [sections] of "key = value", any number on a line; # starts a comment. Nothing in it is
 * ignored: whatever is not understood is an error with its line. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/timing/select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX_BYTES = 1 << 20, COST_MAX_CYCLES = 1000000 };

/* A file while it is read. The text is cut up in place. */
struct reader {
    struct cost_model *model;
    const char *path;
    struct errinfo *e;
    uint32_t line;
    enum err (*section)(struct reader *r, const char *key, const char *value); /* NULL: before the first one */
};

static enum err
complain(const struct reader *r, const char *what, const char *word)
{
    err_set(r->e, ERR_COST_FILE, r->path, r->line, 0, 0);
    if (r->e)
        snprintf(r->e->detail, sizeof r->e->detail, "%s%s%.80s%s", what, *word ? " \"" : "", word, *word ? "\"" : "");
    return ERR_COST_FILE;
}

/* "12", "0.25": at most three decimals, in 1/1000. */
static bool
parse_number(const char *text, uint32_t *out)
{
    uint64_t value = 0;
    unsigned decimals = 0, digits = 0;
    bool has_point = false;
    for (; *text; text++) {
        if (*text == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (*text < '0' || *text > '9' || (has_point && ++decimals > 3))
            return false;
        digits++;
        value = value * 10 + (uint64_t)(*text - '0');
        if (value > (uint64_t)COST_MAX_CYCLES * CYCLE_SCALE)
            return false;
    }
    for (; decimals < 3; decimals++)
        value *= 10;
    *out = (uint32_t)value;
    return digits > 0 && value <= (uint64_t)COST_MAX_CYCLES * CYCLE_SCALE;
}

static enum err
parse_cost(struct reader *r, const char *value, uint32_t *cost)
{
    if (!parse_number(value, cost))
        return complain(r, "not a cost (cycles up to 1000000, at most three decimals):", value);
    return OK;
}

static enum err
read_meta(struct reader *r, const char *key, const char *value)
{
    uint32_t number;
    if (strcmp(key, "name") == 0) {
        if (strlen(value) >= sizeof r->model->name)
            return complain(r, "the name is too long:", value);
        strcpy(r->model->name, value);
        return OK;
    }
    if (strcmp(key, "source") == 0)
        return OK;
    if (strcmp(key, "clock_ghz") == 0 || strcmp(key, "error_mape") == 0)
        return parse_number(value, &number) ? OK : complain(r, "not a number:", value);
    return complain(r, "unknown key in [meta]:", key);
}

static enum err
read_insn(struct reader *r, const char *key, const char *value)
{
    uint32_t cost;
    enum err err = parse_cost(r, value, &cost);
    if (err)
        return err;
    return cost_model_select(r->model, key, cost) ? OK : complain(r, "no instruction is called", key);
}

static enum err
read_helper(struct reader *r, const char *key, const char *value)
{
    uint32_t cost;
    enum err err = parse_cost(r, value, &cost);
    if (err)
        return err;
    if (strcmp(key, "default") == 0) {
        for (size_t i = 0; i < ARRAY_LEN(r->model->helper); i++)
            r->model->helper[i] = cost;
        r->model->helper_default = cost;
        return OK;
    }
    char *end;
    unsigned long id = strtoul(key, &end, 10);
    if (*key < '0' || *key > '9' || *end || id >= ARRAY_LEN(r->model->helper))
        return complain(r, "not \"default\" or the number of a helper (0 to 511):", key);
    r->model->helper[id] = cost;
    return OK;
}

static const struct {
    const char *name;
    enum err (*read)(struct reader *r, const char *key, const char *value);
} sections[] = { { "[meta]", read_meta }, { "[insn]", read_insn }, { "[helper]", read_helper } };

/* Cuts the next word off *text: "=" alone, or a run of neither blanks nor "=". "" at the end. The cut overwrites a byte that
 * belongs to no word, so a "=" that follows directly is handed out by *pending. */
static const char *
next_word(char **text, bool *pending)
{
    if (*pending) {
        *pending = false;
        return "=";
    }
    char *word = *text + strspn(*text, " \t\r");
    if (*word == '\0') {
        *text = word;
        return "";
    }
    if (*word == '=') {
        *text = word + 1;
        return "=";
    }
    char *end = word + strcspn(word, " \t\r=");
    *text = end;
    if (*end) {
        *pending = *end == '=';
        *text = end + 1;
        *end = '\0';
    }
    return word;
}

static enum err
read_line(struct reader *r, char *line)
{
    bool pending = false;
    line[strcspn(line, "#")] = '\0';
    for (;;) {
        const char *key = next_word(&line, &pending);
        if (*key == '\0')
            return OK;
        if (*key == '[') {
            r->section = NULL;
            for (size_t i = 0; i < ARRAY_LEN(sections); i++)
                if (strcmp(sections[i].name, key) == 0)
                    r->section = sections[i].read;
            if (!r->section)
                return complain(r, "unknown section", key);
            continue;
        }
        if (!r->section)
            return complain(r, "outside of a section:", key);
        if (strcmp(next_word(&line, &pending), "=") != 0)
            return complain(r, "expected \"=\" after", key);
        const char *value = next_word(&line, &pending);
        if (*value == '\0' || *value == '=')
            return complain(r, "expected a value for", key);
        enum err err = r->section(r, key, value);
        if (err)
            return err;
    }
}

static enum err
read_text(struct reader *r, char *text)
{
    char *next = text;
    while (next) {
        char *line = strsep(&next, "\n");
        r->line++;
        if (r->line == 1) {
            line[strcspn(line, "\r")] = '\0';
            if (strcmp(line, "ebpfcost 1") != 0)
                return complain(r, "the first line must be \"ebpfcost 1\"", "");
            continue;
        }
        enum err err = read_line(r, line);
        if (err)
            return err;
    }
    return OK;
}

enum err
cost_model_load(const char *path, struct cost_model *model, struct errinfo *e)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set_detail(e, ERR_OPEN, path, strerror(errno));
    char *text = xmalloc(FILE_MAX_BYTES + 2);
    size_t n = fread(text, 1, FILE_MAX_BYTES + 1, file);
    bool is_broken = ferror(file);
    int error = errno;
    fclose(file);
    text[n] = '\0';

    struct cost_model read;
    cost_model_table(&read);
    struct reader r = { .model = &read, .path = path, .e = e };
    enum err err;
    if (is_broken)
        err = err_set_detail(e, ERR_OPEN, path, strerror(error));
    else if (n > FILE_MAX_BYTES)
        err = err_set(e, ERR_TOO_LARGE, path, 0, n, FILE_MAX_BYTES);
    else if (strlen(text) != n)
        err = complain(&r, "not text", "");
    else
        err = read_text(&r, text);
    if (err == OK)
        *model = read;
    free(text);
    return err;
}
