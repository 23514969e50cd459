using System.CommandLine;

namespace ReflectionCoder.Samples;

/// <summary>The command's options that say what is read, how much is made of it, and where it goes.</summary>
internal sealed class BuildArguments
{
    private readonly Option<string[]> tasks = new("--tasks")
    {
        Description =
            "Task or instruction files: JSONL, plain or .gz, with or without tests. The names of the fields are found "
            + "(instruction, prompt, messages, …).",
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };

    private readonly Option<string> output = new("--output")
    {
        Description = "Folder that the files are written to; made if absent.",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<string?> journal = new("--journal")
    {
        Description =
            "File that keeps all that is finished, so that a run that ended goes on; journal.jsonl in the output folder if left out.",
    };

    private readonly Option<int> perTask = OptionRanges.Count("--per-task", "Reflection sequences for each train task.", 4);
    private readonly Option<int> heldOutPerTask = OptionRanges.Count(
        "--held-out-per-task",
        "Reflection sequences for each held-out task.",
        2
    );
    private readonly Option<int?> variants = new Option<int?>("--variants")
    {
        Description = "Variants tried at most for each sequence; 8 for the mutation author, 2 for a model, if left out.",
    }.AtLeastOne();

    private readonly Option<long> seed = new("--seed")
    {
        Description = "Seed of every choice; equal seeds give equal bytes.",
        DefaultValueFactory = _ => 3407L,
    };

    private readonly Option<int> jobs = OptionRanges.Count(
        "--jobs",
        "Sequences worked on at once; changes nothing in the files.",
        Environment.ProcessorCount
    );

    private readonly Option<string[]> decontaminate = new("--decontaminate")
    {
        Description = "Benchmark files (HumanEval, MBPP, MultiPL-E, LiveCodeBench, …) that nothing may share a passage with.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<double?> maxDivergence = new Option<double?>("--max-divergence")
    {
        Description = "Largest token divergence between the last attempt and the final code, from 0 to 1; any if left out.",
    }.Require(value => value is null or (>= 0 and <= 1), "from 0 to 1");

    private readonly Option<double> divergencePenalty = new Option<double>("--divergence-penalty")
    {
        Description = "Lowers a sample's weight by this times its token divergence; from 0 to 1.",
    }.Require(value => value is >= 0 and <= 1, "from 0 to 1");

    private readonly Option<bool> unisolated = SandboxChoice.Unisolated();

    public void AddTo(Command command)
    {
        Option[] all = [tasks, output, journal, perTask, heldOutPerTask, variants, seed, jobs];
        foreach (Option option in (Option[])[.. all, decontaminate, maxDivergence, divergencePenalty, unisolated])
        {
            command.Add(option);
        }
    }

    public BuildSettings Read(ParseResult result) =>
        new()
        {
            Tasks = result.GetRequiredValue(tasks),
            Output = Path.GetFullPath(result.GetRequiredValue(output)),
            Journal = result.GetValue(journal),
            PerTask = result.GetValue(perTask),
            HeldOutPerTask = result.GetValue(heldOutPerTask),
            Variants = result.GetValue(variants),
            Seed = result.GetValue(seed),
            Jobs = result.GetValue(jobs),
            Decontaminate = result.GetValue(decontaminate) ?? [],
            MaxDivergence = result.GetValue(maxDivergence),
            DivergencePenalty = result.GetValue(divergencePenalty),
            Unisolated = result.GetValue(unisolated),
        };
}
