using System.Reflection;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.PublicApi;

/// <summary>
/// Holds both packages to their committed public surface. A change that is meant is committed with it:
/// <c>REFLECTIONCODER_UPDATE_BASELINE=1 dotnet test tests/ReflectionCoder.Training.Tests --filter PublicApi</c>.
/// </summary>
public sealed class PublicApiTests
{
    private const string UpdateVariable = "REFLECTIONCODER_UPDATE_BASELINE";

    [Theory]
    [InlineData(typeof(Conversation))]
    [InlineData(typeof(FineTuningOptions))]
    public void Surface_IsTheCommittedOne(Type anyOfAssembly)
    {
        Assembly assembly = anyOfAssembly.Assembly;
        string[] actual = PublicApiText.Of(assembly);
        string path = Path.Combine(RepositoryFolder.Path, "tests", "ReflectionCoder.Training.Tests", "PublicApi", assembly.GetName().Name + ".txt");
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllText(path, string.Join('\n', actual) + "\n");
        }

        string[] committed = File.ReadAllLines(path);
        string[] difference = [.. committed.Except(actual).Select(line => "- " + line), .. actual.Except(committed).Select(line => "+ " + line)];
        Assert.True(
            difference.Length == 0,
            $"The public surface of {assembly.GetName().Name} changed; if that is meant, run this test with {UpdateVariable}=1 and commit the file.\n{string.Join('\n', difference)}");
        Assert.Equal(actual, committed);
    }
}
