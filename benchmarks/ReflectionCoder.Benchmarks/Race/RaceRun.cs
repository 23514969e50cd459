using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Benchmarks.Race;

/// <summary>One timed run of either side on the same samples, masks, first weights and optimizer.</summary>
internal static class RaceRun
{
    public static async Task<int> ExecuteAsync(RaceSettings settings)
    {
        if (settings.Peer && (settings.Dtype != "float32" || settings.Device != "cpu" || !settings.Distillation))
        {
            await Console.Error.WriteLineAsync("--peer runs in float32 on the CPU, and distils.");
            return 1;
        }

        CodeTokenizer tokenizer = CodeTokenizer.CreateByteLevel();
        TrainingData data = TrainingData.Load([settings.Data], tokenizer);
        ModelConfig config = new()
        {
            VocabularySize = settings.Vocabulary,
            HiddenSize = settings.Hidden,
            IntermediateSize = settings.Intermediate,
            HiddenLayers = settings.Layers,
            AttentionHeads = settings.Heads,
            KeyValueHeads = settings.KeyValueHeads,
            HeadDimension = settings.Hidden / settings.Heads,
            NormEpsilon = 1e-5,
        };
        IReadOnlyList<RaceStep> plan = RacePlan.Draw(settings, data);
        IReadOnlyList<StepResult> results = settings.Peer
            ? PeerRun.Execute(settings, config, plan)
            : await FineTunerRun.ExecuteAsync(settings, config, tokenizer, data, plan);
        RaceReport.Write(settings, plan, results, StepCost.Parameters(settings));
        return 0;
    }
}
