using System.Globalization;
using ReflectionCoder.Curation;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Runs;

/// <summary>Has the sequences of one task written. The result depends on the drafts alone, not on when they are finished.</summary>
internal sealed class TaskWriter(DraftSource drafts, ConstructionOptions options)
{
    /// <summary>Writes the sequences; says how that ended, and whether the author had to work for it.</summary>
    public async Task<(TaskResult Result, bool IsNew)> WriteAsync(ProgrammingTask task, CancellationToken cancellationToken)
    {
        TaskResult result = TaskResult.Of(task);
        int wanted = options.WantedOf(result.IsHeldOut);
        bool isNew = false;
        VariantSelection selection = new(wanted, wanted * options.VariantsPerSequence, options.PreferNewMistakes);
        while (selection.Wave > 0)
        {
            int first = selection.Next;
            (ReflectionDraft Draft, bool IsNew)[] wave = await Task.WhenAll(
                    Enumerable
                        .Range(first, selection.Wave)
                        .Select(variant => drafts.WriteAsync(task, result.Key, variant, cancellationToken))
                )
                .ConfigureAwait(false);
            foreach ((int i, (ReflectionDraft draft, bool isDraftNew)) in wave.Index())
            {
                isNew |= isDraftNew;
                selection.Add(Judge(first + i, draft, task), draft);
            }
        }

        return (result with { Variants = selection.Results }, isNew);
    }

    private VariantResult Judge(int variant, ReflectionDraft draft, ProgrammingTask task)
    {
        if (draft.Conversation is null)
        {
            return new VariantResult(variant)
            {
                Rejection = new Rejection(RejectReason.Of(draft), draft.Detail),
                Unjournaled = draft.IsTransient ? draft : null,
            };
        }

        CodeReader reader =
            options.CodeReaders.FirstOrDefault(one => one.Language == task.Language) ?? CodeReader.ForAnyLanguage(task.Language);
        Divergence? divergence = CodeDivergence.Of(draft.Conversation, reader, task.Asserts);
        return new VariantResult(variant)
        {
            TokenDivergence = divergence?.Tokens,
            SyntaxDivergence = divergence?.Syntax,
            Rejection = divergence?.Tokens > options.MaxDivergence ? TooDifferent(divergence.Tokens) : null,
        };
    }

    private Rejection TooDifferent(double tokens) =>
        new(
            RejectReason.Divergence,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The token divergence is {tokens:0.000}; at most {options.MaxDivergence} is allowed."
            )
        );
}
