// Probes and their descriptions, written by hand, as docs/note.md has the format. To be read; nobody runs it.
//     -DADDRESS=.8byte    of the processor
#define TEXT(...) #__VA_ARGS__
#define EXPANDED(...) TEXT(__VA_ARGS__)

// One stapsdt note: site, name, operands (a string of assembly).
#define NOTE(site, name, operands)                                                                                     \
    ".pushsection .note.stapsdt, \"\", %note\n"                                                                        \
    ".balign 4; .4byte 8, 2f-1f, 3; .asciz \"stapsdt\"\n"                                                              \
    "1: " EXPANDED(ADDRESS) " " site ", _.stapsdt.base, 0\n"                                                           \
                            ".asciz \"described\", \"" name "\", \"" operands "\"\n"                                   \
                            "2: .balign 4; .popsection\n"

// One note of section .note.usdtpp, of a type, with what follows the site.
#define DESCRIPTION(site, type, rest)                                                                                  \
    ".pushsection .note.usdtpp, \"\", %note\n"                                                                         \
    ".balign 4; .4byte 7, 4f-3f, " type "; .asciz \"usdtpp\"; .balign 4\n"                                             \
    "3: " EXPANDED(ADDRESS) " " site "\n" rest "\n"                                                                    \
                            "4: .balign 4; .popsection\n"

// clang-format off
asm(".pushsection .stapsdt.base, \"aG\", %progbits, .stapsdt.base, comdat; .weak _.stapsdt.base\n"
    ".hidden _.stapsdt.base; _.stapsdt.base: .byte 0; .popsection\n"
    ".text; .balign 4; .globl _start; .type _start, %function\n"
    "_start: .Lfirst: .4byte 0; .Lsecond: .4byte 0; .Lthird: .4byte 0; .Lfourth: .4byte 0; .Lfifth: .4byte 0\n"
    ".size _start, . - _start\n"
    ".globl other; .type other, %function\n"
    "other: .Lelsewhere: .4byte 0\n"
    ".size other, . - other\n"
    NOTE(".Lfirst", "all", "-4@1 4@2 1@3 -1@4 8@5 8@6 8@7 8@8 4@9 8@10 -4@11 -8@12")
    NOTE(".Lsecond", "cut", "-4@1 -4@2 -4@3")
    NOTE(".Lthird", "other_type", "-4@1")
    NOTE(".Lfourth", "other_count", "-4@1 -4@2")
    NOTE(".Lfifth", "cut", "-4@3 -4@2 -4@1")
    NOTE(".Lelsewhere", "cut", "-4@3 -4@2 -4@1")
    // In another order than the notes.
    DESCRIPTION(".Lsecond", "0x1001",
                ".8byte 0x3000000000af1; .4byte 70000; .asciz \"second.cpp\", \"described, cut, f(a, b), x...\", \"colour\"; .8byte 0")
    DESCRIPTION(".Lfirst", "0x1001",
                ".8byte 0xcba9827654321; .4byte 12; .asciz \"first.cpp\"\n"
                ".ascii \"PROVIDER, NAME, a, b + 1, (c, d), ',', &e, \\\"f, \\\\\\\"g\\\", USDTPP_SIZED(f(text)), \"\n"
                ".asciz \"h<i, x, \\t[&](int k, int l) { return k % l; }(1'000, 2) , start\", \"geometry::shape\"")
    DESCRIPTION(".Lthird", "3", ".byte 255")
    DESCRIPTION(".Lfourth", "0x1001", ".8byte 0x1000000000001; .4byte 4; .asciz \"fourth.cpp\", \"described, other_count, one\""));
// clang-format on
