using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Tests.SourceCode;

public sealed class FencedCodeTests
{
    [Theory]
    [InlineData("a\n```python\nx = 1\n```\nb", "python:x = 1")]
    [InlineData("~~~ JS title\nx\n~~~\n```\ny\n```", "js:x|:y")]
    [InlineData("````\n```\nx\n```\n````", ":```\nx\n```")]
    [InlineData("1. a\n   ```\n   if x:\n     y\n   ```", ":if x:\n  y")]
    [InlineData("```a`b```\n```js\r\nx\r\n```", "js:x")]
    [InlineData("```js\nx\n```\nIt prints\n```text\n4\n```", "js:x")]
    [InlineData("```bash\nnpm i\n```\n```js\nx\n```", "js:x")]
    [InlineData("```bash\necho 1\n```", "bash:echo 1")]
    [InlineData("```js\nx", "js:x")]
    [InlineData("no code", "")]
    public void FindPrograms_Text_GivesCodeAndLanguageInOrder(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', FencedCode.FindPrograms(text).Select(one => $"{one.Language}:{one.Code}")));

    [Theory]
    [InlineData("```js\nx\n```\n```js\ny\n```", "x")]
    [InlineData("```js\n```", "")]
    [InlineData("```js\nx", null)]
    public void FirstProgram_Text_IsClosed(string text, string? expected) => Assert.Equal(expected, FencedCode.FirstProgram(text));
}
