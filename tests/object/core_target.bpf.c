/* "The kernel" that core.bpf.c is relocated against: compiled for its types alone. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

struct moved {
    u8 c;
    char new_one[11];
    struct inner_pair {
        u64 more;
        int y, x;
    } pair;
    long b;
    const volatile int a;
};
struct nameless {
    int plain_before;
    union {
        struct {
            long pad;
            struct {
                int deep;
            };
        };
        struct {
            u16 pad2;
            u8 deeper[8];
        };
    };
    int plain;
};
struct arrays {
    char pad[3];
    int shorter[2];
    int longer[40];
    struct element {
        int w, v;
    } structs[5];
    int grid[6][7];
    u8 flexible[];
};
struct bits {
    u32 pad : 7, one : 1;
    u32 neg : 13;
    u32 mid : 20;
    int whole;
    u64 pad2 : 30, wide : 33;
    u8 to_plain;
    u64 from_plain : 5;
};
struct resized {
    u64 wider;
    u8 narrower;
    long sign_wider;
    u16 tiny;
    char *pointer;
    struct {
        int x;
    } to_struct;
    void *to_pointer;
    u32 to_array[2];
    double real;
};
enum same { SAME_A, SAME_B };
enum other { OTHER_A };
enum renamed_now { RENAMED_A };
enum was_nameless { NAMELESS_A };
struct enums {
    int pad;
    enum renamed_now renamed;
    enum was_nameless nameless;
    enum other other;
    enum same same;
};
struct twice_same { int x, y; };
struct twice_same___2 { float z; int y; };
struct twice_apart { int x, y; };
struct twice_apart___2 { int x, z, y; };
struct twice_half { int x, z; };
struct twice_half___2 { int x, z, y; };
struct far { int near; char gap[40000]; int far; };
struct forward_only;
struct now_struct { int x; };
typedef struct { int s, t; } typedefed_t;
typedef typedefed_t typedefed_twice_t;

struct matching {
    struct { long a_new; long b; } in;
    struct moved *pointer;
    int a;
};
struct matching_not { long a; };
struct matching_sign { unsigned a; };
struct forward_here { int x; };
struct to_forward;
struct matching_ptr { struct forward_here *q; struct to_forward *p; };
struct matching_array { int a[5]; };
struct matching_proto { int (*f)(struct moved *, const char *); };
struct matching_proto_not { int (*f)(struct moved *, void *); };
enum matching_enum { MATCH_B, MATCH_NEW, MATCH_A };
enum matching_enum_not { MATCH_C, MATCH_D };
typedef int (*callback_t)(int, struct moved *);
typedef int (*callback_other_t)(int, int);
typedef struct moved *pointer_t;
typedef long array_t[9];
typedef int int_t;
union either { long b; int a; char c; };
enum numbers { NUMBER_ONE = 11, NUMBER_BIG = -3, NUMBER_NEGATIVE = 0x7ffffff0, NUMBER_FLAVOR = 33 };

#define KEEP(name, type) type *keep_##name;
KEEP(1, struct moved) KEEP(2, struct nameless) KEEP(3, struct arrays) KEEP(4, struct bits) KEEP(5, struct resized) KEEP(6, struct enums)
KEEP(7, struct twice_same) KEEP(8, struct twice_same___2) KEEP(9, struct twice_apart) KEEP(10, struct twice_apart___2)
KEEP(11, struct twice_half) KEEP(12, struct twice_half___2) KEEP(13, struct far) KEEP(14, struct forward_only) KEEP(15, struct now_struct)
KEEP(16, typedefed_twice_t) KEEP(17, struct matching) KEEP(18, struct matching_not) KEEP(19, struct matching_sign)
KEEP(20, struct matching_ptr) KEEP(21, struct matching_array) KEEP(22, struct matching_proto) KEEP(23, struct matching_proto_not)
KEEP(24, enum matching_enum) KEEP(25, enum matching_enum_not) KEEP(26, callback_t) KEEP(27, callback_other_t) KEEP(28, pointer_t)
KEEP(29, array_t) KEEP(30, int_t) KEEP(31, union either) KEEP(32, enum numbers)

/* Structs that are only pointed to are written as forward declarations: members by value make them whole. */
struct wholes {
    struct moved w1; struct nameless w2; struct bits w4; struct resized w5; struct enums w6; struct twice_same w7; struct twice_same___2 w8;
    struct twice_apart w9; struct twice_apart___2 w10; struct twice_half w11; struct twice_half___2 w12; struct far w13; struct now_struct w15;
    typedefed_twice_t w16; struct matching w17; struct matching_not w18; struct matching_sign w19; struct matching_ptr w20;
    struct matching_array w21; struct matching_proto w22; struct matching_proto_not w23; enum matching_enum w24; enum matching_enum_not w25;
    callback_t w26; callback_other_t w27; pointer_t w28; array_t w29; int_t w30; union either w31; enum numbers w32; struct forward_here w33;
} wholes;
struct last { int pad; struct arrays w3; } last;

__attribute__((section("socket"), used)) int no_object_is_without_code(void *ctx)
{
    return 0;
}
