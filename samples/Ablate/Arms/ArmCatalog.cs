using ReflectionCoder.FineTuning;
using ReflectionCoder.Masking;

namespace ReflectionCoder.Samples.Ablate.Arms;

/// <summary>The arms. A new one is one entry.</summary>
internal static class ArmCatalog
{
    public const string Main = "main";
    public const string Screening = "screening";
    public const string Tuned = "tuning";
    public const string EqualCompute = "equal-compute";
    public const string Positions = "positions";
    public const string Alone = "alone";

    /// <summary>The groups, as <c>--arms</c> takes them beside names.</summary>
    public static IReadOnlyList<string> Groups { get; } = [Main, Screening, Tuned, EqualCompute, Positions, Alone];

    /// <summary>What is left of the reflections without the method: the arm to beat.</summary>
    public const string FinalCode = "final-code";

    /// <summary>What the others are compared with, beside the base.</summary>
    public const string Reference = "reflection";

    /// <summary>The method with the library's defaults.</summary>
    public const string Full = "full";

    /// <summary>The base with a learned table of absolute positions.</summary>
    public const string LearnedPositions = "learned-positions";

    /// <summary>The base whose layers have no rotary embeddings, so that it knows no positions.</summary>
    public const string NoPositions = "no-positions";

    /// <summary>The two arms that have as many reflections, of the same tasks, by two authors.</summary>
    public const string DataAuthor = "author-data";

    /// <inheritdoc cref="DataAuthor"/>
    public const string ModelAuthor = "author-model";

    private static readonly Arm[] Single =
    [
        new(FinalCode, Main, "last request and final code of each reflection sample, plainly")
        {
            Reflections = ReflectionChoice.FinalCode,
            Change = Plain,
        },
        new(Reference, Main, "whole reflection samples, plainly") { Change = Plain },
        new("unmasked", Main, "distillation that hides nothing") { Change = Hide("none") },
        new(Full, Main, "distillation with the defaults: blocks in the order execution, text, code, at a growing rate"),
        new("on-policy", Main, "distillation on the model's own answers to the training tasks, from the base") { OnPolicy = true },
        new("on-policy-solution", Screening, "as on-policy, and the teacher sees the task's solution below the failed attempt")
        {
            OnPolicy = true,
            ShowsSolution = true,
        },
        new("on-policy-frozen", Screening, "as on-policy-solution, and the teacher keeps the base's weights")
        {
            OnPolicy = true,
            ShowsSolution = true,
            TeacherDecay = 1,
        },
        new("on-policy-second", Screening, "as on-policy, from the model of full: a second round, whose steps come on top")
        {
            OnPolicy = true,
            IsSecondRound = true,
        },
        new("all-masked", Screening, "hides the whole reflection from the first step on") { Change = Hide("all") },
        new("random-token", Screening, "hides random tokens") { Change = Hide("random-token") },
        new("sequential-token", Screening, "hides the first tokens") { Change = Hide("sequential-token") },
        new("random-block", Screening, "hides random blocks") { Change = Hide("random-block") },
        new("sequential-block", Screening, "hides the first blocks") { Change = Hide("sequential-block") },
        // The sixth order, e,t,c, is the arm `full`.
        new("order-ect", Screening, "block order execution, code, text") { Change = Order("e,c,t") },
        new("order-tec", Screening, "block order text, execution, code") { Change = Order("t,e,c") },
        new("order-tce", Screening, "block order text, code, execution") { Change = Order("t,c,e") },
        new("order-cet", Screening, "block order code, execution, text") { Change = Order("c,e,t") },
        new("order-cte", Screening, "block order code, text, execution") { Change = Order("c,t,e") },
        new("order-measured", Screening, "block order by what the base's final code leans on least") { MeasuredOrder = true },
        new("fixed-rate", Screening, "as full, at a fixed rate with the growing one's mean") { Change = AtMeanRate },
        new("random-token-fixed", Screening, "as random-token, at a fixed rate with the growing one's mean")
        {
            Change = options => AtMeanRate(Hide("random-token")(options)),
        },
        new("kl-0.1", Screening, "as full, weight of the divergence 0.1") { Change = Weigh(0.1) },
        new("kl-0.5", Screening, "as full, weight of the divergence 0.5") { Change = Weigh(0.5) },
        new("kl-2", Screening, "as full, weight of the divergence 2") { Change = Weigh(2) },
        new(
            "most-divergent",
            Screening,
            "as full, on the half of the reflections on which the base's teacher and student differ most, twice"
        )
        {
            Reflections = ReflectionChoice.MostDivergent,
        },
        new("least-divergent", Screening, "as full, on the half on which they differ least, twice")
        {
            Reflections = ReflectionChoice.LeastDivergent,
        },
        new("divergence-weighed", Screening, "as full, each reflection's divergence weighed by how much they differ on it")
        {
            Reflections = ReflectionChoice.WeighedByDivergence,
        },
        new(DataAuthor, Screening, "as full, on the data's reflections of the tasks that author-model has")
        {
            Reflections = ReflectionChoice.WrittenBefore,
        },
        new(ModelAuthor, Screening, "as full, on reflections whose wrong attempts are the model's own, after a first round")
        {
            Reflections = ReflectionChoice.WrittenByModel,
        },
    ];

