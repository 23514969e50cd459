using System.Text.RegularExpressions;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>
/// MultiPL-E, as in its data set (<c>name, language, prompt, tests, stop_tokens</c> and fields that aren't needed) or with the other names
/// that copies of it use (<c>task_id</c>, <c>test</c>).
/// </summary>
internal sealed partial class MultiPlEBenchmark : RecordBenchmark
{
    public override string Name => "multipl-e";

    protected override EvaluationProblem Parse(JsonField record)
    {
        string prompt = record.GetText("prompt");
        string test = record.GetText(record.Holds("tests") ? "tests" : "test");
        IReadOnlyList<string> stopTokens = record.Holds("stop_tokens") ? record.GetTexts("stop_tokens") : [];
        var language = MultiPlELanguage.Find(record.GetText("language"));
        return new EvaluationProblem
        {
            TaskId = record.GetText(record.Holds("task_id") ? "task_id" : "name"),
            Instruction = $"Write a complete {language.Shown} function for the problem.\n\n{prompt.Trim()}",
            // The answer continues the prompt.
            AnswerPrefix = $"```{language.Shown.ToLowerInvariant()}\n{prompt}",
            Extractor = new PaperContinuationExtractor(
                prompt,
                [.. language.Stops, .. language.UsesStopTokens ? stopTokens : []],
                language.Closing
            ),
            Tests =
                language.Sandbox == "python"
                    ? PythonTests(record, prompt, test)
                    : new ProgramTests
                    {
                        Language = language.Sandbox,
                        ProgramPrefix = prompt,
                        Test = test,
                    },
        };
    }

    private static PythonTests PythonTests(JsonField record, string prompt, string test) =>
        new()
        {
            ProgramPrefix = prompt,
            Setup = prompt,
            Test = test + "\n",
            EntryPoints =
            [
                Definition().Matches(prompt).LastOrDefault()?.Groups["name"].Value ?? throw record.Error("prompt", "defines no function."),
            ],
        };

    [GeneratedRegex(@"^def\s+(?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Definition();
}
