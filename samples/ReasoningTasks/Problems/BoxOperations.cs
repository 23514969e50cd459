namespace ReflectionCoder.Samples.ReasoningTasks.Problems;

/// <summary>What may happen to boxes.</summary>
internal static class BoxOperations
{
    private const Quantity Boxes = Quantity.Boxes;

    public static IReadOnlyList<Operation> All { get; } =
    [
        new(
            "deliver",
            Boxes,
            Boxes,
            ["{k} boxes are delivered.", "{k} further boxes arrive.", "A van comes with {k} boxes."],
            ["stock = {x} + {k}"],
            Draws.Between(2, 40)
        ),
        new(
            "ship",
            Boxes,
            Boxes,
            ["{k} boxes are shipped.", "{k} of the boxes are sent off.", "A van drives away with {k} boxes."],
            ["stored = {x} - {k}"],
            Draws.Less
        ),
        new(
            "trucks",
            Boxes,
            Boxes,
            ["{j} trucks bring {k} boxes each.", "{k} boxes come with each of {j} trucks.", "Each of {j} trucks unloads {k} boxes."],
            ["loads = {j} * {k}", "stock = {x} + {1}"],
            Draws.Each
        ),
        new(
            "shops",
            Boxes,
            Boxes,
            [
                "The boxes are split equally among {k} shops, and one shop's boxes are kept.",
                "Each of {k} shops gets as many boxes, and one shop is looked at.",
                "{k} shops share the boxes equally, and only one shop's share counts.",
            ],
            ["portion = {x} / {k}"],
            Draws.Divisor
        ),
        new(
            "unpack",
            Boxes,
            Quantity.Things,
            [
                "Each box holds {k} {things}, and all are unpacked.",
                "All boxes are opened, with {k} {things} in each.",
                "Out of every box come {k} {things}.",
            ],
            ["unpacked = {x} * {k}"],
            Draws.Between(2, 12)
        ),
        new(
            "unpack_others",
            Boxes,
            Quantity.Things,
            [
                "{j} boxes are set aside, and the others, of {k} {things} each, are unpacked.",
                "All but {j} boxes are opened; {k} {things} are in each.",
                "Except for {j}, every box is emptied of its {k} {things}.",
            ],
            ["others = {x} - {j}", "unpacked = {1} * {k}"],
            (value, random) => Draws.Less(value, random) is { } aside ? new Parameters(random.Between(2, 12), aside.K) : null
        ),
        new(
            "sell_boxes",
            Boxes,
            Quantity.Coins,
            ["Each box is sold for {k} coins.", "All boxes go for {k} coins a box.", "A trader pays {k} coins for every box."],
            ["coins = {x} * {k}"],
            Draws.Between(2, 20)
        ),
        new(
            "sell_boxes_at_stall",
            Boxes,
            Quantity.Coins,
            [
                "Each box brings {k} coins, and {j} coins are paid for the stall.",
                "At a stall that costs {j} coins, the boxes are sold for {k} coins each.",
                "The boxes go for {k} coins each, less {j} coins for the whole stall.",
            ],
            ["sales = {x} * {k}", "profit = {1} - {j}"],
            (value, random) =>
                random.Between(3, 20) is var price && Draws.Less(value * price, random) is { } fee ? new Parameters(price, fee.K) : null
        ),
    ];
}
