using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Generation;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Samples;

/// <summary>Opens the models that can be authors.</summary>
internal static class ModelClients
{
    /// <summary>Any OpenAI-compatible API. Retries and time-outs are the business of the client around it.</summary>
    public static IChatClient OfEndpoint(AuthorSettings settings)
    {
        OpenAIClientOptions options = new()
        {
            Endpoint = new Uri(settings.Endpoint!),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };
        return new OpenAIClient(new ApiKeyCredential(ReadKey(settings)), options).GetChatClient(settings.Model!).AsIChatClient();
    }

    /// <summary>The endpoint's key, or what stands for one where the environment has none.</summary>
    /// <exception cref="InvalidDataException">No request could carry it.</exception>
    public static string ReadKey(AuthorSettings settings)
    {
        if (Environment.GetEnvironmentVariable(settings.ApiKeyVariable) is not { Length: > 0 } key)
        {
            return "none";
        }

        return key.All(letter => letter is > ' ' and <= '~')
            ? key
            : throw new InvalidDataException(
                $"the environment variable {settings.ApiKeyVariable} holds no key: it has a blank, a line feed or another such character"
            );
    }

    /// <summary>A model of ours, and what must be disposed after its client.</summary>
    /// <exception cref="InvalidDataException">The model never saw the markers of our samples.</exception>
    public static (IChatClient Client, IDisposable Model) OfFolder(AuthorSettings settings, CancellationToken cancellationToken)
    {
        using LoadingLine line = new();
        PretrainedModelOptions options = new()
        {
            Directory = settings.ModelDirectory!,
            Adapter = settings.Adapter,
            Device = settings.Device,
        };
        PretrainedModel pretrained = PretrainedModel.Load(options, line, cancellationToken);
        try
        {
            CodeTokenizer tokenizer = pretrained.Tokenizer;
            if (tokenizer.AppendedMarkers.Count > 0)
            {
                throw new InvalidDataException(
                    $"{settings.ModelDirectory}: its tokenizer lacks {string.Join(" ", tokenizer.AppendedMarkers)}, so the model never saw "
                        + "them. Fine-tune it first."
                );
            }

            // What a program prints is the sandbox's to say, not the model's.
            GenerationOptions generation = new() { StopTokenIds = tokenizer.EncodeWithSpecialTokens(Markers.Execution) };
            TextGenerator generator = new(pretrained.Model, tokenizer, generation);
            ReflectionChatClient client = new(generator, NameOf(settings, pretrained), ownsGenerator: true) { AnswerBlock = null };
            return (client, pretrained);
        }
        catch
        {
            pretrained.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The folder's name and a hash of the weights: answers of a model that has been trained on since aren't those of this one.
    /// </summary>
    private static string NameOf(AuthorSettings settings, PretrainedModel pretrained)
    {
        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Adapter ?? settings.ModelDirectory!));
        return $"{Path.GetFileName(folder)}@{pretrained.GetFingerprint()}";
    }
}
