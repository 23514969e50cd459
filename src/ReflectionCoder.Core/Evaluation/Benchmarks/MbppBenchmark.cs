using System.Text.RegularExpressions;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>
/// MBPP, whole or sanitized, and MBPP+'s OriginFmt file, which also has <c>test</c>: <c>task_id, text or prompt, code, test_list</c>.
/// </summary>
internal sealed partial class MbppBenchmark : RecordBenchmark
{
    public override string Name => "mbpp";

    /// <inheritdoc cref="RecordBenchmark.Parse"/>
    internal EvaluationProblem ParseRecord(JsonField record) => Parse(record);

    protected override EvaluationProblem Parse(JsonField record)
    {
        if (record.Holds("plus_input"))
        {
            throw record.LineError("this is EvalPlus's own format; read it as the benchmark mbpp-plus");
        }

        string text = record.GetText(record.Holds("text") ? "text" : "prompt").Trim();
        string code = record.GetText("code");
        IReadOnlyList<string> asserts = record.GetContents("test_list");

        string setup =
            record.Holds("test_imports") ? string.Join('\n', record.GetTexts("test_imports"))
            : record.Holds("test_setup_code") ? record.GetText("test_setup_code")
            : "";
        string test = record.Holds("test") ? record.GetContent("test") : string.Join('\n', asserts);
        string[] entryPoints = [.. Definition().Matches(code).Select(match => match.Groups["name"].Value).Distinct().Where(IsCalled)];
        return new EvaluationProblem
        {
            TaskId = record.GetTaskId(),
            Instruction = InstructionOf(Address().Replace(text, ""), asserts[0].Trim()),
            ReferenceSolution = code,
            Tests = new PythonTests
            {
                Setup = setup,
                Test = test + "\n",
                EntryPoints = entryPoints,
                ReferenceSolution = code,
            },
        };

        // The reference solution also defines helpers. A solution needs only what the tests call.
        bool IsCalled(string name) =>
            asserts.Any(assert =>
                Regex.IsMatch(assert, $@"(?<![\w.]){Regex.Escape(name)}\s*\(", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5))
            );
    }

    /// <summary>The paper's prompt.</summary>
    internal static string InstructionOf(string text, string assert) =>
        $"{text}\nYour code should satisfy the following assertion:\n```python\n{assert}\n```";

    // The paper took its prompts from EvalPlus, which has removed web addresses from the texts.
    [GeneratedRegex(@"https?://\S+", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Address();

    [GeneratedRegex(
        @"^(def|class)\s+(?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        5000
    )]
    private static partial Regex Definition();
}
