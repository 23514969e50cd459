using System.Text.Json;
using Acornima;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages;

namespace ReflectionCoder.Tests.Languages;

/// <summary>What holds for every mutation of every task that comes with the samples.</summary>
public sealed class MutationPropertyTests
{
    private static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "solution",
        [
            CSharpSyntaxTree.ParseText(
                "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;"
                    + " global using System.Threading; global using System.Threading.Tasks;"
            ),
        ],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file).StartsWith("System.", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file)),
        new CSharpCompilationOptions(OutputKind.ConsoleApplication, concurrentBuild: false)
    );

    [Fact]
    public void FindMutations_JavaScriptTasks_ApplyCleanlyAndParseUnlessUnreadable() =>
        Check(ProgrammingLanguages.JavaScript, "tasks.javascript.jsonl", Parses, every: 1);

    [Fact]
    public void FindMutations_CSharpTasks_ApplyCleanlyAndCompileUnlessUnreadable() =>
        Check(ProgrammingLanguages.CSharp, "tasks.csharp.jsonl", Compiles, every: 53);

    private static void Check(MutationLanguage language, string file, Func<string, bool> isReadable, int every)
    {
        List<string> wrong = [];
        int checkedCount = 0;
        foreach (ProgrammingTask task in Tasks(file))
        {
            string good = task.Solution!;
            Assert.True(isReadable(good), task.TaskId);
            IMutableProgram program = language.Parse(good);
            HashSet<string> seen = [good];
            foreach (MutationPlaces places in program.FindMutations())
            {
                foreach (Mutation mutation in places.Places)
                {
                    string broken = TextEdit.Apply(good, mutation.Edits);
                    Assert.True(seen.Add(broken), $"{task.TaskId} {places.Operator}: {mutation.Diagnosis}");
                    Assert.True(
                        mutation.Culprit is null || broken.Split('\n').Any(line => line.Trim() == mutation.Culprit),
                        $"{task.TaskId} {places.Operator}: '{mutation.Culprit}' is no line of\n{broken}"
                    );
                    if (seen.Count % every == 0)
                    {
                        checkedCount++;
                        if (isReadable(broken) == (places.Kind == MutationKind.Unreadable))
                        {
                            wrong.Add($"{task.TaskId} {places.Operator} {places.Kind}: {mutation.Diagnosis}");
                        }
                    }
                }
            }
        }

        Assert.True(wrong.Count * 100 <= checkedCount * AllowedPercent, $"{wrong.Count} of {checkedCount}:\n{string.Join('\n', wrong)}");
        Assert.True(checkedCount > 40, $"only {checkedCount} checked");
    }

    private static IEnumerable<ProgrammingTask> Tasks(string file) =>
        File.ReadLines(Path.Combine(RepositoryFolder.Path, "samples", "data", file))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(task => new ProgrammingTask
            {
                TaskId = task.GetProperty("task_id").GetString()!,
                Instruction = "",
                Solution = task.GetProperty("solution").GetString(),
            });

    /// <summary>The finders look at the syntax, not at types: some of what should run doesn't compile, or the other way round.</summary>
    private const int AllowedPercent = 3;

    private static bool Parses(string source)
    {
        try
        {
            new Parser().ParseScript(source);
            return true;
        }
        catch (ParseErrorException)
        {
            return false;
        }
    }

    private static bool Compiles(string source)
    {
        CSharpCompilation compilation = Empty.AddSyntaxTrees(CSharpSyntaxTree.ParseText(source));
        return !compilation.GetDiagnostics().Any(one => one.Severity == DiagnosticSeverity.Error && one.Id is not ("CS5001" or "CS1558"));
    }
}
