using ReflectionCoder.Evaluation.Judging.Programs;

namespace ReflectionCoder.Tests.Evaluation.Judging.Programs;

public sealed class ExpectedLiteralsTests
{
    [Theory]
    [InlineData("std::make_tuple(std::optional<long>(-3), std::optional<long>(1))", "std::make_tuple(-3, 1)")]
    [InlineData("(Map.of(\"a\", 2l, \"b\", 1l))", "(Map.of(\"b\", 1l, \"a\", 2l))")]
    [InlineData("[]string{\"a b\"}", "[]string{\"a\", \"b\"}")]
    [InlineData("(2.0f)", "2")]
    [InlineData("true", "1")]
    [InlineData("\"\"", "[]")]
    [InlineData("null", "undefined")]
    [InlineData("0.30000001f", "0.3f")]
    [InlineData("(new List<long>(new long[]{(long)12L}))", "(12L)")]
    public void Of_TextsThatMayMeanTheSame_AreEqual(string one, string other) =>
        Assert.Equal(ExpectedLiterals.Of(one), ExpectedLiterals.Of(other));

    [Theory]
    [InlineData("(true)", "(false)")]
    [InlineData("std::nullopt", "5")]
    [InlineData("[1,2]", "[1,3]")]
    [InlineData("\"a\"", "\"b\"")]
    [InlineData("\"a\"", "\"\"")]
    [InlineData("'\\''", "'x'")]
    [InlineData("-1", "1")]
    public void Of_OtherValues_AreNotEqual(string one, string other) =>
        Assert.NotEqual(ExpectedLiterals.Of(one), ExpectedLiterals.Of(other));

    [Theory]
    [InlineData("(std::vector<long>({(long)10, (long)2}))", "(std::vector<long>({(long)910, (long)2}))")]
    [InlineData("-0.5", "-90.5")]
    [InlineData("[\"a\", \"b\"]", "[\"xa\", \"b\"]")]
    [InlineData("'a'", "'a'")] // one character may be of the type char
    [InlineData("'ab'", "'xab'")]
    [InlineData("(true)", "(false)")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("None", "None")]
    public void Change_Value_GivesAnotherOfTheSameType(string expected, string changed) =>
        Assert.Equal(changed == expected ? null : changed, ExpectedLiterals.Change(expected));
}
