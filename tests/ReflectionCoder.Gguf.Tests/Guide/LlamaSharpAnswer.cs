using LLama;
using LLama.Common;
using LLama.Sampling;
using ReflectionCoder.Gguf;

internal static class LlamaSharpAnswer
{
    public static async Task<string> AnswerAsync(string model, string file, string instruction)
    {
        GgufExporter.Export(model, adapter: null, file, new GgufExportOptions { Type = "q8_0" });
        ModelParams parameters = new(file) { ContextSize = 2048 };
        using LLamaWeights weights = await LLamaWeights.LoadFromFileAsync(parameters);
        StatelessExecutor executor = new(weights, parameters);
        InferenceParams greedy = new() { MaxTokens = 512, SamplingPipeline = new GreedySamplingPipeline() };
        string prompt = $"<|user|><|text|>{instruction}<|endofblock|><|endofmessage|><|assistant|><|text|>";
        return string.Concat(await executor.InferAsync(prompt, greedy).ToListAsync());
    }
}
