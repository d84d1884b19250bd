/* Fuzz target: a file of kernel types, as --btf takes it: BTF, or an ELF file with a section .BTF. An object with CO-RE relocations
 * loads whatever the types are. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/object/btf.h"
#include "tests/fuzz/embedded.h"
#include "tests/object/sound.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const char *path = fuzz_file(0, bytes, n);
    struct btf *btf;
    struct errinfo e = { 0 };
    enum err err = btf_read_file(path, &btf, &e);
    if (err)
        FUZZ_CHECK(e.code == err, "%d and %d", e.code, err);
    else
        btf__free(btf);
    if (!embedded_core_bytes)
        return 0;
    struct load_options options = { .btf_path = path };
    struct program *p;
    err = program_load_bytes("core.o", embedded_core, embedded_core_bytes, &options, &p, &e);
    FUZZ_CHECK(err == OK, "%d: %s: %s", err, e.subject, e.detail);
    program_assert_sound(p);
    program_free(p);
    return 0;
}
