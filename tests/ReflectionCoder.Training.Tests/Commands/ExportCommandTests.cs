using ReflectionCoder.Gguf;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.Gguf;
using ReflectionCoder.Tests.Modeling;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The Export sample at its border.</summary>
public sealed class ExportCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_FolderAndBack_WritesWhatTheLibraryWrites()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        PretrainedModel.Save(folder["model"], model, TinyGguf.Tokenizer);
        SampleResult result = SampleProcess.Run("Export", "--model", folder["model"], "--type", "q8_0", "--output", folder["tiny.gguf"]);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Contains("bytes of q8_0", result.Output, StringComparison.Ordinal);
        GgufExporter.Export(folder["model"], adapter: null, folder["ours.gguf"], new() { Type = "q8_0", Name = "tiny" });
        Assert.Equal(File.ReadAllBytes(folder["ours.gguf"]), File.ReadAllBytes(folder["tiny.gguf"]));
        Assert.True(File.Exists(folder["tiny.Modelfile"]));
        result = SampleProcess.Run("Export", "--model", folder["tiny.gguf"], "--output", folder["back"]);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        using CausalLanguageModel back = ModelFolder.Load(folder["back"]);
        Assert.Equal(model.Parameters.Keys, back.Parameters.Keys);
    }

    [Fact]
    public void Run_RefusedModel_SaysTheField()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Mistral with { SlidingWindow = 64 });
        PretrainedModel.Save(folder["model"], model, TinyGguf.Tokenizer);
        SampleResult result = SampleProcess.Run("Export", "--model", folder["model"], "--output", folder["tiny.gguf"]);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("error: ", result.Errors, StringComparison.Ordinal);
        Assert.Contains("'sliding_window'", result.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["tiny.gguf"]));
    }

    [Theory]
    [InlineData("--output must be", "--model", "m", "--output", "model.bin")]
    [InlineData("--adapter goes with", "--model", "m.gguf", "--adapter", "a", "--output", "m")]
    [InlineData("--context-length must be", "--model", "m", "--output", "m.gguf", "--context-length", "0")]
    [InlineData("q4_k", "--model", "m", "--output", "m.gguf", "--type", "q4_k")]
    public void Run_WrongUsage_Is2(string says, params string[] arguments)
    {
        SampleResult result = SampleProcess.Run("Export", arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(says, result.Errors, StringComparison.Ordinal);
    }
}
