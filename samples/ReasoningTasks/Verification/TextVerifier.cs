using System.Diagnostics;
using System.Text;
using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Samples.ReasoningTasks.Verification;

/// <summary>What a verifier found.</summary>
/// <param name="Passed">Whether all holds.</param>
/// <param name="Trace">What was found to hold, in order: standard output.</param>
/// <param name="Error">What is wrong, with a line feed at its end: standard error; empty where all holds.</param>
internal sealed record VerifierFinding(bool Passed, string Trace, string Error);

/// <summary>
/// A verifier behind the sandbox's interface, so that whatever runs programs takes it: authors, evaluation, on-policy training. Nothing of
/// the text is executed by the machine, so nothing has to be isolated. Thread-safe.
/// </summary>
/// <remarks>
/// A verifier of one's own derives from this, or implements <see cref="ICodeSandbox"/> in its place: it says how its language is called,
/// and what it finds in a text.
/// </remarks>
/// <param name="language">Name of the language that it reads, in small letters; tasks name it.</param>
internal abstract class TextVerifier(string language) : ICodeSandbox
{
    /// <inheritdoc/>
    public async Task<SandboxResult> ExecuteAsync(
        SandboxProgram program,
        SandboxLimits? limits = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(program);
        limits ??= SandboxLimits.Default;
        InvalidOptionsException.ThrowIfAny(nameof(SandboxLimits), limits.FindErrors());
        if (program.Language != language)
        {
            throw new SandboxUnavailableException($"The verifier reads '{language}'; it can't run '{program.Language}'.")
            {
                Language = program.Language,
            };
        }

        long started = Stopwatch.GetTimestamp();
        try
        {
            VerifierFinding finding = await Task.Run(() => Verify(program.Source), cancellationToken);
            (string output, bool cutOutput) = Keep(finding.Trace, limits.OutputBytes);
            (string error, bool cutError) = Keep(finding.Error, limits.OutputBytes);
            return new SandboxResult(
                finding.Passed ? SandboxOutcome.Passed : SandboxOutcome.Failed,
                finding.Passed ? 0 : 1,
                output,
                error,
                cutOutput || cutError,
                Stopwatch.GetElapsedTime(started)
            );
        }
#pragma warning disable CA1031 // A fault of the verifier says nothing about the text, and must not end a series of runs.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return new SandboxResult(SandboxOutcome.SandboxFailure, -1, "", "", false, Stopwatch.GetElapsedTime(started))
            {
                Message = $"The verifier failed: {exception.Message}",
            };
        }
    }

    /// <summary>
    /// Verifies a text: whatever it holds ends in a finding. The time that this takes must be bounded by the text's length.
    /// </summary>
    public abstract VerifierFinding Verify(string text);

    /// <summary>The first and the last half of what is allowed, with a line between that says what is missing.</summary>
    private static (string Kept, bool IsCut) Keep(string text, int mostBytes)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= mostBytes)
        {
            return (text, false);
        }

        int half = mostBytes / 2;
        string first = Encoding.UTF8.GetString(bytes.AsSpan(0, half));
        string last = Encoding.UTF8.GetString(bytes.AsSpan(bytes.Length - half));
        return ($"{first}\n[{bytes.Length - (2 * half)} bytes left out]\n{last}", true);
    }
}
