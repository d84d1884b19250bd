/* Fuzz target: a .ebpfcost file. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/timing/timing.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct cost_model model, before;
    struct errinfo e = { 0 };
    cost_model_unit(&model);
    before = model;
    enum err err = cost_model_load(fuzz_file(0, bytes, n), &model, &e);
    if (err)
        FUZZ_CHECK(e.code == err && memcmp(&model, &before, sizeof model) == 0, "error %d: %s", err, e.detail);
    else
        FUZZ_CHECK(memchr(model.name, '\0', sizeof model.name), "the name has no end");
    return 0;
}
