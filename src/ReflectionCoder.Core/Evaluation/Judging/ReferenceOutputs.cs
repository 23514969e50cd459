using System.Runtime.CompilerServices;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>
/// What the reference solutions give for the inputs of their problems. Each is run once for a sandbox, and what it gives is kept as long as
/// its problem and the sandbox are.
/// </summary>
internal static class ReferenceOutputs
{
    private static readonly ConditionalWeakTable<FunctionTests, ConditionalWeakTable<ICodeSandbox, Entry>> Known = [];

    /// <summary>The outputs, in the form that the harness writes and reads; or why there are none.</summary>
    public static async Task<(string Outputs, Verdict? Failure)> OfAsync(
        FunctionTests tests,
        ICodeSandbox sandbox,
        CancellationToken cancellationToken
    )
    {
        Entry entry = Known.GetOrCreateValue(tests).GetOrCreateValue(sandbox);
        if (entry.Outputs is { } known)
        {
            return (known, null);
        }

        // One of several tests of the same problem computes, with its own token; the others wait. What failed is tried again.
        await entry.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (entry.Outputs is { } computed)
            {
                return (computed, null);
            }

            (string outputs, Verdict? failure) = await FunctionJudge
                .RunReferenceAsync(tests, sandbox, cancellationToken)
                .ConfigureAwait(false);
            entry.Outputs = failure is null ? outputs : null;
            return (outputs, failure);
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    // The semaphore's wait handle is never asked for, so there is nothing to dispose.
#pragma warning disable CA1001
    private sealed class Entry
#pragma warning restore CA1001
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public string? Outputs { get; set; }
    }
}
