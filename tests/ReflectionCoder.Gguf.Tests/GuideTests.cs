using System.Text.RegularExpressions;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tokenization;
using TorchSharp;

namespace ReflectionCoder.Tests;

/// <summary>The program of docs/gguf.md is compiled, and answers what our own generator answers.</summary>
public sealed partial class GuideTests
{
    [Fact]
    public async Task Program_OfTheGuide_AnswersAsOurGenerator()
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        var tokenizer = CodeTokenizer.CreateByteLevel();
        const string instruction = "Add two numbers.";
        string expected;
        using (CausalLanguageModel model = CyclingModel.AfterPrompt(tokenizer, "def add(x, y):\n    return x + y".Distinct().ToArray()))
        {
            PretrainedModel.Save(folder.File("model"), model, tokenizer);
            using TextGenerator generator = new(model, tokenizer);
            GeneratedText answer = generator.Generate(instruction, "");
            Assert.Equal(FinishReason.Stop, answer.FinishReason);
            expected = answer.Text;
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected, await LlamaSharpAnswer.AnswerAsync(folder.File("model"), folder.File("model.gguf"), instruction));
    }

    [Fact]
    public void Document_Program_IsTheCompiledOne()
    {
        string document = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "gguf.md"));
        string file = Path.Combine(RepositoryFolder.Path, "tests", "ReflectionCoder.Gguf.Tests", "Guide", "LlamaSharpAnswer.cs");
        Assert.Equal(File.ReadAllText(file).Trim(), CSharpBlock().Match(document).Groups["code"].Value.Trim());
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
