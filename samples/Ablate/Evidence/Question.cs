using ReflectionCoder.Samples.Ablate.Arms;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>What the study asks, and the comparisons that answer it.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Asks">The question in a sentence or two.</param>
/// <param name="Comparisons">The comparisons, in the order in which they are shown.</param>
internal sealed record Question(string Title, string Asks, IReadOnlyList<Comparison> Comparisons)
{
    private const string Full = ArmCatalog.Full;
    private const string Reflection = ArmCatalog.Reference;
    private const string Learned = ArmCatalog.LearnedPositions;
    private const string None = ArmCatalog.NoPositions;
    private const string FinalCode = ArmCatalog.FinalCode;
    private const string Alone = ArmCatalog.Alone;

    /// <summary>The group whose arms have a table of their own below; null for none.</summary>
    public string? Group { get; init; }

    /// <summary>The arm that the table's others are compared with.</summary>
    public string Reference { get; init; } = Full;

    /// <summary>The questions that a comparison of arms answers. A new one is one entry.</summary>
    public static IReadOnlyList<Question> All { get; } =
    [
        new(
            "Reflections and distillation",
            "Does training on reflections help more than training on their final code, and does distillation add to that?",
            [new(Reflection, FinalCode), new(Full, Reflection), new(Full, FinalCode)]
        ),
        new(
            "Fixed or dynamic masking",
            "Must the share that is hidden grow? A fixed rate has the growing one's mean; `unmasked` hides nothing, `all-masked` all.",
            [new(Full, "fixed-rate"), new("random-token", "random-token-fixed"), new(Full, "all-masked"), new(Full, "unmasked")]
        ),
        new(
            "Block orders",
            "Does it matter what is hidden first? `full` hides execution, then text, then code; `order-measured` what the base's final "
                + "code leans on least.",
            [.. ArmCatalog.Orders.Select(order => new Comparison(order, Full))]
        ),
        new(
            "Blocks or tokens",
            "In whole blocks by type, or otherwise?",
            [
                .. ((string[])["random-token", "sequential-token", "random-block", "sequential-block"]).Select(mask => new Comparison(
                    mask,
                    Full
                )),
            ]
        ),
        new(
            "Weight of the divergence",
            "How heavy should the divergence weigh? In `full` it is 1.",
            [new("kl-0.1", Full), new("kl-0.5", Full), new("kl-2", Full)]
        ),
        new(
            "Relative or absolute positions",
            "Hidden tokens leave gaps between positions: does the method need relative ones? The second pair starts from a base with a "
                + "learned table of absolute positions, the third from one that knows the order of tokens by the causal mask alone.",
            [
                new(Full, Reflection),
                new($"{Learned}-{Full}", $"{Learned}-{Reflection}"),
                new($"{None}-{Full}", $"{None}-{Reflection}"),
                MoreWithRelative(Learned, "with learned ones"),
                MoreWithRelative(None, "without any"),
            ]
        )
        {
            Group = ArmCatalog.Positions,
            Reference = $"{Learned}-{Reflection}",
        },
        new(
            "Divergent reflection",
            "Do those reflections teach that the base's student misses most, KL(teacher ‖ student) with all hidden? The halves are there "
                + "twice; `divergence-weighed` has all, weighed by it.",
            [
                new("most-divergent", Full),
                new("least-divergent", Full),
                new("most-divergent", "least-divergent"),
                new("divergence-weighed", Full),
            ]
        ),
        new(
            "Two authors",
            "One reflection each of the same tasks: do the model's own mistakes after a first round teach as much as the data author's?",
            [new(ArmCatalog.ModelAuthor, ArmCatalog.DataAuthor)]
        ),
        new(
            "On-policy against the paper's way",
            "Do the model's own answers to the training tasks teach as much as reflections that were written before? And if the teacher "
                + "sees the solution too, or keeps the base's weights, or in a second round, on top of `full`?",
            [
                new("on-policy", Full),
                new("on-policy", Reflection),
                new("on-policy-solution", Full),
                new("on-policy-solution", "on-policy"),
                new("on-policy-frozen", StudyRun.BaseName),
                new("on-policy-second", Full),
            ]
        ),
        new(
            "Reflections alone",
            "Most samples are plain instructions, as in the paper's data, so that few steps distil. What if all are of reflections?",
            [
                new($"{Reflection}-{Alone}", $"{FinalCode}-{Alone}"),
                new($"{Full}-{Alone}", $"{Reflection}-{Alone}"),
                new($"{Full}-{Alone}", $"{FinalCode}-{Alone}"),
                new($"{Full}-{Alone}", $"unmasked-{Alone}"),
            ]
        )
        {
            Group = Alone,
            Reference = $"{Reflection}-{Alone}",
        },
        new(
            "Equal compute",
            "Is an arm ahead because its steps cost more? Each takes as many as bring its estimated operations to those of `full`.",
            [
                .. ArmCatalog.All.Where(arm => arm.EqualCompute is not null).Select(arm => new Comparison(arm.Name, Full)),
                new($"{Reflection}-{ArmCatalog.EqualCompute}", $"{FinalCode}-{ArmCatalog.EqualCompute}"),
            ]
        )
        {
            Group = ArmCatalog.EqualCompute,
        },
    ];

    private static Comparison MoreWithRelative(string start, string words) =>
        new([Full, $"{start}-{Reflection}"], [Reflection, $"{start}-{Full}"])
        {
            Text = $"what `{Full}` has more than `{Reflection}` with relative positions, less what it has more {words}",
        };
}

/// <summary>pass@1 of some arms, summed, less that of as many others.</summary>
internal sealed record Comparison(IReadOnlyList<string> Arms, IReadOnlyList<string> Others)
{
    public Comparison(string arm, string other)
        : this([arm], [other]) { }

    /// <summary>What is compared, in words; null where the names say it.</summary>
    public string? Text { get; init; }

    /// <summary>On which tasks; all held-out ones where left out.</summary>
    public TaskChoice Tasks { get; init; } = TaskChoice.All;
}
