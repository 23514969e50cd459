using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Generation;
using ReflectionCoder.Pretrained;

namespace ReflectionCoder.Samples;

/// <summary>Opens the models that can be authors.</summary>
internal static class ModelClients
{
    /// <summary>Any OpenAI-compatible API. Retries and time-outs are the business of the client around it.</summary>
    public static IChatClient OfEndpoint(AuthorSettings settings)
    {
        string key = Environment.GetEnvironmentVariable(settings.ApiKeyVariable) is { Length: > 0 } found ? found : "none";
        OpenAIClientOptions options = new()
        {
            Endpoint = new Uri(settings.Endpoint!),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };
        return new OpenAIClient(new ApiKeyCredential(key), options).GetChatClient(settings.Model!).AsIChatClient();
    }

    /// <summary>A model of ours, and what must be disposed after its client.</summary>
    public static (IChatClient Client, IDisposable Model) OfFolder(AuthorSettings settings, CancellationToken cancellationToken)
    {
        using LoadingLine line = new();
        PretrainedModelOptions options = new() { Directory = settings.ModelDirectory!, Device = settings.Device };
        PretrainedModel pretrained = PretrainedModel.Load(options, line, cancellationToken);
        TextGenerator generator = new(pretrained.Model, pretrained.Tokenizer);
        return (new ReflectionChatClient(generator, Path.GetFileName(settings.ModelDirectory), ownsGenerator: true), pretrained);
    }
}
