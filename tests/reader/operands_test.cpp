// What the reader understands of the text of arguments, and of their names.
#include <usdtpp/usdtpp.hpp>

#include <usdtpp/notes.hpp>

#include "catch.hpp"

namespace {

using usdtpp::operand_form;

usdtpp::note_argument only_argument(int machine, const std::string& text) {
    const auto arguments = usdtpp::detail::reader::parse_arguments(text, machine);
    REQUIRE(arguments.size() == 1);
    CHECK(arguments[0].text == text);
    return arguments[0];
}

// "memory number=-16 base=rbp", what is empty left out.
std::string described(const usdtpp::operand& where) {
    const char* forms[] = {"constant", "register", "memory", "other"};
    std::string text = forms[static_cast<int>(where.form)];
    text += where.number != 0 ? " number=" + std::to_string(where.number) : "";
    text += !where.base.empty() ? " base=" + where.base : "";
    text += !where.index.empty() ? " index=" + where.index : "";
    text += where.scale != 1 ? " scale=" + std::to_string(where.scale) : "";
    text += !where.symbol.empty() ? " symbol=" + where.symbol : "";
    return text;
}

struct expected_operand {
    int machine;
    std::string text; // behind the @
    std::string is;
};

const std::vector<expected_operand> operands = {
    {EM_X86_64, "$-5", "constant number=-5"},
    {EM_X86_64, "$0x10", "constant number=16"},
    {EM_X86_64, "$-9223372036854775808", "constant number=-9223372036854775808"},
    {EM_X86_64, "$18446744073709551615", "constant number=-1"},
    {EM_X86_64, "$18446744073709551616", "other"},
    {EM_X86_64, "$-9223372036854775809", "other"},
    {EM_X86_64, "$name", "other"},
    {EM_X86_64, "%edi", "register base=edi"},
    {EM_X86_64, "%r8b", "register base=r8b"},
    {EM_X86_64, "%xmm0", "register base=xmm0"},
    {EM_X86_64, "%", "other"},
    {EM_X86_64, "(%rax)", "memory base=rax"},
    {EM_X86_64, "-16(%rbp)", "memory number=-16 base=rbp"},
    {EM_X86_64, "8(%rax,%rbx,8)", "memory number=8 base=rax index=rbx scale=8"},
    {EM_X86_64, "(%rax,%rbx)", "memory base=rax index=rbx"},
    {EM_X86_64, "(,%rax,4)", "memory index=rax scale=4"},
    {EM_X86_64, "(%rax,%rbx,3)", "other"},
    {EM_X86_64, "(%rax,)", "other"},
    {EM_X86_64, "(%rax", "other"},
    {EM_X86_64, "()", "other"},
    {EM_X86_64, "counter(%rip)", "memory base=rip symbol=counter"},
    {EM_X86_64, "counter+4(%rip)", "memory number=4 base=rip symbol=counter"},
    {EM_X86_64, "counter-4(%rip)", "memory number=-4 base=rip symbol=counter"},
    {EM_X86_64, "40+_ZN1a1bE(%rip)", "memory number=40 base=rip symbol=_ZN1a1bE"},
    {EM_X86_64, "-16+4(%rsp)", "memory number=-12 base=rsp"},
    {EM_X86_64, "a+b(%rip)", "other"},
    {EM_X86_64, "8+(%rax)", "other"},
    {EM_X86_64, "counter@GOTPCREL(%rip)", "other"},
    {EM_X86_64, "%fs:x@tpoff", "other"},
    {EM_X86_64, "%fs:-8", "other"},
    {EM_X86_64, "DWORD PTR [rsp+8]", "other"},
    {EM_X86_64, "", "other"},
    {EM_386, "counter", "memory symbol=counter"},
    {EM_386, "-8(%edx)", "memory number=-8 base=edx"},
    {EM_386, "%al", "register base=al"},
    {EM_AARCH64, "x0", "register base=x0"},
    {EM_AARCH64, "w30", "register base=w30"},
    {EM_AARCH64, "sp", "register base=sp"},
    {EM_AARCH64, "-3", "constant number=-3"},
    {EM_AARCH64, "[sp, 12]", "memory number=12 base=sp"},
    {EM_AARCH64, "[sp]", "memory base=sp"},
    {EM_AARCH64, "[x29, #-8]", "memory number=-8 base=x29"},
    {EM_AARCH64, "[x1, x2]", "memory base=x1 index=x2"},
    {EM_AARCH64, "[x1,x2,lsl #3]", "memory base=x1 index=x2 scale=8"},
    {EM_AARCH64, "[x1, w2, sxtw 2]", "other"},
    {EM_AARCH64, "[x1, #:lo12:counter]", "other"},
    {EM_AARCH64, "[x1, 8]!", "other"},
    {EM_AARCH64, "[x1, 8", "other"},
    {EM_AARCH64, "counter", "other"},
    {EM_AARCH64, "x100", "other"},
    {EM_ARM, "r0", "register base=r0"},
    {EM_ARM, "#-3", "constant number=-3"},
    {EM_ARM, "[r3, #-8]", "memory number=-8 base=r3"},
    {EM_ARM, "[fp, #4]", "memory number=4 base=fp"},
    {EM_ARM, "[r1, -r2]", "other"},
    {EM_RISCV, "a0", "register base=a0"},
    {EM_RISCV, "-3", "constant number=-3"},
    {EM_RISCV, "-20(s0)", "memory number=-20 base=s0"},
    {EM_RISCV, "(a5)", "memory base=a5"},
    {EM_RISCV, "%lo(counter)(a5)", "other"},
    {EM_RISCV, "8a5", "other"},
    {EM_S390, "%r2", "register base=r2"},
    {EM_S390, "-3", "constant number=-3"},
    {EM_S390, "160(%r15)", "memory number=160 base=r15"},
    {EM_S390, "8(%r1,%r15)", "memory number=8 base=r15 index=r1"},
    {EM_S390, "8(%r1,%r15", "other"},
    {EM_PPC64, "3", "register base=3"},
    {EM_PPC64, "r3", "register base=r3"},
    {EM_PPC64, "%r3", "register base=r3"},
    {EM_PPC64, "i-3", "constant number=-3"},
    {EM_PPC64, "-8(1)", "memory number=-8 base=1"},
    {EM_PPC64, "0(%r9)", "memory base=r9"},
    {EM_PPC64, "5,4", "memory base=5 index=4"},
    {EM_PPC64, "5,", "other"},
    {EM_PPC64, "0,4", "other"},
    {EM_PPC64, "8(0)", "other"},
    {EM_PPC64, "40", "other"},
    {EM_PPC64, "counter@toc@l(9)", "other"},
    {EM_SPARCV9, "%o0", "other"},
};

} // namespace

