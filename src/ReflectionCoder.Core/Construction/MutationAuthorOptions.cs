using System.Globalization;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction;

/// <summary>Options of a <see cref="MutationAuthor"/>.</summary>
public sealed record MutationAuthorOptions : IValidatedOptions
{
    /// <summary>The seed of every random choice; any value is allowed. The default value is 3407.</summary>
    public long Seed { get; set; } = 3407;

    /// <summary>The largest number of attempts in a sequence, including the one that passes; from 1 to 5. The default value is 5.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>
    /// The share of sequences in which the first attempt passes; from 0 to 1. They teach the model that not every attempt is wrong. The
    /// default value is 0.03.
    /// </summary>
    public double SingleAttemptShare { get; set; } = 0.03;

    /// <summary>
    /// How often the other sequences correct one mistake, two, and so on, one after the other: one to four numbers of at least 0, not all
    /// of them 0. Only their ratios count. A task for which so many mistakes can't be told apart gets fewer. The default value is
    /// <c>[62, 22, 10, 6]</c>.
    /// </summary>
    public IReadOnlyList<double> MistakeWeights { get; set; } = [62, 22, 10, 6];

    /// <summary>
    /// The share of sequences whose broken programs get past the first test, so that some tests pass and one fails, as far as the task's
    /// mistakes allow; from 0 to 1. The others take what comes. The default value is 0.5.
    /// </summary>
    public double NearMissShare { get; set; } = 0.5;

    /// <summary>The largest number of broken programs that are tried for a sequence; at least 1. The default value is 40.</summary>
    public int MaxTrials { get; set; } = 40;

    /// <summary>
    /// The largest execution block, in bytes of UTF-8; at least 1. A broken program that prints more is not used. The default value is
    /// 1200: room for the stack that Node.js prints.
    /// </summary>
    public int MaxExecutionBytes { get; set; } = 1200;

    /// <summary>
    /// The largest sequence, counting one token for each byte and for each marker; at least 1. A longer sequence corrects fewer mistakes,
    /// or is not written. The default value is 16 000, some 5000 tokens of a byte-pair tokenizer.
    /// </summary>
    public int MaxSequenceTokens { get; set; } = 16_000;

    /// <summary>
    /// How often each broken program is run; at least 1. A program that prints something else in a later run is not used. The default value
    /// is 2.
    /// </summary>
    public int Runs { get; set; } = 2;

    /// <summary>
    /// Limits of each run. The default value allows 5 s of wall-clock time and 2 s of processor time; the rest is that of
    /// <see cref="SandboxLimits"/>.
    /// </summary>
    public SandboxLimits Limits { get; set; } = new() { WallTime = TimeSpan.FromSeconds(5), CpuTime = TimeSpan.FromSeconds(2) };

    /// <summary>
    /// The languages that tasks may have, no two alike. The default value is Python alone. A task in another one gets no sequence.
    /// </summary>
    public IReadOnlyList<MutationLanguage> Languages { get; set; } = [MutationLanguage.Python];

    /// <summary>All that decides what is written, in one line.</summary>
    internal string Identity =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"seed {Seed}, attempts {MaxAttempts}, single {SingleAttemptShare}, mistakes "
                + $"{string.Join('/', MistakeWeights.Select(weight => weight.ToString(CultureInfo.InvariantCulture)))}, "
                + $"near misses {NearMissShare}, trials {MaxTrials}, execution {MaxExecutionBytes}, tokens {MaxSequenceTokens}, "
                + $"runs {Runs}, "
                + $"{Limits}, {string.Join("; ", Languages.Select(language => language.Identity))}"
        );

    /// <summary>Finds the options that are out of range. The constructor of <see cref="MutationAuthor"/> calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxAttempts is >= 1 and <= 5, MaxAttempts, "from 1 to 5")
            .Require(SingleAttemptShare is >= 0 and <= 1, SingleAttemptShare, "from 0 to 1")
            .Require(
                MistakeWeights is { Count: >= 1 and <= 4 }
                    && MistakeWeights.All(weight => weight >= 0 && double.IsFinite(weight))
                    && MistakeWeights.Sum() is > 0 and < double.PositiveInfinity,
                MistakeWeights,
                "one to four numbers of at least 0, not all of them 0"
            )
            .Require(NearMissShare is >= 0 and <= 1, NearMissShare, "from 0 to 1")
            .Require(MaxTrials >= 1, MaxTrials, "at least 1")
            .Require(MaxExecutionBytes >= 1, MaxExecutionBytes, "at least 1")
            .Require(MaxSequenceTokens >= 1, MaxSequenceTokens, "at least 1")
            .Require(Runs >= 1, Runs, "at least 1")
            .RequireValid(Limits)
            .Require(
                Languages is not null
                    && Languages.All(one => one is not null)
                    && Languages.DistinctBy(one => one.Name).Count() == Languages.Count,
                Languages,
                "a list without null in which no language is twice"
            )
            .Found;
}
