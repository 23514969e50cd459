using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Runs;
using ReflectionCoder.Curation;
using ReflectionCoder.Languages;
using ReflectionCoder.Sandbox;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Samples;

/// <summary>One run of the command.</summary>
internal sealed class BuildRun(BuildSettings settings, AuthorSettings authorSettings)
{
    private const int VariantsOfMutations = 8;
    private const int VariantsOfModels = 2;

    /// <summary>Runs the command to its end, and shows what it made.</summary>
    /// <returns>How many sequences were kept.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (authorSettings.Endpoint is not null)
        {
            _ = ModelClients.ReadKey(authorSettings); // a wrong key ends the run before any work
        }

        int expected = await InputTasks.CountAsync(settings.Tasks, cancellationToken);
        using IDisposable opened = await SandboxChoice.OpenAsync(settings.Unisolated, settings.Jobs, cancellationToken);
        ICodeSandbox sandbox = (ICodeSandbox)opened;
        Directory.CreateDirectory(settings.Output);
        using ConstructionJournal journal = ConstructionJournal.Open(settings.Journal ?? Path.Combine(settings.Output, "journal.jsonl"));
        using AuthorChoice author = AuthorChoice.Open(authorSettings, settings, sandbox, journal, cancellationToken);
        ConstructionOptions options = new()
        {
            MaxConcurrency = settings.Jobs,
            SequencesPerTask = settings.PerTask,
            SequencesPerHeldOutTask = settings.HeldOutPerTask,
            VariantsPerSequence = settings.Variants ?? (author.IsModel ? VariantsOfModels : VariantsOfMutations),
            PreferNewMistakes = !author.IsModel,
            Decontaminator =
                settings.Decontaminate.Count > 0 ? new Decontaminator(settings.Decontaminate.SelectMany(BenchmarkTextReader.Read)) : null,
            CodeReaders = [CodeReader.Python, ProgrammingLanguages.JavaScript.Code, ProgrammingLanguages.CSharp.Code],
            MaxDivergence = settings.MaxDivergence,
            DivergencePenalty = settings.DivergencePenalty,
            WriteGeneration = author.WriteGeneration,
            SplitFiles = true,
            ExpectedTasks = expected,
            Usage = author.Usage,
            Sandbox = sandbox,
            Notes = new Dictionary<string, object>
            {
                ["seed"] = settings.Seed,
                ["per_task"] = settings.PerTask,
                ["held_out_per_task"] = settings.HeldOutPerTask,
                ["author"] = author.Author.Identity,
            },
        };
        ConstructionPipeline pipeline = new(author.Author, journal, options);
        ConstructionSummary summary = await Report.ShowProgressAsync(
            expected,
            progress =>
                pipeline.RunAsync(InputTasks.ReadAsync(settings.Tasks, cancellationToken), settings.Output, progress, cancellationToken)
        );
        Report.ShowSummary(summary, settings.Output);
        return summary.TrainSequences + summary.HeldOutSequences;
    }
}
