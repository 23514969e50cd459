namespace ReflectionCoder.Samples.SyntheticModel;

/// <summary>What the command line asks for.</summary>
/// <param name="Config">File with the configuration.</param>
/// <param name="Output">Folder to write.</param>
/// <param name="Tokenizer">Folder of the tokenizer; null for a byte-level one.</param>
/// <param name="Dtype">Element type of the weights.</param>
/// <param name="MaxShardSize">Most bytes of weights in a file.</param>
/// <param name="Seed">Decides the weights.</param>
internal sealed record SyntheticModelSettings(string Config, string Output, string? Tokenizer, string Dtype, long MaxShardSize, long Seed);