TEST_CASE("operands are understood by the words of their processor") {
    for (const auto& expected : operands) {
        INFO(expected.machine << " " << expected.text);
        const auto argument = only_argument(expected.machine, "8@" + expected.text);
        CHECK(described(argument.where) == expected.is);
    }
}

TEST_CASE("what stands before the @ is size, sign and floating point") {
    const auto shape = [](const std::string& text) {
        const auto argument = only_argument(EM_X86_64, text);
        return std::to_string(argument.size) + (argument.is_signed ? " signed" : "") +
               (argument.is_floating ? " floating" : "");
    };
    CHECK(shape("4@%edi") == "4");
    CHECK(shape("-4@%edi") == "4 signed");
    CHECK(shape("8f@%xmm0") == "8 floating");
    CHECK(shape("16@%xmm0") == "16");
    for (const std::string strange : {"%edi", "@%edi", "-@%edi", "f@%edi", "x4@%edi", "4 x@%edi", "99999999999@%edi"}) {
        const auto arguments = usdtpp::detail::reader::parse_arguments(strange, EM_X86_64);
        REQUIRE(!arguments.empty());
        CHECK(arguments[0].size == 0);
        CHECK(arguments[0].where.form == operand_form::other);
    }
}

TEST_CASE("a blank separates arguments outside of brackets") {
    const auto split = [](const std::string& text) {
        std::vector<std::string> texts;
        for (const auto& argument : usdtpp::detail::reader::parse_arguments(text, EM_AARCH64)) {
            texts.push_back(argument.text);
        }
        return texts;
    };
    using texts = std::vector<std::string>;
    CHECK(split("").empty());
    CHECK(split("  ").empty());
    CHECK(split("-4@x0") == texts{"-4@x0"});
    CHECK(split(" -4@x0  8@[sp, 8] 4@[x1, x2, lsl 2] 1@5 ") == texts{"-4@x0", "8@[sp, 8]", "4@[x1, x2, lsl 2]", "1@5"});
    CHECK(split("4@DWORD PTR [rsp + 8] 4@eax") == texts{"4@DWORD PTR [rsp + 8]", "4@eax"});
    CHECK(split("%rax %rbx") == texts{"%rax", "%rbx"});
    CHECK(split("4@[x0 4@x1") == texts{"4@[x0 4@x1"});
    CHECK(split("4@x0) 4@x1") == texts{"4@x0)", "4@x1"});
}

TEST_CASE("names are split where the preprocessor splits arguments") {
    const auto split = [](std::string_view text) { return usdtpp::detail::reader::argument_names(text).names(); };
    using names = std::vector<std::string_view>;
    CHECK(split("a") == names{"a"});
    CHECK(split("a, b+ 1 ,c") == names{"a", "b+ 1", "c"});
    CHECK(split("f(a, b), (c, (d, e))") == names{"f(a, b)", "(c, (d, e))"});
    CHECK(split("a < b, c > d") == names{"a < b", "c > d"});
    CHECK(split(R"("a,b", 'c', ',', '\'', "\",", u8"(")") ==
          names{R"("a,b")", "'c'", "','", R"('\'')", R"("\",")", R"(u8"(")"});
    CHECK(split("1'000, 0xff'ff, L','") == names{"1'000", "0xff'ff", "L','"});
    CHECK(split("R\"(a\",\")\", u8R\"x()\",)x\", b") == names{"R\"(a\",\")\"", "u8R\"x()\",)x\"", "b"});
    CHECK(split("a, f(b, c") == names{"a", "f(b, c"});
    CHECK(split("a, \"b, c") == names{"a", "\"b, c"});
    CHECK(split("a, R\"(b, c") == names{"a", "R\"(b, c"});
    CHECK(split("a, \"\\") == names{"a", "\"\\"});
    CHECK(split("), a") == names{")", "a"});
}
