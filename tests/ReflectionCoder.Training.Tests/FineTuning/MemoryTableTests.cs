using System.Globalization;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>
/// Holds the table of docs/memory.md to what the code computes. After a change that is meant:
/// <c>REFLECTIONCODER_UPDATE_BASELINE=1 dotnet test tests/ReflectionCoder.Training.Tests --filter MemoryTable</c>.
/// </summary>
public sealed class MemoryTableTests
{
    private const string Start = "<!-- table -->\n",
        End = "<!-- end of table -->";

    private static readonly long[] Cards = [24, 80, 141];

    /// <summary>Shapes as the models' config.json have them.</summary>
    private static readonly (string Name, ModelConfig Config)[] Models =
    [
        ("DeepSeek-Coder 1.3B", Shape(hidden: 2048, inner: 5504, layers: 24, heads: 16, keyValueHeads: 16, vocabulary: 32256)),
        ("DeepSeek-Coder 6.7B", Shape(hidden: 4096, inner: 11008, layers: 32, heads: 32, keyValueHeads: 32, vocabulary: 32256)),
        ("CodeLlama 7B", Shape(hidden: 4096, inner: 11008, layers: 32, heads: 32, keyValueHeads: 32, vocabulary: 32016)),
        ("DeepSeek-Coder 33B", Shape(hidden: 7168, inner: 19200, layers: 62, heads: 56, keyValueHeads: 8, vocabulary: 32256)),
    ];

    private static readonly (string Name, MemoryPlanOptions Options)[] Ways =
    [
        ("bf16 over float32 masters", Bfloat16()),
        ("pure bf16", Bfloat16() with { MasterWeights = false }),
        ("LoRA of rank 16", Bfloat16() with { LoraRank = 16 }),
    ];

    [Fact]
    public void Table_IsTheCommittedOne()
    {
        string path = Path.Combine(RepositoryFolder.Path, "docs", "memory.md");
        string text = File.ReadAllText(path);
        int start = text.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(start >= Start.Length && end >= start, $"{path} has no place for the table.");
        string table = Table();
        if (Environment.GetEnvironmentVariable("REFLECTIONCODER_UPDATE_BASELINE") == "1")
        {
            File.WriteAllText(path, text[..start] + table + text[end..]);
        }

        Assert.Equal(table, File.ReadAllText(path)[start..(start + table.Length)]);
    }

    [Theory]
    [InlineData(0, 1_346_471_936)]
    [InlineData(1, 6_740_512_768)]
    [InlineData(2, 6_738_546_688)]
    [InlineData(3, 33_342_991_360)]
    public void Models_HaveAsManyParametersAsTheirNamesSay(int model, long parameters) =>
        Assert.Equal(
            parameters,
            MemoryPlan.Estimate(Models[model].Config, MemoryWorkload.OfLength(1, 2), new MemoryPlanOptions()).Parameters
        );

    private static string Table()
    {
        List<string> lines = ["| model | length | training | kept | with `GradientCheckpointing` |", "|---|---|---|---|---|"];
        foreach ((string name, ModelConfig config) in Models)
        {
            foreach (int length in new[] { 2048, 4096 })
            {
                foreach ((string way, MemoryPlanOptions options) in Ways)
                {
                    lines.Add(
                        $"| {name} | {length:D} | {way} | {Cell(config, length, options)} | "
                            + $"{Cell(config, length, options with { GradientCheckpointing = true })} |"
                    );
                }
            }
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string Cell(ModelConfig config, int length, MemoryPlanOptions options)
    {
        long bytes = MemoryPlan.Estimate(config, MemoryWorkload.OfLength(1, length), options).PeakBytes;
        string[] cards =
        [
            .. Cards.Where(card => bytes <= card * 1_000_000_000).Select(card => card.ToString(CultureInfo.InvariantCulture)),
        ];
        return $"{ByteSize.Format(bytes)} ({(cards.Length > 0 ? string.Join(", ", cards) : "none")})";
    }

    private static MemoryPlanOptions Bfloat16() => new() { Device = DeviceType.CUDA, Dtype = ScalarType.BFloat16 };

    private static ModelConfig Shape(int hidden, int inner, int layers, int heads, int keyValueHeads, int vocabulary) =>
        new()
        {
            HiddenSize = hidden,
            IntermediateSize = inner,
            HiddenLayers = layers,
            AttentionHeads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDimension = hidden / heads,
            VocabularySize = vocabulary,
        };
}
