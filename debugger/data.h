/* What a session remembers of values: the history ($1, $$), convenience variables ($foo), registers as expressions see them. */
#ifndef DEBUGGER_DATA_H
#define DEBUGGER_DATA_H

#include "debugger/state.h"

/* Index of the variable of this name; it is made, void, when there is none. */
uint32_t data_variable(struct session *s, const char *name, size_t len);
void data_set_variable(struct session *s, const char *name, const struct value *v);
void data_store(struct session *s, uint32_t index, const struct value *v); /* copies arrays */

/* Appends to the history and returns its number, 1-based. */
uint32_t data_record(struct session *s, const struct value *v);
/* ERR_HISTORY. An empty history gives void, as in gdb. */
enum err data_history(const struct session *s, uint32_t id, bool is_relative, struct value *out, struct errinfo *e);

/* Registers of the selected frame, by enum reg_id. ERR_NO_REGISTERS when nothing runs. */
enum err data_read_reg(struct session *s, uint32_t id, struct value *out, struct errinfo *e);
enum err data_write_reg(struct session *s, uint32_t id, uint64_t bits, struct errinfo *e);
struct vtype data_reg_type(uint32_t id);

/* Reads the contents of an array or aggregate in memory, if they are missing. ERR_MEMORY, ERR_VALUE_SIZE. */
enum err data_fetch(struct session *s, struct value *v, struct errinfo *e);

/* Guest memory, in pieces that may cross regions. ERR_MEMORY with the first address that can't be accessed. */
enum err data_read(struct session *s, uint64_t addr, void *to, size_t n, struct errinfo *e);
enum err data_write(struct session *s, uint64_t addr, const void *from, size_t n, struct errinfo *e);

/* A value that outlives the command: its bytes, when it has any, are a copy, which the caller frees. */
struct value data_owned(const struct value *v);

/* Before the program goes: values lose their types of it. */
void data_forget_types(struct session *s);
void data_free(struct session *s);

#endif
