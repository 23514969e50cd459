using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Evidence;
using ReflectionCoder.Samples.Ablate.Measuring;

namespace ReflectionCoder.Samples.Ablate;

/// <summary>The command line.</summary>
internal sealed class AblateArguments
{
    private readonly Option<string?> baseModel = new("--base")
    {
        Description = "Folder of the model that all arms start from.",
        HelpName = "DIR",
    };
    private readonly Option<string[]> bases = new("--bases")
    {
        Description = $"Folders of further bases, for the arms that start from them: {string.Join(", ", ArmCatalog.BaseNames)}.",
        HelpName = "NAME=DIR",
    };
    private readonly Option<string?> data = new("--data")
    {
        Description = $"Folder with {string.Join(", ", StudyFiles.Names)}.",
        HelpName = "DIR",
    };
    private readonly Option<string[]> otherTasks = new("--other-tasks")
    {
        Description =
            "Tasks that every model answers too, in a file like the data's tasks.jsonl; the report calls them by the name. May be given "
            + "several times.",
        HelpName = "NAME=FILE",
    };
    private readonly Option<string> output = new("--output")
    {
        Description = "Where results.jsonl, evidence.md and the trained models go. A study that is there goes on.",
        HelpName = "DIR",
        Required = true,
    };
    private readonly Option<string?> arms = new("--arms")
    {
        Description =
            $"Arms, separated by commas: {string.Join(", ", ArmCatalog.All.Select(arm => arm.Name))}; "
            + $"or {string.Join(", ", ArmCatalog.Groups)} or all. Main where left out.",
        HelpName = "NAMES",
    };
    private readonly Option<string?> seeds = new("--seeds")
    {
        Description = "Seeds of samples, masks and drawn answers, separated by commas; 1,2,3 where left out.",
        HelpName = "NUMBERS",
    };
    private readonly Option<bool> quick = new("--quick")
    {
        Description = "A minute's try that says nothing: 6 steps, 8 tasks, 16 samples, the arms reflection, full and on-policy, seed 1.",
    };
    private readonly Option<bool> reportOnly = new("--report-only")
    {
        Description = "Write evidence.md of the rows that are there, and stop.",
    };
    private readonly Option<long?> steps = new Option<long?>("--steps")
    {
        Description = "Optimizer steps of each arm; 450 where left out.",
    }.AtLeastOne();
    private readonly Option<int> batchSize = new Option<int>("--batch-size")
    {
        Description = "Samples, or answers of an on-policy arm, of an optimizer step.",
        DefaultValueFactory = _ => 8,
    }.AtLeastOne();
    private readonly Option<double> learningRate = new Option<double>("--learning-rate")
    {
        Description = "Peak learning rate.",
        DefaultValueFactory = _ => 1.5e-3,
    }.Require(IsRate, "more than 0");
    private readonly Option<double> onPolicyLearningRate = new Option<double>("--on-policy-learning-rate")
    {
        Description = "Peak learning rate of on-policy arms.",
        DefaultValueFactory = _ => 5e-5,
    }.Require(IsRate, "more than 0");
    private readonly Option<int?> tasks = new Option<int?>("--tasks")
    {
        Description = "Let models answer so many of the held-out tasks, drawn from the file; all where left out.",
    }.AtLeastOne();
    private readonly Option<int?> samples = new Option<int?>("--samples")
    {
        Description = "Measure likelihoods on so many of the held-out samples, drawn from the file; all where left out.",
    }.AtLeastOne();
    private readonly Option<int> maxNewTokens = new Option<int>("--max-new-tokens")
    {
        Description = "Most tokens of an answer.",
        DefaultValueFactory = _ => 160,
    }.AtLeastOne();
    private readonly Option<long> saveSteps = new Option<long>("--save-steps")
    {
        Description = "Steps between checkpoints, from which a killed run goes on; 0 for none.",
        DefaultValueFactory = _ => 100,
    }.Require(value => value >= 0, "at least 0");
    private readonly Option<string> device = new("--device")
    {
        Description = "cpu, cuda, cuda:N or auto.",
        DefaultValueFactory = _ => "auto",
    };
    private readonly Option<int> threads = new Option<int>("--threads")
    {
        Description = "CPU threads.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    }.AtLeastOne();
    private readonly Option<string[]> authorPrices = new("--author-price")
    {
        Description =
            "What a paid author took for the sequences that an arm learned from; prices a million tokens. May be given several times, also "
            + "with --report-only.",
        HelpName = AuthorPrice.Form,
    };
    private readonly Option<bool> unisolated = SandboxChoice.Unisolated();
    private readonly Option<string> verifier = new("--verifier")
    {
        Description =
            "What judges answers, and so what the tasks are about: python, in the sandbox; or arithmetic, derivations of ReasoningTasks.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Domain.Python.Verifier,
    };

    public RootCommand CreateCommand()
    {
        RootCommand root = new(
            "Trains the arms of an ablation study from one base, measures each, and says which part of the method helps."
        )
        {
            baseModel,
            bases,
            data,
            otherTasks,
            output,
            arms,
            seeds,
            quick,
            reportOnly,
            steps,
            batchSize,
            learningRate,
            onPolicyLearningRate,
            tasks,
            samples,
            maxNewTokens,
            saveSteps,
            device,
            threads,
            authorPrices,
            unisolated,
            verifier,
        };
        arms.Validators.Add(result => Check(result, () => ArmCatalog.Parse(result.GetValueOrDefault<string?>() ?? "")));
        seeds.Validators.Add(result => Check(result, () => ParseSeeds(result.GetValueOrDefault<string?>() ?? "")));
        verifier.Validators.Add(result => Check(result, () => Domain.Parse(result.GetValueOrDefault<string>())));
        authorPrices.Validators.Add(result => Check(result, () => ParsePrices(result.GetValueOrDefault<string[]>() ?? [])));
        otherTasks.Validators.Add(result => Check(result, () => ParseOtherTasks(result.GetValueOrDefault<string[]>() ?? [])));
        bases.Validators.Add(result => Check(result, () => ParseBases(result.GetValueOrDefault<string[]>() ?? [])));
        root.Validators.Add(result =>
        {
            if (!result.GetValue(reportOnly) && (result.GetValue(baseModel) is null || result.GetValue(data) is null))
            {
                result.AddError("Give --base DIR and --data DIR, or --report-only.");
            }
        });
        return root;
    }

    public StudySettings Read(ParseResult result)
    {
        bool isQuick = result.GetValue(quick);
        return new StudySettings
        {
            BaseDirectory = result.GetValue(baseModel) ?? "",
            Bases = ParseBases(result.GetValue(bases) ?? []),
            DataDirectory = result.GetValue(data) ?? "",
            OtherTasks = ParseOtherTasks(result.GetValue(otherTasks) ?? []),
            Output = result.GetRequiredValue(output),
            ReportOnly = result.GetValue(reportOnly),
            Arms = ArmCatalog.Parse(result.GetValue(arms) ?? (isQuick ? "reflection,full,on-policy" : ArmCatalog.Main)),
            Seeds = ParseSeeds(result.GetValue(seeds) ?? (isQuick ? "1" : "1,2,3")),
            Steps = result.GetValue(steps) ?? (isQuick ? 6 : 450),
            BatchSize = result.GetValue(batchSize),
            LearningRate = result.GetValue(learningRate),
            OnPolicyLearningRate = result.GetValue(onPolicyLearningRate),
            Tasks = result.GetValue(tasks) ?? (isQuick ? 8 : null),
            Samples = result.GetValue(samples) ?? (isQuick ? 16 : null),
            MaxNewTokens = result.GetValue(maxNewTokens),
            SaveSteps = result.GetValue(saveSteps),
            Device = result.GetRequiredValue(device),
            Threads = result.GetValue(threads),
            AuthorPrices = ParsePrices(result.GetValue(authorPrices) ?? []),
            Unisolated = result.GetValue(unisolated),
            Domain = Domain.Parse(result.GetRequiredValue(verifier)),
        };
    }

    private static bool IsRate(double value) => double.IsFinite(value) && value > 0;

    private static IReadOnlyList<AuthorPrice> ParsePrices(string[] texts) => [.. texts.Select(AuthorPrice.Parse)];

    private static IReadOnlyDictionary<string, string> ParseBases(string[] texts) =>
        ParseNamed(
            texts,
            ArmCatalog.BaseNames.Contains,
            $"--bases is '{{0}}'; it must be NAME=DIR with a name of {string.Join(", ", ArmCatalog.BaseNames)}, none twice."
        );

    private static IReadOnlyDictionary<string, string> ParseOtherTasks(string[] texts) =>
        ParseNamed(
            texts,
            name => name.Length > 0 && !TaskKinds.All.Contains(name) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'),
            "--other-tasks is '{0}'; it must be NAME=FILE, none twice, the name of ASCII letters, digits, '-' and '_', other than "
                + $"{string.Join(", ", TaskKinds.All)}."
        );

    /// <summary>Reads texts of the form NAME=PATH, and brings the names into order.</summary>
    private static IReadOnlyDictionary<string, string> ParseNamed(string[] texts, Func<string, bool> isName, string refusal)
    {
        SortedDictionary<string, string> parsed = new(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            if (text.Split('=', 2) is not [var name, { Length: > 0 } path] || !isName(name) || !parsed.TryAdd(name, path))
            {
                throw new FormatException(string.Format(CultureInfo.InvariantCulture, refusal, text));
            }
        }

        return parsed;
    }

    private static IReadOnlyList<long> ParseSeeds(string text)
    {
        List<long> parsed = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            bool isSeed = uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out uint seed);
            if (!isSeed || parsed.Contains(seed))
            {
                throw new FormatException($"--seeds is '{text}'; it must be whole numbers from 0 to {uint.MaxValue}, none twice.");
            }

            parsed.Add(seed);
        }

        return parsed;
    }

    private static void Check(OptionResult result, Action parse)
    {
        try
        {
            parse();
        }
        catch (FormatException exception)
        {
            result.AddError(exception.Message);
        }
    }
}
