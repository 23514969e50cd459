using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Benchmarks;

/// <summary>
/// Encodes the Python standard library on one thread, warm, with every real tokenizer; where node and the npm package `tokenizers` are
/// there, Hugging Face's library does the same. $REFLECTIONCODER_TOKENIZERS (default ../shared/tokenizers) has the tokenizers, the column
/// MB/s the speed.
/// </summary>
[Config(typeof(Megabytes))]
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private CodeTokenizer tokenizer = null!;
    private string[] texts = [];

    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "";

    public static IEnumerable<string> Names => TokenizerCorpus.Folders.Select(folder => Path.GetFileName(folder)!).DefaultIfEmpty("bytes");

    [GlobalSetup]
    public void SetUp()
    {
        texts = TokenizerCorpus.Texts;
        tokenizer = TokenizerCorpus.Load(Name);
        Encode();
    }

    [Benchmark(Baseline = true)]
    public int Encode()
    {
        int count = 0;
        foreach (string text in texts)
        {
            count += tokenizer.EncodeText(text).Length;
        }

        return count;
    }

    private sealed class Megabytes : ManualConfig
    {
        public Megabytes() => AddColumn(new SpeedColumn());
    }

    private sealed class SpeedColumn : IColumn
    {
        public string Id => "Speed";

        public string ColumnName => "MB/s";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => "UTF-8 megabytes of text a second";

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
            summary[benchmarkCase]?.ResultStatistics is { } statistics
                ? $"{TokenizerCorpus.Bytes / 1e6 / (statistics.Median / 1e9):F1}"
                : "?";
    }
}
