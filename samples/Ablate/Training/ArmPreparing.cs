using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Authors;
using ReflectionCoder.Samples.Ablate.Measuring;
using ReflectionCoder.Samples.Ablate.Results;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Ablate.Training;

/// <summary>Finds out what an arm's training needs to know: chooses its samples, measures the base, lets a model write.</summary>
internal sealed class ArmPreparing(
    StudySettings settings,
    StudyPlan plan,
    StudyData data,
    StartModel start,
    ArmTraining training,
    ModelAuthor author
)
{
    /// <exception cref="ArmRefusedException">There is nothing for the arm to learn from.</exception>
    public async Task<PreparedArm> PrepareAsync(Arm arm, long seed, CancellationToken stop)
    {
        IReadOnlyList<Conversation> all = data.Reflections;
        PreparedArm prepared = arm.Reflections switch
        {
            ReflectionChoice.FinalCode => new(arm, [.. all.Select(FinalCode)]),
            ReflectionChoice.MostDivergent => new(arm, DivergenceChoice.Half(all, await start.DivergencesAsync(stop), most: true)),
            ReflectionChoice.LeastDivergent => new(arm, DivergenceChoice.Half(all, await start.DivergencesAsync(stop), most: false)),
            ReflectionChoice.WeighedByDivergence => new(arm, DivergenceChoice.Weigh(all, await start.DivergencesAsync(stop))),
            ReflectionChoice.WrittenBefore or ReflectionChoice.WrittenByModel => await TakeAuthoredAsync(arm, seed, stop),
            _ => new PreparedArm(arm, all),
        };
        if (arm.IsSecondRound)
        {
            prepared = prepared with { Start = (await TakeAsync(ArmCatalog.Full, seed, stop)).Folder };
        }

        return arm.MeasuredOrder ? await OrderAsync(prepared, stop)
            : arm.EqualCompute is { } same ? prepared with { Steps = await CountStepsAsync(same, seed, stop) }
            : prepared;
    }

    /// <summary>So many steps of an arm take as many operations as the method's arm of the same seed took.</summary>
    private async Task<long> CountStepsAsync(string arm, long seed, CancellationToken stop)
    {
        (_, TrainingCost full) = await TakeAsync(ArmCatalog.Full, seed, stop);
        (_, TrainingCost own) = await TakeAsync(arm, seed, stop);
        return own.FloatingPointOperations > 0
            ? Math.Max(1, (long)Math.Round(full.FloatingPointOperations / own.FloatingPointOperations * own.Steps))
            : throw new ArmRefusedException($"{arm} took no operations, so no number of its steps takes those of {ArmCatalog.Full}.");
    }

    /// <summary>The model of another arm, and what its run took; it is trained where it isn't yet.</summary>
    private async Task<(string Folder, TrainingCost Cost)> TakeAsync(string name, long seed, CancellationToken stop)
    {
        Arm arm = ArmCatalog.Find(name);
        string folder = ArmTraining.FolderOf(settings.Output, name, seed, plan.Describe(arm));
        return (folder, await training.TrainAsync(await PrepareAsync(arm, seed, stop), seed, folder, stop));
    }

    /// <summary>What matters least is hidden first.</summary>
    private async Task<PreparedArm> OrderAsync(PreparedArm prepared, CancellationToken stop)
    {
        IReadOnlyDictionary<BlockType, double> importance = await start.ImportanceAsync(stop);
        BlockType[] order = [.. importance.OrderBy(type => type.Value).ThenBy(type => type.Key).Select(type => type.Key)];
        return prepared with
        {
            BlockOrder = order,
            Found = new Preparation { BlockImportance = order.ToDictionary(type => type.ToString(), type => importance[type]) },
        };
    }

    /// <summary>The model of the first round is the method's own, of the same seed.</summary>
    private async Task<PreparedArm> TakeAuthoredAsync(Arm arm, long seed, CancellationToken stop)
    {
        (string model, _) = await TakeAsync(ArmCatalog.Full, seed, stop);
        string folder = Path.Combine(settings.Output, "authored", Path.GetFileName(model));
        AuthoredSequences written = await author.WriteAsync(model, seed, folder, stop);
        if (written.Cost.Sequences == 0)
        {
            throw new ArmRefusedException("The model wrote no wrong attempt that a reflection could show.");
        }

        bool byModel = arm.Reflections == ReflectionChoice.WrittenByModel;
        AuthoringCost cost = written.Cost;
        return new PreparedArm(arm, byModel ? written.ByModel : written.Before)
        {
            Found = new Preparation
            {
                Sequences = cost.Sequences,
                SecondsPerSequence =
                    byModel ? cost.Seconds / cost.Sequences
                    : cost.MutationSequences > 0 ? cost.MutationSeconds / cost.MutationSequences
                    : null,
            },
        };
    }

    /// <summary>The one-off form of a reflection sample: the last request and the final code, a plain sample.</summary>
    private static Conversation FinalCode(Conversation sample) =>
        sample with
        {
            Messages = [.. sample.Messages.TakeLast(2)],
            Type = SampleType.Generation,
        };
}
