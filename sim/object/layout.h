/* Where things lie in guest memory. All guest addresses are in [GUEST_LO, GUEST_HI), so that a 32-bit context field such as
 * xdp_md.data holds a usable pointer. Fixed windows first; what has no fixed place is allocated from GUEST_HEAP upwards
 * (sim/machine/memory.h). Every window is far larger than what lives in it; the rest of it is unmapped for the guest. */
#ifndef SIM_OBJECT_LAYOUT_H
#define SIM_OBJECT_LAYOUT_H

#include <stdint.h>

#define GUEST_LO UINT64_C(0x00010000)
#define GUEST_HI UINT64_C(0x80000000)

/* Stack: frame 0 (the program) is the highest, each callee lies FRAME_STRIDE below its caller. r10 of frame d is
 * STACK_TOP - d * FRAME_STRIDE and [r10 - STACK_BYTES, r10) is its stack; the other half of the stride is a guard. */
#define STACK_TOP UINT64_C(0x00030000)
#define STACK_BYTES 512
#define FRAME_STRIDE 1024
#define MAX_FRAMES 8        /* kernel: MAX_CALL_FRAMES */
#define MAX_TAIL_CALLS 33   /* kernel: MAX_TAIL_CALL_CNT */

#define GUEST_CTX UINT64_C(0x00040000)    /* context, up to 64 KiB and a guard */
#define GUEST_PACKET UINT64_C(0x00100000) /* packet buffer: headroom, data, tailroom; fragments */
#define GUEST_PACKET_BYTES 0x40000
#define GUEST_KERNEL UINT64_C(0x00800000) /* what contexts point to besides the packet: sockets, skb, ... */
#define GUEST_KERNEL_BYTES 0x40000

/* Map i is the pointer GUEST_MAP + i * MAP_STRIDE: good for helpers, a fault when dereferenced. */
#define GUEST_MAP UINT64_C(0x01000000)
#define MAP_STRIDE 256
#define MAX_MAPS 65536

/* Slot pc, when its address is taken (callbacks, callx): never readable. */
#define GUEST_CODE UINT64_C(0x02000000)
#define GUEST_CODE_OF(pc) (GUEST_CODE + (uint64_t)(pc) * 8)
#define MAX_SLOTS (1u << 20)

/* Values of data sections (.rodata, .data, .bss, .kconfig), at addresses that the linker assigns. */
#define GUEST_DATA UINT64_C(0x04000000)
#define GUEST_HEAP UINT64_C(0x10000000)

#endif
