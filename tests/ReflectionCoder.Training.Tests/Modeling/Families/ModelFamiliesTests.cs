using System.Reflection;
using System.Text.RegularExpressions;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Tests.Modeling.Families;

/// <summary>A family is one file and a line in the registry; nothing else names it.</summary>
public sealed partial class ModelFamiliesTests
{
    private static string Source => Path.Combine(RepositoryFolder.Path, "src", "ReflectionCoder.Training");

    [Fact]
    public void All_AreThePublicFamilies_InTheOrderOfMessages()
    {
        Assert.Equal(["llama", "mistral", "qwen2", "qwen3"], ModelFamilies.All.Select(family => family.ModelType));
        PropertyInfo[] properties = typeof(ModelFamily).GetProperties(BindingFlags.Public | BindingFlags.Static);
        IEnumerable<ModelFamily> known = properties.Select(property => (ModelFamily)property.GetValue(null)!);
        Assert.Equal(ModelFamilies.All, known.OrderBy(family => family.ModelType));
        Assert.Equal(properties.Select(property => property.Name).Order(), ModelFamilies.All.Select(family => family.Name).Order());
        Assert.Equal(["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], ModelFamilies.Projections);
    }

    [Fact]
    public void All_HaveAFileOfTheirOwnAndPublishedModels()
    {
        string[] tested = [.. PublishedConfigTests.Supported.Select(row => row.Data.Item2).Distinct()];
        foreach (ModelFamily family in ModelFamilies.All)
        {
            string text = File.ReadAllText(Path.Combine(Source, "Modeling", "Families", family.Name + ".cs"));
            Assert.Contains($"ModelType = \"{family.ModelType}\"", text);
            Assert.Contains(family.ModelType, tested);
        }
    }

    [Fact]
    public void NoOtherFile_NamesAFamily()
    {
        string[] naming =
        [
            .. Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin" or "Families"))
                .Where(file => File.ReadLines(file).Any(line => !IsComment(line) && FamilyName().IsMatch(line)))
                .Select(file => Path.GetFileName(file)),
        ];
        Assert.Equal(["ModelConfig.cs"], naming); // its default
    }

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    [GeneratedRegex(@"ModelFamily\.(Llama|Mistral|Qwen2|Qwen3)\b|""(llama|mistral|qwen2|qwen3)""")]
    private static partial Regex FamilyName();
}
