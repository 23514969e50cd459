using ReflectionCoder.Construction.Chat;

namespace ReflectionCoder.Tests.Construction.Chat;

public sealed class AuthorAnswerTests
{
    [Theory]
    [InlineData("a\n```python\nx = 1\n```\nb\n```\ny = 2\n```", "x = 1|y = 2")]
    [InlineData("~~~py title=\"a\"\nx = 1\n~~~", "x = 1")]
    [InlineData("a\r\n```python\r\nx = 1\r\ny = 2\r\n```\r\n", "x = 1\ny = 2")]
    [InlineData("1. a\n   ```python\n   if x:\n       y\n   ```", "if x:\n    y")]
    [InlineData("```python\nx = 1", "x = 1")]
    [InlineData("def f():\n    pass", "def f():\n    pass")]
    [InlineData("````python\nx = '''\n```\n'''\n````", "x = '''\n```\n'''")]
    [InlineData("```python\nx = '''\n```\n'''\n```", "x = '''\n```\n'''")]
    [InlineData("```bash\npip install x\n```\n```python\nx = 1\n```", "x = 1")]
    [InlineData("<think>```python\ny\n```</think>\n```python\nx = 1\n```", "x = 1")]
    [InlineData("hm</think>```python\nx = 1\n```", "x = 1")]
    [InlineData("Only words.", "")]
    public void Read_Answer_FindsItsCode(string answer, string code) =>
        Assert.Equal(code, string.Join('|', AuthorAnswer.Read(answer, "python").Code));

    [Fact]
    public void SplitPython_AssertsAtTheEnd_AreTheTests() =>
        Assert.Equal(
            ("def f():\n    assert 1\n    return 2", "assert f() == 2\nassert f()"),
            AuthorTests.SplitPython("def f():\n    assert 1\n    return 2\n\nassert f() == 2\nassert f()")
        );
}
