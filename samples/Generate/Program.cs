using System.CommandLine;
using ReflectionCoder.Generation;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.Generate;

// Answers a prompt, or the tasks of a file, with a fine-tuned model. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.
GenerationOptions defaults = new();
Option<string> model = new("--model") { Description = "Folder with model and tokenizer, as FineTune writes it.", HelpName = "DIR", Required = true };
Option<string?> adapter = new("--adapter") { Description = "Folder of an adapter for that model, as FineTune --lora-rank writes it.", HelpName = "DIR" };
Option<string?> prompt = new("--prompt") { Description = "An instruction to answer; the answer appears as it is written.", HelpName = "TEXT" };
Option<string?> tasks = new("--tasks") { Description = "Task file (JSONL) whose instructions to answer.", HelpName = "FILE" };
Option<string> split = new("--split") { Description = "Which of the tasks: train, held_out or all.", DefaultValueFactory = _ => "held_out" };
split.AcceptOnlyFromAmong("train", "held_out", "all");
Option<int?> limit = new("--limit") { Description = "Answer so many tasks at most." };
Option<string?> output = new("--output") { Description = "File for {\"task_id\",\"completion\"} lines; standard output where left out.", HelpName = "FILE" };
Option<string> prefix = new("--answer-prefix") { Description = "What the answer is made to start with; \\n is a line break.", DefaultValueFactory = _ => "```python\\n" };
Option<int> maxNewTokens = new("--max-new-tokens") { Description = "Most tokens of an answer.", DefaultValueFactory = _ => defaults.MaxNewTokens };
Option<double> temperature = new("--temperature") { Description = "Divides the logits before sampling; 0 takes the likeliest token.", DefaultValueFactory = _ => defaults.Temperature };
Option<double> topP = new("--top-p") { Description = "Samples from the likeliest tokens that add up to this.", DefaultValueFactory = _ => defaults.TopP };
Option<int> topK = new("--top-k") { Description = "Samples from so many of the likeliest tokens; 0 for all.", DefaultValueFactory = _ => defaults.TopK };
Option<int> seed = new("--seed") { Description = "Decides the samples.", DefaultValueFactory = _ => defaults.Seed };
Option<string> device = new("--device") { Description = "cpu, cuda, cuda:N or auto.", DefaultValueFactory = _ => "auto" };
Option<string?> dtype = new("--dtype") { Description = "Element type of the weights: float32 or bfloat16; as they are stored where left out." };
dtype.AcceptOnlyFromAmong("float32", "bfloat16");
Option<int> threads = new("--threads") { Description = "CPU threads.", DefaultValueFactory = _ => Environment.ProcessorCount };

RootCommand root = new("Answers instructions with a code model, one-off.")
{
    model, adapter, prompt, tasks, split, limit, output, prefix, maxNewTokens, temperature, topP, topK, seed, device, dtype, threads,
};
foreach (Option option in (Option[])[limit, threads])
{
    option.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: string value }] && int.TryParse(value, out int number) && number < 1)
        {
            result.AddError($"{option.Name} must be at least 1.");
        }
    });
}

root.Validators.Add(result =>
{
    if (result.GetValue(prompt) is null == result.GetValue(tasks) is null)
    {
        result.AddError("Give --prompt TEXT or --tasks FILE, one of the two.");
    }

    if (result.GetValue(prompt) is not null && result.GetValue(output) is not null)
    {
        result.AddError("--output goes with --tasks.");
    }
});

root.SetAction((result, cancellationToken) => Task.FromResult(GenerateRun.Execute(
    new GenerateSettings
    {
        ModelDirectory = result.GetRequiredValue(model),
        AdapterDirectory = result.GetValue(adapter),
        Prompt = result.GetValue(prompt),
        TasksFile = result.GetValue(tasks),
        Split = result.GetRequiredValue(split) is "all" ? null : result.GetRequiredValue(split),
        Limit = result.GetValue(limit),
        OutputFile = result.GetValue(output),
        AnswerPrefix = result.GetRequiredValue(prefix).Replace("\\n", "\n", StringComparison.Ordinal),
        Generation = Options(result),
        Device = result.GetRequiredValue(device),
        Dtype = result.GetValue(dtype),
        Threads = result.GetValue(threads),
    },
    cancellationToken)));

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    await Console.Error.WriteLineAsync("error: " + string.Join(" ", parsed.Errors.Select(e => e.Message)) + " See --help.");
    return ExitCode.Usage;
}

return await parsed.InvokeAsync();

GenerationOptions Options(ParseResult result) => new()
{
    MaxNewTokens = result.GetValue(maxNewTokens),
    Temperature = result.GetValue(temperature),
    TopP = result.GetValue(topP),
    TopK = result.GetValue(topK),
    Seed = result.GetValue(seed),
};
