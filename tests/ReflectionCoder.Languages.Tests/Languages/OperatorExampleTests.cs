using System.Text;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages;
using ReflectionCoder.Languages.CSharp;
using ReflectionCoder.Languages.JavaScript;

namespace ReflectionCoder.Tests.Languages;

/// <summary>
/// One example of every operator: what it changes in the program of Examples, line by line, and what it says. After a change on purpose:
/// <c>REFLECTIONCODER_UPDATE_BASELINE=1 dotnet test tests/ReflectionCoder.Languages.Tests --filter OperatorExample</c>; read the change.
/// </summary>
public sealed class OperatorExampleTests
{
    private static readonly string Folder = Path.Combine(
        RepositoryFolder.Path,
        "tests",
        "ReflectionCoder.Languages.Tests",
        "Languages",
        "Examples"
    );

    [Fact]
    public void FindMutations_JavaScriptExample_AreAsReviewed() =>
        Check(ProgrammingLanguages.JavaScript, "example.js", [.. JavaScriptOperators.All.Select(one => one.Name)]);

    [Fact]
    public void FindMutations_CSharpExample_AreAsReviewed() =>
        Check(ProgrammingLanguages.CSharp, "example.cs", [.. CSharpOperators.All.Select(one => one.Name)]);

    [Theory]
    [InlineData("for (int i = n.Length - 1; i > 0; i--) { }", "starts the loop at `n.Length - 0`, but it must start at `n.Length - 1`.")]
    [InlineData("for (int i = 0; i < 9; i++) { }", "starts the loop at 1, but it must start at 0.")]
    [InlineData("for (int i = 5, j = i + 1; i < j; i++) { }", "starts the loop at `i + 0`, but it must start at `i + 1`.")]
    public void FindMutations_LoopStart_NamesTheWholeValue(string loop, string diagnosis)
    {
        IMutableProgram program = ProgrammingLanguages.CSharp.Parse($"static void F(string n)\n{{\n    {loop}\n}}\n");
        MutationPlaces found = Assert.Single(program.FindMutations(), places => places.Operator == "loop-start");
        Assert.EndsWith(diagnosis, Assert.Single(found.Places).Diagnosis, StringComparison.Ordinal);
    }

    private static void Check(MutationLanguage language, string file, string[] operators)
    {
        string source = File.ReadAllText(Path.Combine(Folder, file));
        IReadOnlyList<MutationPlaces> found = language.Parse(source).FindMutations();
        string actual = string.Join('\n', found.Select(places => Describe(source, places))) + "\n";
        string baseline = Path.Combine(Folder, $"{language.Name}.txt");
        if (Environment.GetEnvironmentVariable("REFLECTIONCODER_UPDATE_BASELINE") == "1")
        {
            File.WriteAllText(baseline, actual);
        }

        Assert.Empty(operators.Except(found.Select(places => places.Operator)));
        Assert.Equal(operators.Distinct().Count(), operators.Length);
        Assert.Equal(File.ReadAllText(baseline), actual);
    }

    private static string Describe(string source, MutationPlaces places)
    {
        Mutation one = places.Places[0];
        string broken = TextEdit.Apply(source, one.Edits);
        StringBuilder text = new($"{places.Operator}, {places.Kind}{(places.IsCommon ? ", common" : "")}, {places.Places.Count} places\n");
        string[] before = source.Split('\n');
        string[] after = broken.Split('\n');
        int same = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        int tail = before.Reverse().Zip(after.Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
        tail = Math.Min(tail, Math.Min(before.Length, after.Length) - same);
        foreach (string line in before[same..^tail])
        {
            text.Append($"  - {line}\n");
        }

        foreach (string line in after[same..^tail])
        {
            text.Append($"  + {line}\n");
        }

        return text.Append($"  {one.Diagnosis}\n  {one.Repair}\n").ToString();
    }
}
