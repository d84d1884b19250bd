/* .kconfig: the running kernel's values, laid out as libbpf lays them out; .ksyms. */
#include "config.h"

#include "sim/base/base.h"
#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

/* Where the map holds the variable. */
static const uint8_t *
kconfig_value(const struct program *p, const char *name)
{
    const struct map_def *map = map_named(p, ".kconfig");
    /* the layout is libbpf's: alignment down, size up, name up */
    static const struct {
        const char *name;
        uint32_t off;
    } places[] = {
        { "CONFIG_HZ", 0 }, { "CONFIG_EBPFDBG_NEVER", 8 }, { "CONFIG_NET", 12 }, { "LINUX_KERNEL_VERSION", 16 }, { "CONFIG_BPF", 20 },
        { "CONFIG_BPF_SYSCALL", 21 }, { "CONFIG_HZ_TOO_SMALL", 22 }, { "LINUX_HAS_SYSCALL_WRAPPER", 23 }, { "CONFIG_CC_VERSION_TEXT", 24 },
    };
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (!strcmp(places[i].name, name))
            return map->init + places[i].off;
    cr_assert_fail("no place for %s", name);
    return NULL;
}

static uint64_t
kconfig_number(const struct program *p, const char *name, size_t n_bytes)
{
    uint64_t value = 0;
    memcpy(&value, kconfig_value(p, name), n_bytes);
    return value;
}

static bool
has_note(const struct program *p, const char *text)
{
    for (uint32_t i = 0; i < p->n_notes; i++)
        if (strstr(p->notes[i].text, text))
            return true;
    return false;
}

Test(kconfig, values_of_this_kernel)
{
    struct program *p = object_load("kconfig-v3.o");
    struct utsname system;
    unsigned major, minor, patch = 0;
    uname(&system);
    cr_assert_geq(sscanf(system.release, "%u.%u.%u", &major, &minor, &patch), 2);
    cr_expect_eq(kconfig_number(p, "LINUX_KERNEL_VERSION", 4), major << 16 | minor << 8 | (patch > 255 ? 255 : patch));
    cr_expect_eq(kconfig_number(p, "LINUX_HAS_SYSCALL_WRAPPER", 1), 1);
    cr_expect_eq(kconfig_number(p, "CONFIG_EBPFDBG_NEVER", 4), 0);
    cr_expect(has_note(p, "CONFIG_EBPFDBG_NEVER"));
    const struct map_def *map = map_named(p, ".kconfig");
    cr_expect_eq(map->value_bytes, 32);
    cr_expect(map->is_readonly);
    program_free(p);
}

Test(kconfig, options_of_this_kernel)
{
    struct program *p = object_load("kconfig-v3.o");
    if (has_note(p, "hides its configuration")) {
        program_free(p);
        cr_skip("this kernel does not tell its configuration");
    }
    uint64_t hz = kconfig_number(p, "CONFIG_HZ", 8);
    cr_expect(hz >= 100 && hz <= 1000, "CONFIG_HZ %llu", (unsigned long long)hz);
    cr_expect_eq(kconfig_number(p, "CONFIG_BPF_SYSCALL", 1), 1);
    cr_expect_eq(kconfig_number(p, "CONFIG_BPF", 1), 'y');
    cr_expect_eq(kconfig_number(p, "CONFIG_NET", 4), 1, "TRI_YES");
    cr_expect(strlen((const char *)kconfig_value(p, "CONFIG_CC_VERSION_TEXT")) == 7, "texts are cut to fit");
    program_free(p);
}

Test(kconfig, kernel_symbols_stay_externs)
{
    struct program *p = object_load("kconfig-v3.o");
    uint32_t n_found = 0;
    for (uint32_t i = 0; i < p->n_externs; i++) {
        const struct extern_sym *s = &p->externs[i];
        n_found += (!strcmp(s->name, "ebpfdbg_no_such_kfunc") && s->is_func && !s->is_weak)
                   + (!strcmp(s->name, "ebpfdbg_no_such_symbol") && !s->is_func && s->is_weak);
    }
    cr_expect_eq(n_found, 2);
    cr_expect_eq(p->n_externs, 2);
    program_free(p);
}
