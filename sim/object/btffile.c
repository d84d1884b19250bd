/* BTF from files: raw, inside of an ELF file, or the running kernel's. See btf.h. */
#include "config.h"

#include "sim/object/btf.h"

#include "sim/base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* Reads a whole file; the files of sysfs report their real size. */
static enum err
read_whole(const char *path, uint8_t **bytes, size_t *n_bytes, struct errinfo *e)
{
    enum err result = OK;
    struct stat st;
    *bytes = NULL;
    *n_bytes = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st)) {
        result = err_set_detail(e, ERR_OPEN, path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        result = err_set_detail(e, ERR_OPEN, path, "not a regular file");
    } else if (st.st_size > BTF_MAX_BYTES) {
        result = err_set(e, ERR_TOO_LARGE, path, 0, (uint64_t)st.st_size, BTF_MAX_BYTES);
    } else {
        *bytes = xmalloc((size_t)st.st_size);
        ssize_t got = 1;
        while (*n_bytes < (size_t)st.st_size && (got = read(fd, *bytes + *n_bytes, (size_t)st.st_size - *n_bytes)) > 0)
            *n_bytes += (size_t)got;
        if (got < 0)
            result = err_set_detail(e, ERR_OPEN, path, strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return result;
}

static enum err
read_from_elf(const char *path, uint8_t *image, size_t n_bytes, struct btf **out, struct errinfo *e)
{
    enum err result = err_set_detail(e, ERR_ELF, path, "an ELF file without a section .BTF");
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)image, n_bytes);
    size_t names;
    if (!elf || elf_getshdrstrndx(elf, &names)) {
        result = err_set_detail(e, ERR_ELF, path, elf_errmsg(-1));
    } else {
        Elf_Scn *scn = NULL;
        while ((scn = elf_nextscn(elf, scn))) {
            GElf_Shdr shdr; /* a copy: in the file it may lie anywhere */
            const char *name = gelf_getshdr(scn, &shdr) ? elf_strptr(elf, names, shdr.sh_name) : NULL;
            Elf_Data *data = name && !strcmp(name, ".BTF") ? elf_rawdata(scn, NULL) : NULL;
            if (data && data->d_buf) {
                result = btf_read(path, data->d_buf, data->d_size, out, e);
                break;
            }
        }
    }
    elf_end(elf);
    return result;
}

/* The running kernel's types. They are its own, so that proving them safe (5 ms) is left out; and Linux 6.16 lets them be mapped,
 * which older ones don't. NULL when that fails for whatever reason. */
static struct btf *
map_kernel(void)
{
    struct stat st;
    struct btf *btf = NULL;
    int fd = open(KERNEL_BTF, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && !fstat(fd, &st) && st.st_size > 0 && st.st_size <= BTF_MAX_BYTES) {
        void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED) {
            btf = btf__new(bytes, (uint32_t)st.st_size);
            munmap(bytes, (size_t)st.st_size);
        }
    }
    if (fd >= 0)
        close(fd);
    return btf;
}

enum err
btf_read_file(const char *path, struct btf **out, struct errinfo *e)
{
    uint8_t *bytes;
    size_t n_bytes;
    struct btf *kernel = path ? NULL : map_kernel();
    if (kernel) {
        *out = kernel;
        return OK;
    }
    if (!path)
        path = KERNEL_BTF;
    enum err result = read_whole(path, &bytes, &n_bytes, e);
    if (result == OK)
        result = n_bytes >= 4 && !memcmp(bytes, "\177ELF", 4) ? read_from_elf(path, bytes, n_bytes, out, e)
                                                              : btf_read(path, bytes, n_bytes, out, e);
    free(bytes);
    return result;
}
