using System.CommandLine;
using System.CommandLine.Parsing;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Generation;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>The options that let the model solve problems during training.</summary>
internal sealed class TaskArguments
{
    private readonly Option<string?> problems = new("--eval-tasks")
    {
        Description = "Problems to solve at the start and the end; the answers run in the sandbox. The best model is kept in OUTPUT/best.",
        HelpName = "FILE",
    };
    private readonly Option<string> benchmark = new("--eval-benchmark")
    {
        Description = "Which benchmark those problems are of.",
        DefaultValueFactory = _ => EvaluationBenchmarks.Tasks.Name,
    };
    private readonly Option<string?> split = new("--eval-tasks-split")
    {
        Description = "Only the problems of this part, such as held_out.",
        HelpName = "NAME",
    };
    private readonly Option<long?> everySteps = new("--eval-tasks-steps") { Description = "Also solve them every so many steps." };
    private readonly Option<int?> maxProblems = new("--eval-max-tasks") { Description = "Solve only the first so many." };
    private readonly Option<int> maxNewTokens = new("--eval-max-new-tokens")
    {
        Description = "Most tokens of an answer.",
        DefaultValueFactory = _ => new GenerationOptions().MaxNewTokens,
    };
    private readonly Option<bool> unisolated = SandboxChoice.Unisolated();

    public void AddTo(RootCommand root)
    {
        Option[] others = [benchmark, split, everySteps, maxProblems, maxNewTokens, unisolated];
        foreach (Option option in (Option[])[problems, .. others])
        {
            root.Add(option);
        }

        benchmark.AcceptOnlyFromAmong([.. EvaluationBenchmarks.All.Select(one => one.Name)]);
        everySteps.Validators.Add(result => RequirePositive(result, result.GetValueOrDefault<long?>()));
        maxProblems.Validators.Add(result => RequirePositive(result, result.GetValueOrDefault<int?>()));
        maxNewTokens.Validators.Add(result => RequirePositive(result, result.GetValueOrDefault<int>()));
        root.Validators.Add(result =>
        {
            if (
                result.GetValue(problems) is null
                && others.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } given
            )
            {
                result.AddError($"{given.Name} goes with --eval-tasks.");
            }
        });
    }

    public TaskSettings? Read(ParseResult result) =>
        result.GetValue(problems) is { } file
            ? new TaskSettings(
                file,
                result.GetRequiredValue(benchmark),
                result.GetValue(split),
                result.GetValue(everySteps),
                result.GetValue(maxProblems),
                result.GetValue(maxNewTokens),
                result.GetValue(unisolated)
            )
            : null;

    private static void RequirePositive(OptionResult result, long? value)
    {
        if (value < 1)
        {
            result.AddError($"{result.Option.Name} is {value}; it must be at least 1.");
        }
    }
}
