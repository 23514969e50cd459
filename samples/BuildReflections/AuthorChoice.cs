using Microsoft.Extensions.AI;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Chat;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples;

/// <summary>The author that the command's options ask for.</summary>
internal sealed class AuthorChoice : IDisposable
{
    // The likeliest tokens alone would make all variants of a task equal.
    private const float FolderTemperature = 0.8f;
    private const int FolderOutputTokens = 1024;

    private readonly List<IDisposable> owned = [];

    private AuthorChoice(IReflectionAuthor author) => Author = author;

    public IReflectionAuthor Author { get; }

    /// <summary>Whether a model writes, so that a variant costs time or money.</summary>
    public bool IsModel { get; private init; }

    /// <summary>What the author's model has used; null if there is none.</summary>
    public Func<AuthorUsage>? Usage { get; private init; }

    /// <summary>Writes the plain sample of a task; null where the task has no solution to show.</summary>
    public required Func<ProgrammingTask, Conversation?> WriteGeneration { get; init; }

    private static AuthorChoice Mutations(AuthorSettings author, BuildSettings build, ICodeSandbox sandbox)
    {
        MutationAuthor mutations = new(
            sandbox,
            new MutationAuthorOptions
            {
                Seed = build.Seed,
                MaxSequenceTokens = author.MaxSequenceTokens,
                MaxAttempts = author.MaxMistakes + 1,
                Languages = [MutationLanguage.Python, ProgrammingLanguages.JavaScript, ProgrammingLanguages.CSharp],
            }
        );
        return new AuthorChoice(mutations) { WriteGeneration = mutations.WriteGeneration };
    }

    public static AuthorChoice Open(
        AuthorSettings settings,
        BuildSettings build,
        ICodeSandbox sandbox,
        ConstructionJournal journal,
        CancellationToken cancellationToken
    )
    {
        AuthorChoice mutations = Mutations(settings, build, sandbox);
        if (settings.Endpoint is null && settings.ModelDirectory is null)
        {
            return mutations;
        }

        (IChatClient inner, IDisposable? model) = settings.Endpoint is null
            ? ModelClients.OfFolder(settings, cancellationToken)
            : (ModelClients.OfEndpoint(settings), null);
        AuthorChatClient client = new(inner, CallOptions(settings, build), journal);
        ChatAuthor author = new(
            client,
            journal.Record(sandbox),
            new ChatAuthorOptions
            {
                Seed = build.Seed,
                MaxSequenceTokens = settings.MaxSequenceTokens,
                MaxRounds = settings.Rounds,
                ModelId = settings.Model,
                Temperature = settings.Temperature ?? (model is null ? null : FolderTemperature),
                MaxOutputTokens = settings.MaxOutputTokens ?? (model is null ? null : FolderOutputTokens),
            }
        );
        AuthorChoice choice = new(author)
        {
            IsModel = true,
            Usage = () => client.Usage,
            WriteGeneration = mutations.WriteGeneration,
        };
        choice.owned.Add(client);
        if (model is not null)
        {
            choice.owned.Add(model);
        }

        return choice;
    }

    private static AuthorChatOptions CallOptions(AuthorSettings settings, BuildSettings build)
    {
        AuthorChatOptions options = new()
        {
            MaxConcurrentRequests = build.Jobs,
            RequestsPerMinute = settings.RequestsPerMinute,
            TokensPerMinute = settings.TokensPerMinute,
            InputPrice = settings.InputPrice,
            OutputPrice = settings.OutputPrice,
            MaxCost = settings.MaxCost,
            MaxTotalTokens = settings.MaxTotalTokens,
            ReadFailure = EndpointFailures.Read,
        };

        // A model in this process writes one answer after the other, takes its time, and would answer a second try alike.
        return settings.ModelDirectory is null
            ? options
            : options with
            {
                MaxConcurrentRequests = 1,
                MaxRetries = 0,
                RequestTimeout = TimeSpan.FromDays(1),
            };
    }

    public void Dispose() => owned.ForEach(one => one.Dispose());
}
