namespace ReflectionCoder.Samples.ReasoningTasks.Problems;

/// <summary>What may happen to things.</summary>
internal static class ThingOperations
{
    private const Quantity Things = Quantity.Things;

    public static IReadOnlyList<Operation> All { get; } =
    [
        new(
            "add",
            Things,
            Things,
            ["{k} {things} are added.", "{k} more {things} turn up.", "Somebody brings {k} {things}."],
            ["total = {x} + {k}"],
            Draws.Between(2, 60)
        ),
        new(
            "remove",
            Things,
            Things,
            ["{k} {things} are taken away.", "{k} of the {things} get lost.", "Somebody leaves with {k} {things}."],
            ["left = {x} - {k}"],
            Draws.Less
        ),
        new(
            "multiply",
            Things,
            Things,
            [
                "The {things} become {k} times as many.",
                "Their number grows {k}-fold.",
                "A year later there are {k} times as many {things}.",
            ],
            ["grown = {x} * {k}"],
            Draws.Between(2, 9)
        ),
        new(
            "share",
            Things,
            Things,
            [
                "The {things} are shared equally among {k} children, and one child's part is kept.",
                "Each of {k} children gets the same part, and only one part counts from here on.",
                "They are divided into {k} equal parts, and one part stays.",
            ],
            ["part = {x} / {k}"],
            Draws.Divisor
        ),
        new(
            "rest",
            Things,
            Things,
            [
                "They are laid in rows of {k}, and only those left over are kept.",
                "Full rows of {k} {things} are carried off; what is left over stays.",
                "Rows of {k} are made and sent away, so that the remainder stays.",
            ],
            ["rest = {x} % {k}"],
            Draws.NoDivisor
        ),
        new(
            "missing",
            Things,
            Things,
            [
                "{k} {things} are needed, and from here on the missing ones count.",
                "Only the {things} that are missing to make {k} count from now on.",
                "The aim is {k} {things}, and what lacks is bought in their place.",
            ],
            ["missing = {k} - {x}"],
            Draws.More
        ),
        new(
            "bring_each",
            Things,
            Things,
            [
                "{j} friends bring {k} {things} each.",
                "{k} {things} come from each of {j} friends.",
                "Each of {j} friends adds {k} {things}.",
            ],
            ["brought = {j} * {k}", "total = {x} + {1}"],
            Draws.Each
        ),
        new(
            "take_each",
            Things,
            Things,
            [
                "{j} guests take {k} {things} each.",
                "{k} {things} go to each of {j} guests.",
                "Each of {j} guests leaves with {k} {things}.",
            ],
            ["taken = {j} * {k}", "left = {x} - {1}"],
            Draws.EachLess
        ),
        new(
            "break",
            Things,
            Things,
            ["One in {k} of the {things} breaks.", "Of every {k} {things} one breaks.", "One {thing} out of {k} is thrown away."],
            ["broken = {x} / {k}", "whole = {x} - {1}"],
            Draws.Divisor
        ),
        new(
            "gift",
            Things,
            Things,
            [
                "For every full {k} {things} there is one more as a gift.",
                "Each full {k} {things} bring one more.",
                "One extra {thing} comes with every full {k}.",
            ],
            ["gifts = {x} // {k}", "total = {x} + {1}"],
            Draws.Part
        ),
        new(
            "pack",
            Things,
            Quantity.Boxes,
            [
                "The {things} are packed into boxes of {k}, and only full boxes count.",
                "Boxes of {k} are filled; a box that isn't full is left out.",
                "As many boxes as possible are filled with {k} {things} each.",
            ],
            ["boxes = {x} // {k}"],
            Draws.Part
        ),
        new(
            "sell",
            Things,
            Quantity.Coins,
            [
                "Each of the {things} is sold for {k} coins.",
                "They all go for {k} coins apiece.",
                "A buyer pays {k} coins for every {thing}.",
            ],
            ["coins = {x} * {k}"],
            Draws.Between(2, 12)
        ),
        new(
            "sell_packs",
            Things,
            Quantity.Coins,
            [
                "The {things} are sold in packs of {j} at {k} coins a pack.",
                "Packs of {j} {things} bring {k} coins each.",
                "{k} coins are paid for every pack of {j}.",
            ],
            ["packs = {x} / {j}", "coins = {1} * {k}"],
            (value, random) => Draws.Divisor(value, random) is { } size ? new Parameters(random.Between(2, 20), size.K) : null
        ),
    ];
}
