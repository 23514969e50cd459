namespace ReflectionCoder.Samples.ReasoningTasks.Problems;

/// <summary>What may happen to money.</summary>
internal static class CoinOperations
{
    private const Quantity Coins = Quantity.Coins;

    public static IReadOnlyList<Operation> All { get; } =
    [
        new(
            "earn",
            Coins,
            Coins,
            ["{k} coins are earned.", "{k} coins come in.", "A job pays {k} coins."],
            ["sum = {x} + {k}"],
            Draws.Between(2, 90)
        ),
        new(
            "spend",
            Coins,
            Coins,
            ["{k} coins are spent.", "A bill of {k} coins is paid.", "A meal costs {k} of the coins."],
            ["purse = {x} - {k}"],
            Draws.Less
        ),
        new(
            "save_days",
            Coins,
            Coins,
            [
                "On {j} days {k} coins are saved each.",
                "{k} coins a day are put by for {j} days.",
                "For {j} days the purse gets {k} coins daily.",
            ],
            ["saved = {j} * {k}", "sum = {x} + {1}"],
            Draws.Each
        ),
        new(
            "split",
            Coins,
            Coins,
            [
                "The coins are split equally among {k} people, and one person's coins are kept.",
                "{k} people get the same number of coins, and only one of them counts.",
                "Each of {k} partners is paid the same, and one partner's pay is looked at.",
            ],
            ["cut = {x} / {k}"],
            Draws.Divisor
        ),
        new(
            "interest",
            Coins,
            Coins,
            [
                "For every full {k} coins one coin is added.",
                "Each full {k} coins earn one coin more.",
                "One coin of interest comes with every full {k} coins.",
            ],
            ["interest = {x} // {k}", "sum = {x} + {1}"],
            Draws.Part
        ),
        new(
            "change",
            Coins,
            Coins,
            [
                "As many tickets as possible are bought at {k} coins each, and the change is kept.",
                "Tickets of {k} coins are bought until the coins don't suffice for another.",
                "All goes into tickets at {k} coins each, but for what is too little for one.",
            ],
            ["change = {x} % {k}"],
            Draws.NoDivisor
        ),
        new(
            "buy",
            Coins,
            Quantity.Things,
            [
                "As many {things} as possible are bought at {k} coins each.",
                "All coins go into {things} of {k} coins each, as many as they suffice for.",
                "At {k} coins a {thing}, as many as possible are bought.",
            ],
            ["bought = {x} // {k}"],
            Draws.Part
        ),
    ];
}
