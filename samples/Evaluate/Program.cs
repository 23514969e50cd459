using System.CommandLine;
using System.CommandLine.Parsing;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Generation;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.Evaluate;

// Tests completions, or a model's answers, on a benchmark.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
GenerationOptions defaults = new();
Option<string> problems = new("--problems")
{
    Description = "Benchmark: JSONL, gzipped JSONL or a JSON array.",
    HelpName = "FILE",
    Required = true,
};
Option<string> benchmark = new("--benchmark")
{
    Description = "Which benchmark the problems are of.",
    DefaultValueFactory = _ => EvaluationBenchmarks.Tasks.Name,
};
benchmark.AcceptOnlyFromAmong([.. EvaluationBenchmarks.All.Select(one => one.Name)]);
Option<string?> split = new("--split") { Description = "Only the problems of this part, such as held_out.", HelpName = "NAME" };
Option<string?> completions = new("--completions") { Description = "{\"task_id\",\"completion\"} lines to test.", HelpName = "FILE" };
Option<string?> model = new("--model") { Description = "Folder of a model whose answers to test.", HelpName = "DIR" };
Option<string?> adapter = new("--adapter")
{
    Description = "Folder of an adapter for that model, as FineTune --lora-rank writes it.",
    HelpName = "DIR",
};
Option<string> output = new("--output")
{
    Description = "JSONL file of results; what stands there is not run again.",
    HelpName = "FILE",
    Required = true,
};
Option<string> k = new("--k")
{
    Description = "Which pass@k to estimate.",
    HelpName = "K,K",
    DefaultValueFactory = _ => "1",
};
Option<int> jobs = Positive("--jobs", Environment.ProcessorCount, "Programs tested at once.");
Option<int> timeout = Positive("--timeout", 10, "Processor seconds of a program; it gets three times that and 5 s of wall-clock time.");
Option<int> samples = Positive("--samples-per-task", 1, "Answers to each problem.");
Option<string> prefix = new("--answer-prefix")
{
    Description = "What answers are made to start with; \\n is a line break.",
    DefaultValueFactory = _ => "```python\\n",
};
Option<int> maxNewTokens = Positive("--max-new-tokens", defaults.MaxNewTokens, "Most tokens of an answer.");
Option<double> temperature = new("--temperature")
{
    Description = "Divides the logits before sampling; 0 takes the likeliest token.",
    DefaultValueFactory = _ => defaults.Temperature,
};
Option<double> topP = new("--top-p")
{
    Description = "Samples from the likeliest tokens that add up to this.",
    DefaultValueFactory = _ => defaults.TopP,
};
Option<int> topK = new("--top-k")
{
    Description = "Samples from so many of the likeliest tokens; 0 for all.",
    DefaultValueFactory = _ => defaults.TopK,
};
Option<int> batchSize = Positive("--batch-size", defaults.BatchSize, "Answers written side by side.");
Option<long> seed = new("--seed") { Description = "Decides the samples.", DefaultValueFactory = _ => defaults.Seed };
Option<string> device = new("--device") { Description = "cpu, cuda, cuda:N or auto.", DefaultValueFactory = _ => "auto" };
Option<string?> dtype = new("--dtype")
{
    Description = "Element type of the weights: float32 or bfloat16; as they are stored where left out.",
};
dtype.AcceptOnlyFromAmong("float32", "bfloat16");
Option<int> threads = Positive("--threads", Environment.ProcessorCount, "CPU threads of the model.");
Option<bool> unisolated = SandboxChoice.Unisolated();

RootCommand root = new("Tests programs on a benchmark in a sandbox and estimates pass@k.")
{
    problems,
    benchmark,
    split,
    completions,
    model,
    adapter,
    output,
    k,
    jobs,
    timeout,
    samples,
    prefix,
    maxNewTokens,
    temperature,
    topP,
    topK,
    seed,
    batchSize,
    device,
    dtype,
    threads,
    unisolated,
};
k.Validators.Add(result =>
{
    if (ParseCounts(result.GetValueOrDefault<string>()) is null)
    {
        result.AddError("--k must be numbers of at least 1, such as 1,10.");
    }
});
root.Validators.Add(result =>
{
    if (result.GetValue(completions) is null == result.GetValue(model) is null)
    {
        result.AddError("Give --completions FILE or --model DIR.");
    }
    else if (result.GetValue(adapter) is not null && result.GetValue(model) is null)
    {
        result.AddError("--adapter goes with --model.");
    }
    else if (result.GetValue(samples) > 1 && result.GetValue(model) is not null && result.GetValue(temperature) == 0)
    {
        result.AddError("With --samples-per-task above 1, --temperature must be above 0: all samples would be the same.");
    }
});
using StopSignal stop = new();
root.SetAction((result, _) => EvaluateRun.ExecuteAsync(Read(result), stop));

return await CommandLine.RunAsync(root, args);

EvaluateSettings Read(ParseResult result) =>
    new()
    {
        Problems = result.GetRequiredValue(problems),
        Benchmark = result.GetRequiredValue(benchmark),
        Split = result.GetValue(split),
        Completions = result.GetValue(completions),
        Model = result.GetValue(model),
        Adapter = result.GetValue(adapter),
        Output = result.GetRequiredValue(output),
        K = ParseCounts(result.GetValue(k))!,
        Unisolated = result.GetValue(unisolated),
        AnswerPrefix = result.GetRequiredValue(prefix).Replace("\\n", "\n"),
        Device = result.GetRequiredValue(device),
        Dtype = result.GetValue(dtype),
        Threads = result.GetValue(threads),
        Evaluator = new EvaluatorOptions
        {
            MaxConcurrency = result.GetValue(jobs),
            SamplesPerTask = result.GetValue(samples),
            Limits = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(result.GetValue(timeout))),
        },
        Generation = new GenerationOptions
        {
            MaxNewTokens = result.GetValue(maxNewTokens),
            Temperature = result.GetValue(temperature),
            TopP = result.GetValue(topP),
            TopK = result.GetValue(topK),
            BatchSize = result.GetValue(batchSize),
            Seed = result.GetValue(seed),
        },
    };

static Option<int> Positive(string name, int value, string description)
{
    Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => value };
    option.Validators.Add(result =>
    {
        if (result.Errors.Any() || result.GetValueOrDefault<int>() < 1)
        {
            result.AddError($"{name} must be a number of at least 1.");
        }
    });
    return option;
}

static int[]? ParseCounts(string? text)
{
    int[] counts = [.. (text ?? "").Split(',').Select(part => int.TryParse(part, out int count) ? count : 0)];
    return counts.All(count => count > 0) ? counts : null;
}
