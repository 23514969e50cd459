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

    /// <summary>Makes the row of a base, unless it is there.</summary>
    /// <param name="name">Its name among the further bases; null for the study's.</param>
    /// <param name="stop">Stops the work.</param>
    /// <returns>Whether it was made.</returns>
    public async Task<bool> AddBaseAsync(string? name, CancellationToken stop)
    {
        IReadOnlyDictionary<string, string> described = plan.DescribeBase(name);
        string fingerprint = StudyFiles.Hash(described);
        if (results.Find(name ?? BaseName, null, fingerprint) is not null)
        {
            return false;
        }

        string folder = name is null ? settings.BaseDirectory : settings.Bases[name];
        (Measurement measured, string device) = await measuring.MeasureAsync(folder, stop);
        Append(NewRow(name ?? BaseName, described, device) with { Measured = measured });
        return true;
    }

    /// <summary>Makes the row of an arm and seed, unless it is there.</summary>
    /// <returns>Whether it was made.</returns>
    public async Task<bool> AddAsync(Arm arm, long seed, CancellationToken stop)
    {
        string fingerprint = plan.Fingerprint(arm);
        if (results.Find(arm.Name, seed, fingerprint) is not null)
        {
            return false;
        }

        PreparedArm? prepared = null;
        TrainingCost? cost = null;
        Measurement? measured = null;
        string? failure = null;
        string device = settings.Device;
        try
        {
            string folder = ArmTraining.FolderOf(settings.Output, arm.Name, seed, plan.Describe(arm));
            prepared = await preparing.PrepareAsync(arm, seed, stop);
            cost = await training.TrainAsync(prepared, seed, folder, stop);
            (measured, device) = await measuring.MeasureAsync(folder, stop);
        }
        catch (Exception exception) when (exception is NonFiniteException or ArmRefusedException)
        {
            // That an arm diverges, or has nothing to learn from, is a result too, and the others go on.
            failure = exception.Message;
        }

        Append(
            NewRow(arm.Name, plan.Describe(arm), device) with
            {
                Group = arm.Group,
                Seed = seed,
                Prepared = prepared?.Found,
                Training = cost,
                Measured = measured,
                Failure = failure,
            }
        );
        return true;
    }

    /// <summary>A row with what any has; the rest is the caller's.</summary>
    private ResultRow NewRow(string name, IReadOnlyDictionary<string, string> described, string device) =>
        new()
        {
            Arm = name,
            Group = BaseName,
            Seed = null,
            Study = plan.Study,
            Fingerprint = StudyFiles.Hash(described),
            Commit = commit,
            Machine = Machine.Of(settings, device),
            FinishedAt = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            Settings = described,
            Training = null,
            Measured = null,
        };

    private void Append(ResultRow row)
    {
        results.Append(row);
        Console.WriteLine(
            row.Measured is not { } measured
                ? $"  failed: {row.Failure}"
                : $"  pass@1 {measured.PassAt1:P1} of {measured.Passed.Count} tasks | nll {measured.Nll:F4}, "
                    + $"teacher {measured.TeacherNll:F4} | "
                    + $"trained {row.Training?.Seconds ?? 0:F0} s, measured {measured.Seconds:F0} s"
        );
    }

    public void Dispose() => thread.Dispose();
}
