/* Memory for machine code. See codemem.h. */
#include "config.h"

#include "jit/codemem.h"

#include "sim/base/base.h"

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

/* Rip-relative displacements reach everything. */
enum { CODEMEM_MAX_BYTES = INT32_MAX };

bool
codemem_init(struct codemem *mem, size_t code_bytes, size_t cells_bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    code_bytes = ROUND_UP(code_bytes, page);
    cells_bytes = ROUND_UP(cells_bytes, page);
    size_t bytes = code_bytes + page + cells_bytes;
    if (bytes > CODEMEM_MAX_BYTES)
        return false;
    uint8_t *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        return false;
    *mem = (struct codemem){
        .code = at, .code_bytes = code_bytes, .cells = at + code_bytes + page, .cells_bytes = cells_bytes, .is_writable = true
    };
    return true;
}

void
codemem_free(struct codemem *mem)
{
    if (mem->code)
        munmap(mem->code, (size_t)(mem->cells - mem->code) + mem->cells_bytes);
    *mem = (struct codemem){ 0 };
}

bool
codemem_grow(struct codemem *mem)
{
    struct codemem bigger;
    if (!codemem_init(&bigger, 2 * mem->code_bytes, mem->cells_bytes))
        return false;
    codemem_free(mem);
    *mem = bigger;
    return true;
}

void
codemem_set_writable(struct codemem *mem, size_t used, bool writable)
{
    if (mem->is_writable == writable)
        return;
    size_t bytes = mem->is_fenced ? mem->code_bytes : ROUND_UP(used, (size_t)sysconf(_SC_PAGESIZE));
    assert(bytes <= mem->code_bytes);
    int failed = mprotect(mem->code, bytes, PROT_READ | (writable ? PROT_WRITE : PROT_EXEC));
    assert(!failed && "the system lets a process make its own pages executable");
    (void)failed;
    mem->is_writable = writable;
}

void
codemem_reuse(struct codemem *mem, size_t used)
{
    codemem_set_writable(mem, used, true);
    if (!mem->is_fenced)
        mem->is_fenced = !mprotect(mem->code + mem->code_bytes, (size_t)(mem->cells - mem->code) - mem->code_bytes, PROT_NONE);
}
