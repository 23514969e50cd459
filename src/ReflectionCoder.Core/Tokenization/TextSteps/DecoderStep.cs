using System.Text;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>One step from tokens to text. The steps are Hugging Face's decoders, but each can work token by token.</summary>
internal abstract record DecoderStep
{
    /// <summary>Whether the steps after this one get a single token, in parts, instead of many tokens.</summary>
    public virtual bool Fuses => false;

    /// <summary>Starts to decode a sequence.</summary>
    /// <param name="fused">Whether a step before has fused the tokens, so that a single token arrives in parts.</param>
    /// <param name="next">Takes the tokens that this step has changed.</param>
    /// <returns>The step's state.</returns>
    public abstract DecoderState Start(bool fused, DecoderState next);
}

/// <summary>The state of a step while it decodes one sequence. Not thread-safe.</summary>
/// <param name="next">The step after this one; null for the last.</param>
internal abstract class DecoderState(DecoderState? next)
{
    /// <summary>The step after this one.</summary>
    protected DecoderState Next => next!;

    /// <summary>Takes a token, or the next part of the single token if a step before has fused the tokens.</summary>
    public abstract void Accept(ReadOnlySpan<char> token);

    /// <summary>Ends the sequence: text that was held back goes to the next step.</summary>
    public virtual void End() => next?.End();
}

/// <summary>Collects decoded text.</summary>
internal sealed class DecodedText() : DecoderState(null)
{
    private readonly StringBuilder text = new();

    /// <inheritdoc/>
    public override void Accept(ReadOnlySpan<char> token) => text.Append(token);

    /// <summary>Returns the text collected since the last call.</summary>
    public string Take()
    {
        string taken = text.ToString();
        text.Clear();
        return taken;
    }
}

/// <summary>Joins tokens with spaces, as Hugging Face's library does if a tokenizer has no decoder.</summary>
internal sealed record SpaceJoining : DecoderStep
{
    /// <inheritdoc/>
    public override DecoderState Start(bool fused, DecoderState next) => new State(next);

    private sealed class State(DecoderState next) : DecoderState(next)
    {
        private bool started;

        public override void Accept(ReadOnlySpan<char> token)
        {
            Next.Accept(started ? " " : string.Empty);
            Next.Accept(token);
            started = true;
        }
    }
}

/// <summary>Fuses all tokens into one.</summary>
internal sealed record FuseDecoding : DecoderStep
{
    /// <inheritdoc/>
    public override bool Fuses => true;

    /// <inheritdoc/>
    public override DecoderState Start(bool fused, DecoderState next) => next;
}

/// <summary>Replaces a text by another one.</summary>
internal sealed record ReplaceDecoding(string Pattern, string Content) : DecoderStep
{
    /// <inheritdoc/>
    public override DecoderState Start(bool fused, DecoderState next) => fused ? new Streaming(this, next) : new TokenByToken(this, next);

    private sealed class TokenByToken(ReplaceDecoding step, DecoderState next) : DecoderState(next)
    {
        public override void Accept(ReadOnlySpan<char> token) =>
            Next.Accept(
                token.Contains(step.Pattern, StringComparison.Ordinal)
                    ? token.ToString().Replace(step.Pattern, step.Content, StringComparison.Ordinal)
                    : token
            );
    }

    /// <summary>Holds back the end of the text if it may be the beginning of the pattern.</summary>
    private sealed class Streaming(ReplaceDecoding step, DecoderState next) : DecoderState(next)
    {
        private string held = string.Empty;

        public override void Accept(ReadOnlySpan<char> token)
        {
            string text = string.Concat(held, token);
            int start = 0;
            for (int found; (found = text.IndexOf(step.Pattern, start, StringComparison.Ordinal)) >= 0; start = found + step.Pattern.Length)
            {
                Next.Accept(text.AsSpan(start, found - start));
                Next.Accept(step.Content);
            }

            int keep = Math.Min(step.Pattern.Length - 1, text.Length - start);
            while (!step.Pattern.StartsWith(text[^keep..], StringComparison.Ordinal))
            {
                keep--;
            }

            Next.Accept(text.AsSpan(start, text.Length - keep - start));
            held = text[^keep..];
        }

        public override void End()
        {
            Next.Accept(held);
            base.End();
        }
    }
}

/// <summary>Removes a character from both ends of each token, up to a number of times.</summary>
internal sealed record StripDecoding(char Content, int Leading, int Trailing) : DecoderStep
{
    /// <inheritdoc/>
    public override DecoderState Start(bool fused, DecoderState next) => fused ? new Streaming(this, next) : new TokenByToken(this, next);

    private sealed class TokenByToken(StripDecoding step, DecoderState next) : DecoderState(next)
    {
        public override void Accept(ReadOnlySpan<char> token)
        {
            int start = 0;
            while (start < step.Leading && start < token.Length && token[start] == step.Content)
            {
                start++;
            }

            int end = token.Length;
            while (token.Length - end < step.Trailing && end > start && token[end - 1] == step.Content)
            {
                end--;
            }

            Next.Accept(token[start..end]);
        }
    }

    /// <summary>Holds back the end of the text if it may have to be removed.</summary>
    private sealed class Streaming(StripDecoding step, DecoderState next) : DecoderState(next)
    {
        private int toStrip = step.Leading;
        private int held;

        public override void Accept(ReadOnlySpan<char> token)
        {
            int start = 0;
            while (toStrip > 0 && start < token.Length && token[start] == step.Content)
            {
                start++;
                toStrip--;
            }

            token = token[start..];
            if (token.IsEmpty)
            {
                return;
            }

            toStrip = 0;
            int trailing = token.Length - token.TrimEnd(step.Content).Length;
            int available = trailing == token.Length ? held + trailing : trailing;
            Send(trailing == token.Length ? 0 : held);
            Next.Accept(token[..^trailing]);
            held = Math.Min(available, step.Trailing);
            Send(available - held);
        }

        private void Send(int count)
        {
            if (count > 0)
            {
                Next.Accept(new string(step.Content, count));
            }
        }
    }
}

/// <summary>
/// Turns word-start characters into spaces. Those of the first token are removed, unless the scheme never puts one before a text.
/// </summary>
internal sealed record MetaspaceDecoding(char Replacement, PrependScheme Scheme) : DecoderStep
{
    /// <inheritdoc/>
    public override DecoderState Start(bool fused, DecoderState next) => new State(this, fused, next);

    private sealed class State(MetaspaceDecoding step, bool fused, DecoderState next) : DecoderState(next)
    {
        private bool first = true;

        public override void Accept(ReadOnlySpan<char> token)
        {
            bool drops = (first || fused) && step.Scheme != PrependScheme.Never;
            first = false;
            Next.Accept(token.ToString().Replace(step.Replacement.ToString(), drops ? string.Empty : " ", StringComparison.Ordinal));
        }
    }
}
