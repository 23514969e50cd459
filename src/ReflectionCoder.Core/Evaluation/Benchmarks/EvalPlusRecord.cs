using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>What HumanEval+ and MBPP+ have in common in EvalPlus's own format.</summary>
internal static class EvalPlusRecord
{
    /// <summary>Whether a problem has this format. It has inputs instead of code that tests.</summary>
    public static bool Is(JsonField record) => record.Holds("base_input") || record.Holds("plus_input");

    /// <summary>
    /// The tests. A program is the prompt and the solution behind it, as EvalPlus puts them. The fields <c>contract</c> and
    /// <c>assertion</c> aren't used: EvalPlus checked the inputs with the one when it made them, and shows the other.
    /// </summary>
    public static FunctionTests Tests(JsonField record, FunctionOracle oracle, IReadOnlyList<ArgumentForm> forms) =>
        new()
        {
            ProgramPrefix = record.GetText("prompt"),
            EntryPoint = record.GetText("entry_point"),
            ReferenceSolution = record.GetText("canonical_solution"),
            BaseInputs = Inputs(record, "base_input") is { } inputs and not "[]" ? inputs : throw record.Error("base_input", "is empty"),
            PlusInputs = Inputs(record, "plus_input"),
            ArgumentForms = forms,
            Rules = new FunctionRules { Oracle = oracle, AbsoluteTolerance = record.Number("atol", 0) },
        };

    /// <summary>Limits of the tests in the original form, which call all inputs in one run.</summary>
    public static PythonTests WithPartTime(PythonTests tests)
    {
        FunctionRules rules = new();
        return tests with { DefaultLimits = EvaluatorOptions.LimitsFor(rules.PartTime + TimeSpan.FromSeconds(2)) };
    }

    /// <summary>A field that holds a list of arguments for each call.</summary>
    private static string Inputs(JsonField record, string name)
    {
        JsonField field = record.Required(name);
        if (field.IsObject && !field.Names.Any())
        {
            return "[]"; // Mbpp/793 has no added inputs, and says so in this way
        }

        return field.IsArray && field.Items().All(item => item.IsArray) ? field.Element.GetRawText() : throw field.Must("a list of lists");
    }
}
