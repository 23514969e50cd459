using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Masking;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Samples.Ablate.Training;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Ablate.Measuring;

/// <summary>
/// What the base makes of the training reflections before any training: once measured, it lies beside the results and isn't measured
/// again.
/// </summary>
/// <param name="settings">The study.</param>
/// <param name="inputs">Hash of base and data, which the files' names hold.</param>
/// <param name="data">The data.</param>
/// <param name="likelihoods">What measures.</param>
internal sealed class StartModel(StudySettings settings, string inputs, StudyData data, Likelihoods likelihoods)
{
    /// <summary>Samples that the importance of block types is measured on, drawn from the training reflections.</summary>
    public const int ImportanceSamples = 64;

    private const string Divergence = "eval_kl";

    /// <summary>
    /// How far the student that sees nothing of the reflection is from the teacher that sees all: KL(teacher ‖ student), the mean of the
    /// final code's positions in nats, of each training reflection by its index. One that is too long to be trained on isn't there.
    /// </summary>
    public Task<IReadOnlyDictionary<int, double>> DivergencesAsync(CancellationToken stop) =>
        TakeAsync<IReadOnlyDictionary<int, double>>(
            "divergences",
            async pretrained =>
            {
                TrainingSample[] samples =
                [
                    .. TrainingData.FromConversations(data.Reflections, pretrained.Tokenizer).Samples.OrderBy(sample => sample.Line),
                ];
                IReadOnlyList<double> measured = await MeasureAsync(
                    pretrained,
                    [.. samples.Select(sample => (new TrainingData([sample]), MaskStrategies.All))],
                    stop
                );
                return samples.Zip(measured).ToDictionary(pair => pair.First.Line - 1, pair => pair.Second);
            },
            stop
        );

    /// <summary>
    /// How far the student that doesn't see one type of block is from the teacher that sees all: the same divergence, by type. The larger
    /// it is, the more the final code leans on the type.
    /// </summary>
    public Task<IReadOnlyDictionary<BlockType, double>> ImportanceAsync(CancellationToken stop) =>
        TakeAsync<IReadOnlyDictionary<BlockType, double>>(
            "importance",
            async pretrained =>
            {
                var drawn = TrainingData.FromConversations(StudyData.Draw(data.Reflections, ImportanceSamples), pretrained.Tokenizer);
                BlockType[] types = Enum.GetValues<BlockType>();
                IReadOnlyList<double> measured = await MeasureAsync(
                    pretrained,
                    [.. types.Select(type => (drawn, (IMaskStrategy)new OneTypeMask(type)))],
                    stop
                );
                return types.Zip(measured).ToDictionary(pair => pair.First, pair => pair.Second);
            },
            stop
        );

    private async Task<IReadOnlyList<double>> MeasureAsync(
        PretrainedModel pretrained,
        IReadOnlyList<(TrainingData Samples, IMaskStrategy Mask)> wanted,
        CancellationToken stop
    )
    {
        IReadOnlyList<IReadOnlyDictionary<string, double>> taken = await likelihoods.TakeAsync(
            pretrained,
            data.HeldOut(pretrained.Tokenizer),
            [
                .. wanted.Select(one => new EvaluationCallback(
                    one.Samples,
                    pretrained.Tokenizer,
                    new EvaluationCallbackOptions { MaskStrategies = [one.Mask] }
                )),
            ],
            stop
        );
        return
        [
            .. taken.Select(numbers =>
                numbers.TryGetValue(Divergence, out double value)
                    ? value
                    : throw new InvalidDataException(
                        "The base's divergence on a training reflection isn't finite; nothing can be chosen by it."
                    )
            ),
        ];
    }

    private async Task<T> TakeAsync<T>(string name, Func<PretrainedModel, Task<T>> measure, CancellationToken stop)
    {
        string path = Path.Combine(settings.Output, $"{name}-{inputs}.json");
        if (File.Exists(path))
        {
            try
            {
                return JsonSerializer.Deserialize<T>(await File.ReadAllBytesAsync(path, stop)) ?? throw new JsonException("It is null.");
            }
            catch (JsonException exception)
            {
                throw new DataFormatException(path, $"holds no numbers by name; delete it to measure anew. {exception.Message}", exception);
            }
        }

        Console.WriteLine($"  measuring the base's {name}");
        using PretrainedModel pretrained = PretrainedModel.Load(
            new PretrainedModelOptions { Directory = settings.BaseDirectory, Device = settings.Device },
            cancellationToken: stop
        );
        T measured = await measure(pretrained);
        await StudyFiles.ReplaceAsync(path, JsonSerializer.SerializeToUtf8Bytes(measured), stop);
        return measured;
    }
}
