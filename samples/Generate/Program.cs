using System.CommandLine;
using ReflectionCoder.Generation;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.Generate;

// Answers a prompt, or those of a file, with a fine-tuned model.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
GenerationOptions defaults = new();
Option<string> model = new("--model")
{
    Description = "Folder with model and tokenizer, as FineTune writes it.",
    HelpName = "DIR",
    Required = true,
};
Option<string?> adapter = new("--adapter")
{
    Description = "Folder of an adapter for that model, as FineTune --lora-rank writes it.",
    HelpName = "DIR",
};
Option<string?> prompt = new("--prompt") { Description = "An instruction to answer.", HelpName = "TEXT" };
Option<string?> prompts = new("--prompts")
{
    Description = "File of instructions, one a line (\\n is a line break); - for standard input. Answers are JSON lines.",
    HelpName = "FILE",
};
Option<string?> tasks = new("--tasks") { Description = "Task file (JSONL) whose instructions to answer.", HelpName = "FILE" };
Option<string> split = new("--split")
{
    Description = "Which of the tasks: train, held_out or all.",
    DefaultValueFactory = _ => "held_out",
};
split.AcceptOnlyFromAmong("train", "held_out", "all");
Option<int?> limit = new("--limit") { Description = "Answer so many tasks or prompts at most." };
Option<string?> output = new("--output")
{
    Description = "File for the answers' JSON lines; standard output where left out. Tasks: {\"task_id\",\"completion\"}.",
    HelpName = "FILE",
};
Option<string> prefix = new("--answer-prefix")
{
    Description = "What the answer is made to start with; \\n is a line break.",
    DefaultValueFactory = _ => "```python\\n",
};
Option<int> maxNewTokens = new("--max-new-tokens")
{
    Description = "Most tokens of an answer.",
    DefaultValueFactory = _ => defaults.MaxNewTokens,
};
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
Option<double> minP = new("--min-p")
{
    Description = "Samples from tokens at least this share as likely as the likeliest; 0 for all.",
    DefaultValueFactory = _ => defaults.MinP,
};
Option<double> repetitionPenalty = new("--repetition-penalty")
{
    Description = "Makes tokens that prompt or answer hold already less likely; 1 for no effect.",
    DefaultValueFactory = _ => defaults.RepetitionPenalty,
};
Option<string[]> stop = new("--stop")
{
    Description = "Text that ends an answer, which is cut before it; \\n is a line break. May be given several times.",
    HelpName = "TEXT",
    DefaultValueFactory = _ => [],
};
Option<int> sequences = new("--num-return-sequences")
{
    Description = "Answers to each instruction; above 1 needs a --temperature above 0.",
    DefaultValueFactory = _ => 1,
};
Option<int> batchSize = new("--batch-size")
{
    Description = "Answers written side by side.",
    DefaultValueFactory = _ => defaults.BatchSize,
};
Option<bool?> stream = new("--stream")
{
    Description = "Whether the answer to --prompt appears as it is written; true where it has one answer.",
};
Option<long> seed = new("--seed") { Description = "Decides the samples.", DefaultValueFactory = _ => defaults.Seed };
Option<string> device = new("--device") { Description = "cpu, cuda, cuda:N or auto.", DefaultValueFactory = _ => "auto" };
Option<string?> dtype = new("--dtype")
{
    Description = "Element type of the weights: float32 or bfloat16; as they are stored where left out.",
};
dtype.AcceptOnlyFromAmong("float32", "bfloat16");
Option<int> threads = new("--threads") { Description = "CPU threads.", DefaultValueFactory = _ => Environment.ProcessorCount };

RootCommand root = new("Answers instructions with a code model, one-off.")
{
    model,
    adapter,
    prompt,
    prompts,
    tasks,
    split,
    limit,
    output,
    prefix,
    stop,
    maxNewTokens,
    temperature,
    topP,
    topK,
    minP,
    repetitionPenalty,
    seed,
    sequences,
    batchSize,
    stream,
    device,
    dtype,
    threads,
};
stop.Validators.Add(result =>
{
    if (result.Tokens.Any(token => token.Value.Length == 0))
    {
        result.AddError("--stop must not be an empty text: every answer would end before it begins.");
    }
});
foreach (Option option in (Option[])[limit, threads, sequences, batchSize])
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
    int given = ((string?[])[result.GetValue(prompt), result.GetValue(prompts), result.GetValue(tasks)]).Count(value => value is not null);
    if (given != 1)
    {
        result.AddError("Give --prompt TEXT, --prompts FILE or --tasks FILE, one of them.");
    }

    if (result.GetValue(prompt) is not null && result.GetValue(output) is not null)
    {
        result.AddError("--output goes with --prompts and --tasks.");
    }

    if (result.GetValue(sequences) > 1 && result.GetValue(temperature) == 0)
    {
        result.AddError("With --num-return-sequences above 1, --temperature must be above 0: all answers would be the same.");
    }

    if (result.GetValue(stream) == true && (result.GetValue(prompt) is null || result.GetValue(sequences) > 1))
    {
        result.AddError("--stream goes with one answer to --prompt.");
    }
});

using StopSignal signal = new();
root.SetAction(
    (result, _) =>
        Task.FromResult(
            GenerateRun.Execute(
                new GenerateSettings
                {
                    ModelDirectory = result.GetRequiredValue(model),
                    AdapterDirectory = result.GetValue(adapter),
                    Prompt = result.GetValue(prompt),
                    PromptsFile = result.GetValue(prompts),
                    TasksFile = result.GetValue(tasks),
                    Split = result.GetRequiredValue(split) is "all" ? null : result.GetRequiredValue(split),
                    Limit = result.GetValue(limit),
                    OutputFile = result.GetValue(output),
                    AnswerPrefix = result.GetRequiredValue(prefix).Replace("\\n", "\n", StringComparison.Ordinal),
                    Sequences = result.GetValue(sequences),
                    Stream = result.GetValue(stream) ?? result.GetValue(sequences) == 1,
                    Generation = Options(result),
                    Device = result.GetRequiredValue(device),
                    Dtype = result.GetValue(dtype),
                    Threads = result.GetValue(threads),
                },
                signal
            )
        )
);

return await CommandLine.RunAsync(root, args);

GenerationOptions Options(ParseResult result) =>
    new()
    {
        MaxNewTokens = result.GetValue(maxNewTokens),
        Temperature = result.GetValue(temperature),
        TopP = result.GetValue(topP),
        TopK = result.GetValue(topK),
        MinP = result.GetValue(minP),
        RepetitionPenalty = result.GetValue(repetitionPenalty),
        StopStrings = [.. result.GetRequiredValue(stop).Select(text => text.Replace("\\n", "\n", StringComparison.Ordinal))],
        BatchSize = result.GetValue(batchSize),
        Seed = result.GetValue(seed),
    };
