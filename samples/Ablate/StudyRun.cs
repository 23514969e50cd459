using System.Globalization;
using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Authors;
using ReflectionCoder.Samples.Ablate.Measuring;
using ReflectionCoder.Samples.Ablate.Results;
using ReflectionCoder.Samples.Ablate.Training;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Samples.Ablate;

/// <summary>Makes rows: trains, measures, and writes what came of it.</summary>
internal sealed class StudyRun : IDisposable
{
    /// <summary>The arm of the model that all start from.</summary>
    public const string BaseName = "base";

    private readonly StudySettings settings;
    private readonly StudyPlan plan;
    private readonly ResultsFile results;
    private readonly ArmPreparing preparing;
    private readonly ArmTraining training;
    private readonly ModelMeasuring measuring;
    private readonly TorchThread thread;
    private readonly string? commit = Machine.FindCommit();

    public StudyRun(StudySettings settings, StudyPlan plan, StudyData data, ICodeSandbox sandbox, ResultsFile results)
    {
        (this.settings, this.plan, this.results) = (settings, plan, results);
        thread = new TorchThread("study", settings.Threads);
        training = new ArmTraining(settings, plan, data, sandbox, thread);
        Likelihoods likelihoods = new(settings, thread);
        measuring = new ModelMeasuring(settings, data, sandbox, likelihoods, thread);
        preparing = new ArmPreparing(
            settings,
            plan,
            data,
            new StartModel(settings, plan.Inputs, data, likelihoods),
            training,
            new ModelAuthor(settings, data, sandbox, thread)
        );
    }

    /// <summary>Makes the row of an arm and seed, or of the base, unless it is there.</summary>
    /// <returns>Whether it was made.</returns>
    public async Task<bool> AddAsync(Arm? arm, long? seed, CancellationToken stop)
    {
        IReadOnlyDictionary<string, string> described = plan.Describe(arm);
        string fingerprint = plan.Fingerprint(arm);
        string name = arm?.Name ?? BaseName;
        if (results.Find(name, seed, fingerprint) is not null)
        {
            return false;
        }

        PreparedArm? prepared = null;
        TrainingCost? cost = null;
        Measurement? measured = null;
        string? failure = null;
        string device = settings.Device;
        string folder = settings.BaseDirectory;
        try
        {
            if (arm is not null)
            {
                folder = ArmTraining.FolderOf(settings.Output, name, seed!.Value, fingerprint);
                prepared = await preparing.PrepareAsync(arm, seed.Value, stop);
                cost = await training.TrainAsync(prepared, seed.Value, folder, stop);
            }

            (measured, device) = await measuring.MeasureAsync(folder, stop);
        }
        catch (Exception exception) when (arm is not null && exception is NonFiniteException or ArmRefusedException)
        {
            // That an arm diverges, or has nothing to learn from, is a result too, and the others go on.
            failure = exception.Message;
        }

        results.Append(
            new ResultRow
            {
                Arm = name,
                Group = arm?.Group ?? BaseName,
                Seed = seed,
                Study = plan.Study,
                Fingerprint = fingerprint,
                Commit = commit,
                Machine = Machine.Of(settings, device),
                FinishedAt = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                Settings = described,
                Prepared = prepared?.Found,
                Training = cost,
                Measured = measured,
                Failure = failure,
            }
        );
        Console.WriteLine(
            measured is null
                ? $"  failed: {failure}"
                : $"  pass@1 {measured.PassAt1:P1} of {measured.Passed.Count} tasks | nll {measured.Nll:F4}, "
                    + $"teacher {measured.TeacherNll:F4} | "
                    + $"trained {cost?.Seconds ?? 0:F0} s, measured {measured.Seconds:F0} s"
        );
        return true;
    }

    public void Dispose() => thread.Dispose();
}
