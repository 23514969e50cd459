using System.CommandLine;
using ReflectionCoder.Generation;
using ReflectionCoder.Samples;
using ReflectionCoder.Samples.Generate;

// Answers a prompt, or those of a file, with a fine-tuned model.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (143 by SIGTERM).
Option<string> model = new("--model")
{
    Description = "Folder with model and tokenizer, as FineTune writes it.",
    HelpName = "DIR",
    Required = true,
};
Option<string?> adapter = GenerationArguments.Adapter();
Option<string?> prompt = new("--prompt") { Description = "An instruction to answer.", HelpName = "TEXT" };
Option<string?> prompts = new("--prompts")
{
    Description = "File of instructions, one a line (\\n is a line break); - for standard input. Answers are JSON lines.",
    HelpName = "FILE",
};
Option<string?> tasks = new("--tasks") { Description = "Task file (JSONL) whose instructions to answer.", HelpName = "FILE" };
Option<string?> conversations = new("--conversations")
{
    Description = "JSONL file of samples whose last assistant message to write anew, with the messages before it in view.",
    HelpName = "FILE",
};
Option<string> split = new("--split")
{
    Description = "Which of the tasks: train, held_out or all.",
    DefaultValueFactory = _ => "held_out",
};
split.AcceptOnlyFromAmong("train", "held_out", "all");
Option<int?> limit = new("--limit") { Description = "Answer so many tasks, prompts or samples at most." };
Option<string?> output = new("--output")
{
    Description = "File for the answers' JSON lines; standard output where left out. Tasks and samples: {\"task_id\",\"completion\"}.",
    HelpName = "FILE",
};
GenerationArguments generation = new();
Option<double> minP = new("--min-p")
{
    Description = "Samples from tokens at least this share as likely as the likeliest; 0 for all.",
    DefaultValueFactory = _ => new GenerationOptions().MinP,
};
Option<double> repetitionPenalty = new("--repetition-penalty")
{
    Description = "Makes tokens that prompt or answer hold already less likely; 1 for no effect.",
    DefaultValueFactory = _ => new GenerationOptions().RepetitionPenalty,
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
Option<bool?> stream = new("--stream")
{
    Description = "Whether the answer to --prompt appears as it is written; true where it has one answer.",
};

RootCommand root = new("Answers instructions with a code model, one-off.")
{
    model,
    adapter,
    prompt,
    prompts,
    tasks,
    conversations,
    split,
    limit,
    output,
    stop,
    minP,
    repetitionPenalty,
    sequences,
    stream,
};
generation.AddTo(root);
stop.Validators.Add(result =>
{
    if (result.Tokens.Any(token => token.Value.Length == 0))
    {
        result.AddError("--stop must not be an empty text: every answer would end before it begins.");
    }
});
foreach (Option option in (Option[])[limit, sequences])
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
    Option<string?>[] inputs = [prompt, prompts, tasks, conversations];
    if (inputs.Count(input => result.GetValue(input) is not null) != 1)
    {
        result.AddError("Give --prompt TEXT, --prompts FILE, --tasks FILE or --conversations FILE, one of them.");
    }

    if (result.GetValue(prompt) is not null && result.GetValue(output) is not null)
    {
        result.AddError("--output goes with --prompts, --tasks and --conversations.");
    }

    if (result.GetValue(sequences) > 1 && generation.IsGreedy(result))
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
                    ConversationsFile = result.GetValue(conversations),
                    TasksFile = result.GetValue(tasks),
                    Split = result.GetRequiredValue(split) is "all" ? null : result.GetRequiredValue(split),
                    Limit = result.GetValue(limit),
                    OutputFile = result.GetValue(output),
                    AnswerPrefix = generation.AnswerPrefix(result),
                    Sequences = result.GetValue(sequences),
                    Stream = result.GetValue(stream) ?? result.GetValue(sequences) == 1,
                    Generation = Options(result),
                    Device = generation.Device(result),
                    Dtype = generation.Dtype(result),
                    Threads = generation.Threads(result),
                },
                signal
            )
        )
);

return await CommandLine.RunAsync(root, args);

GenerationOptions Options(ParseResult result)
{
    GenerationOptions options = generation.Read(result);
    options.MinP = result.GetValue(minP);
    options.RepetitionPenalty = result.GetValue(repetitionPenalty);
    options.StopStrings = [.. result.GetRequiredValue(stop).Select(GenerationArguments.Unescape)];
    return options;
}
