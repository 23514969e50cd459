using System.CommandLine;
using ReflectionCoder.Masking;
using ReflectionCoder.Torch;
using TorchSharp;

namespace ReflectionCoder.Benchmarks.Race;

/// <summary>The command line of one timed run; names and defaults follow the PyTorch peer's.</summary>
internal sealed class RaceOptions
{
    private readonly Option<string> data = new("--data") { Description = "JSONL file of reflection samples.", Required = true };
    private readonly Option<int> layers = Valued("--layers", 4, "Decoder layers.");
    private readonly Option<int> hidden = Valued("--hidden", 256, "Hidden size.");
    private readonly Option<int> heads = Valued("--heads", 8, "Query heads.");
    private readonly Option<int> keyValueHeads = Valued("--kv-heads", 0, "Key-value heads; 0 takes --heads.");
    private readonly Option<int> intermediate = Valued(
        "--intermediate",
        0,
        "Width of the MLP; 0 takes 8/3 of the hidden size, rounded up to 32."
    );
    private readonly Option<int> vocabulary = Valued("--vocab", 320, "Rows of both embeddings.");
    private readonly Option<int> batch = Valued("--batch", 2, "Samples of a step, taken in the file's order.");
    private readonly Option<int> steps = Valued("--steps", 20, "Optimizer steps.");
    private readonly Option<int> warmup = Valued("--warmup", 3, "First steps that are left out of the timings.");
    private readonly Option<int> threads = Valued("--threads", 2, "CPU threads.");
    private readonly Option<long> seed = Valued("--seed", 3407L, "Seed of weights and masks.");
    private readonly Option<string> mask = Valued(
        "--mask",
        "block",
        $"Mask strategies: {string.Join(",", MaskStrategies.Names)}, or none."
    );
    private readonly Option<string> blockOrder = Valued("--block-order", "etc", "Order in which block types are hidden.");
    private readonly Option<double?> maskRate = new("--mask-rate") { Description = "A constant mask rate instead of (step + 1) / steps." };
    private readonly Option<bool> peer = new("--peer") { Description = "Run the reference's formulation in plain TorchSharp instead." };
    private readonly Option<bool> noDistillation = new("--no-logit") { Description = "Plain fine-tuning: teacher rows alone." };
    private readonly Option<double> learningRate = Valued("--lr", 1e-3, "Learning rate, constant.");
    private readonly Option<string> dtype = Valued("--dtype", "float32", "float32, bfloat16 or, to compare with, float64.");
    private readonly Option<bool> gradientCheckpointing = new("--gradient-checkpointing")
    {
        Description = "Recompute each layer in backward.",
    };
    private readonly Option<string> device = Valued("--device", "cpu", "cpu, cuda or cuda:N.");
    private readonly Option<string?> json = new("--json") { Description = "Write the result here as well." };

    public RaceOptions() =>
        Root = new RootCommand("Trains a fresh decoder with the library's fine-tuner and prints throughput and peak memory.")
        {
            data,
            layers,
            hidden,
            heads,
            keyValueHeads,
            intermediate,
            vocabulary,
            batch,
            steps,
            warmup,
            threads,
            seed,
            mask,
            blockOrder,
            maskRate,
            peer,
            noDistillation,
            learningRate,
            dtype,
            gradientCheckpointing,
            device,
            json,
        };

    public RootCommand Root { get; }

    public RaceSettings Read(ParseResult result)
    {
        int width = result.GetValue(hidden);
        int chosen = result.GetValue(intermediate);
        return new RaceSettings
        {
            Data = result.GetRequiredValue(data),
            Layers = result.GetValue(layers),
            Hidden = width,
            Heads = result.GetValue(heads),
            KeyValueHeads = result.GetValue(keyValueHeads) is > 0 and int count ? count : result.GetValue(heads),
            Intermediate = chosen > 0 ? chosen : (int)Math.Ceiling(width * 8 / 3.0 / 32) * 32,
            Vocabulary = result.GetValue(vocabulary),
            Batch = result.GetValue(batch),
            Steps = result.GetValue(steps),
            Warmup = Math.Min(result.GetValue(warmup), result.GetValue(steps) - 1),
            Threads = result.GetValue(threads),
            Seed = result.GetValue(seed),
            MaskStrategies = MaskStrategies.Parse(
                result.GetRequiredValue(mask),
                MaskStrategies.ParseBlockOrder(string.Join(',', result.GetRequiredValue(blockOrder).ToCharArray()))
            ),
            MaskRateSchedule = result.GetValue(maskRate) is { } rate ? MaskRateSchedules.Constant(rate) : MaskRateSchedules.Linear,
            Peer = result.GetValue(peer),
            Distillation = !result.GetValue(noDistillation),
            LearningRate = result.GetValue(learningRate),
            Dtype = result.GetRequiredValue(dtype),
            GradientCheckpointing = result.GetValue(gradientCheckpointing),
            Device = result.GetRequiredValue(device),
            Json = result.GetValue(json),
        };
    }

    private static Option<T> Valued<T>(string name, T value, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}

/// <summary>What the command line asks for.</summary>
internal sealed record RaceSettings
{
    public required string Data { get; init; }

    public required int Layers { get; init; }

    public required int Hidden { get; init; }

    public required int Heads { get; init; }

    public required int KeyValueHeads { get; init; }

    public required int Intermediate { get; init; }

    public required int Vocabulary { get; init; }

    public required int Batch { get; init; }

    public required int Steps { get; init; }

    public required int Warmup { get; init; }

    public required int Threads { get; init; }

    public required long Seed { get; init; }

    public required IReadOnlyList<IMaskStrategy> MaskStrategies { get; init; }

    public required IMaskRateSchedule MaskRateSchedule { get; init; }

    public required bool Peer { get; init; }

    public required bool Distillation { get; init; }

    public required double LearningRate { get; init; }

    public required string Dtype { get; init; }

    /// <summary>The dtype as torch's; float64 is a yardstick, no option of users.</summary>
    public torch.ScalarType TorchDtype => Dtype == "float64" ? torch.ScalarType.Float64 : TorchDevice.ParseDtype(Dtype);

    public required bool GradientCheckpointing { get; init; }

    public required string Device { get; init; }

    public required string? Json { get; init; }
}
