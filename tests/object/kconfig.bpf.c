/* Externs of every type that .kconfig knows, kernel symbols, and one variable that no kernel sets. */
enum libbpf_tristate { TRI_NO, TRI_YES, TRI_MODULE };

#define __kconfig __attribute__((section(".kconfig")))
#define __ksym __attribute__((section(".ksyms")))
#define __weak __attribute__((weak))

extern int LINUX_KERNEL_VERSION __kconfig;
extern _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig;
extern unsigned long CONFIG_HZ __kconfig;
extern _Bool CONFIG_BPF_SYSCALL __kconfig;
extern char CONFIG_BPF __kconfig;
extern enum libbpf_tristate CONFIG_NET __kconfig;
extern char CONFIG_CC_VERSION_TEXT[8] __kconfig;
extern int CONFIG_EBPFDBG_NEVER __kconfig __weak;
extern unsigned char CONFIG_HZ_TOO_SMALL __kconfig __weak;

extern const void ebpfdbg_no_such_symbol __ksym __weak;
extern int ebpfdbg_no_such_kfunc(int) __ksym;

__attribute__((section("socket"), used)) int prog(void *ctx)
{
    int sum = CONFIG_EBPFDBG_NEVER + CONFIG_HZ_TOO_SMALL + LINUX_HAS_SYSCALL_WRAPPER + CONFIG_BPF_SYSCALL + CONFIG_BPF + CONFIG_NET;
    if (&ebpfdbg_no_such_symbol)
        sum += ebpfdbg_no_such_kfunc(1);
    return sum + LINUX_KERNEL_VERSION + CONFIG_HZ + CONFIG_CC_VERSION_TEXT[3];
}
