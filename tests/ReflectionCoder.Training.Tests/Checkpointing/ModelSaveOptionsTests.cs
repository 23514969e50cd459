using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.Modeling;

namespace ReflectionCoder.Tests.Checkpointing;

public sealed class ModelSaveOptionsTests
{
    [Theory]
    [InlineData("5GB", 5_000_000_000)]
    [InlineData("500MB", 500_000_000)]
    [InlineData("500 mb", 500_000_000)]
    [InlineData("1.5KB", 1500)]
    [InlineData("2TB", 2_000_000_000_000)]
    [InlineData("1KiB", 1024)]
    [InlineData("3MiB", 3 << 20)]
    [InlineData("1GiB", 1 << 30)]
    [InlineData("123", 123)]
    public void ParseSize_AsHuggingFaceWritesIt(string text, long bytes) => Assert.Equal(bytes, ModelSaveOptions.ParseSize(text));

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("-1GB")]
    [InlineData("0")]
    [InlineData("0.0001KB")]
    [InlineData("1e3")]
    [InlineData("five")]
    [InlineData("5PB")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999TB")]
    [InlineData("1,000")]
    public void ParseSize_NoSize_IsRefused(string text)
    {
        FormatException error = Assert.Throws<FormatException>(() => ModelSaveOptions.ParseSize(text));
        Assert.Contains($"'{text}'", error.Message);
    }

    [Fact]
    public void Save_OptionsOutOfRange_AreNamedBeforeAnythingIsWritten()
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        InvalidOptionsException error = Assert.Throws<InvalidOptionsException>(() =>
            ModelFolder.Save(folder.FullName, model, new ModelSaveOptions { MaxShardSize = 0 })
        );
        Assert.Equal("MaxShardSize", Assert.Single(error.Errors).Name);
        Assert.Empty(Directory.GetFileSystemEntries(folder.FullName));
        Assert.Equal(5_000_000_000, new ModelSaveOptions().MaxShardSize);
    }
}
