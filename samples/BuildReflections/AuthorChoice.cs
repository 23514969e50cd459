using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples;

/// <summary>The author that the command's options ask for.</summary>
internal sealed class AuthorChoice
{
    private AuthorChoice(IReflectionAuthor author) => Author = author;

    public IReflectionAuthor Author { get; }

    /// <summary>Whether a model writes, so that a variant costs time or money.</summary>
    public bool IsModel { get; private init; }

    /// <summary>What the author's model has used; null if there is none.</summary>
    public Func<AuthorUsage>? Usage { get; private init; }

    /// <summary>Writes the plain sample of a task; null where the task has no solution to show.</summary>
    public required Func<ProgrammingTask, Conversation?> WriteGeneration { get; init; }

    public static AuthorChoice Mutations(BuildSettings settings, ICodeSandbox sandbox)
    {
        MutationAuthor mutations = new(
            sandbox,
            new MutationAuthorOptions
            {
                Seed = settings.Seed,
                Languages = [MutationLanguage.Python, ProgrammingLanguages.JavaScript, ProgrammingLanguages.CSharp],
            }
        );
        return new AuthorChoice(mutations) { WriteGeneration = task => task.Solution is null ? null : mutations.WriteGeneration(task) };
    }
}
