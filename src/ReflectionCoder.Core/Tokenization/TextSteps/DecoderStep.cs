using System.Text;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>One step from tokens to text; Hugging Face's decoders, each able to work token by token.</summary>
internal abstract record DecoderStep
{
    /// <summary>Whether what follows sees one long token instead of many.</summary>
    public virtual bool Fuses => false;

    /// <summary>Starts on one sequence.</summary>
    /// <param name="fused">Whether a step before fused the tokens: what arrives is then one token in parts.</param>
    /// <param name="next">Takes what this step makes of the tokens.</param>
    /// <returns>The step's state.</returns>
    public abstract DecoderState Start(bool fused, DecoderState next);
}

/// <summary>A step at work on one sequence.</summary>
/// <param name="next">The step behind; null behind the last.</param>
internal abstract class DecoderState(DecoderState? next)
{
    /// <summary>The step behind.</summary>
    protected DecoderState Next => next!;

    /// <summary>Takes a token, or a part of the one token behind a fusing step.</summary>
    public abstract void Accept(ReadOnlySpan<char> token);

    /// <summary>Ends the sequence: what was held back goes on.</summary>
    public virtual void End() => next?.End();
}

/// <summary>Collects decoded text.</summary>
internal sealed class DecodedText() : DecoderState(null)
{
    private readonly StringBuilder text = new();

    /// <inheritdoc/>
    public override void Accept(ReadOnlySpan<char> token) => text.Append(token);

    /// <summary>Hands out what was collected since the last time.</summary>
    public string Take()
    {
        string taken = text.ToString();
        text.Clear();
        return taken;
    }
}

/// <summary>Tokens with a space between: what Hugging Face's library does without a decoder.</summary>
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

/// <summary>Makes one token of all.</summary>
internal sealed record FuseDecoding : DecoderStep
{
    /// <inheritdoc/>
    public override bool Fuses => true;

    /// <inheritdoc/>
    public override DecoderState Start(bool fused, DecoderState next) => next;
}

/// <summary>Puts one text in another's place.</summary>
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

    /// <summary>Holds back an end that may turn out to be the pattern's beginning.</summary>
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

/// <summary>Takes up to some characters off both ends of each token.</summary>
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

    /// <summary>Holds back an end that may have to go.</summary>
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

/// <summary>Writes word starts as spaces; those of the first token go where the scheme put one there.</summary>
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