    /// <summary>All arms, in the order in which they run and are shown.</summary>
    public static IReadOnlyList<Arm> All { get; } =
    [
        .. Single,
        .. from name in Tuning.Tuned
        let arm = Single.First(one => one.Name == name)
        from tuning in Tuning.SettingsOf(name)
        select arm with
        {
            Name = $"{name}-rate-{tuning.Rate}-steps-{tuning.Length}",
            Group = Tuned,
            Summary = $"as {name}, {tuning.Rate} times the learning rate, {tuning.Length} times the steps",
            Tuned = tuning,
        },
        .. Single
            .Where(arm => arm.Group == Main && arm.Name != Full)
            .Select(arm =>
                arm with
                {
                    Name = $"{arm.Name}-{EqualCompute}",
                    Group = EqualCompute,
                    Summary = $"as {arm.Name}, for as many steps as take the operations of {Full}",
                    EqualCompute = arm.Name,
                }
            ),
        .. from start in ((string Name, string Words)[])
            [(LearnedPositions, "learned absolute positions"), (NoPositions, "no positions at all")]
        from name in (string[])[Reference, Full]
        select Single.First(arm => arm.Name == name) with
        {
            Name = $"{start.Name}-{name}",
            Group = Positions,
            Summary = $"as {name}, from a base with {start.Words}",
            Base = start.Name,
        },
        .. Single
            .Where(arm => arm.Group == Main && !arm.OnPolicy)
            .Select(arm =>
                arm with
                {
                    Name = $"{arm.Name}-{Alone}",
                    Group = Alone,
                    Summary = $"as {arm.Name}, on its reflection samples alone",
                    IsAlone = true,
                }
            ),
    ];

    /// <summary>The names of bases beside the study's that arms start from.</summary>
    public static IReadOnlyList<string> BaseNames { get; } = [.. All.Select(arm => arm.Base).OfType<string>().Distinct()];

    /// <summary>The arms of other block orders than the default.</summary>
    public static IEnumerable<string> Orders =>
        All.Select(arm => arm.Name).Where(name => name.StartsWith("order-", StringComparison.Ordinal));

    /// <summary>The arm of a name that is in the list.</summary>
    public static Arm Find(string name) => All.First(arm => arm.Name == name);

    /// <summary>Reads a list of arms and groups.</summary>
    /// <param name="names">Names of arms, groups or <c>all</c>, separated by commas.</param>
    /// <returns>The arms, each once, in the order of <see cref="All"/>.</returns>
    /// <exception cref="FormatException">A name is unknown, or there is none; the message lists the arms.</exception>
    public static IReadOnlyList<Arm> Parse(string names)
    {
        string[] parts = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string? unknown = parts.FirstOrDefault(part => !All.Any(arm => Is(arm, part)));
        if (unknown is not null || parts.Length == 0)
        {
            throw new FormatException(
                $"'{unknown ?? names}' is no arm; expected some of {string.Join(", ", All.Select(arm => arm.Name))}, "
                    + $"or {string.Join(", ", Groups)} or all."
            );
        }

        return [.. All.Where(arm => parts.Any(part => Is(arm, part)))];
    }

    /// <summary>Whether a name means the arm; tuning means the tuned arms' own settings too, which the others are compared with.</summary>
    private static bool Is(Arm arm, string name) =>
        name == "all" || name == arm.Group || name == arm.Name || (name == Tuned && Tuning.Tuned.Contains(arm.Name));

    private static FineTuningOptions Plain(FineTuningOptions options) => options with { Distillation = false };

    private static FineTuningOptions AtMeanRate(FineTuningOptions options)
    {
        long steps = options.MaxSteps!.Value;
        double mean = Enumerable.Range(0, (int)steps).Average(step => options.MaskRateSchedule.GetRate(step, steps));
        return options with { MaskRateSchedule = MaskRateSchedules.Constant(mean) };
    }

    private static Func<FineTuningOptions, FineTuningOptions> Hide(string strategies) =>
        options => options with { MaskStrategies = MaskStrategies.Parse(strategies) };

    private static Func<FineTuningOptions, FineTuningOptions> Order(string letters) =>
        options => options with { MaskStrategies = [MaskStrategies.BlockType(MaskStrategies.ParseBlockOrder(letters))] };

    private static Func<FineTuningOptions, FineTuningOptions> Weigh(double weight) => options => options with { KlWeight = weight };
}
