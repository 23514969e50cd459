using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Polly.Timeout;

namespace ReflectionCoder.Construction.Calls;

/// <summary>What a failed request calls for.</summary>
internal enum CallVerdict
{
    /// <summary>Another try may help.</summary>
    Retry,

    /// <summary>This request won't be answered; others may be.</summary>
    GiveUp,

    /// <summary>No request will be answered.</summary>
    Stop,
}

/// <summary>Tells failures that pass from those that stay.</summary>
/// <param name="readFailure">The host's reading of its client's exceptions; null for none.</param>
internal sealed class CallFailures(Func<Exception, AuthorCallFailure?>? readFailure)
{
    /// <summary>What the server said; null if there was no answer, or the exception doesn't tell it.</summary>
    public AuthorCallFailure? Read(Exception exception) =>
        Chain(exception)
            .Select(one =>
                readFailure?.Invoke(one)
                ?? (one is HttpRequestException { StatusCode: { } status } ? new AuthorCallFailure((int)status) : null)
            )
            .FirstOrDefault(failure => failure is not null);

    public CallVerdict Judge(Exception exception)
    {
        if (exception is AuthorCallException own)
        {
            return own.IsFatal ? CallVerdict.Stop : CallVerdict.GiveUp;
        }

        if (Read(exception) is { StatusCode: >= 400 and int status })
        {
            return status switch
            {
                // The money is spent; a server says so with the status of a rate limit.
                429 when exception.Message.Contains("insufficient_quota", StringComparison.OrdinalIgnoreCase) => CallVerdict.Stop,
                408 or 409 or 425 or 429 or >= 500 => CallVerdict.Retry,
                401 or 402 or 403 or 404 => CallVerdict.Stop,
                _ => CallVerdict.GiveUp,
            };
        }

        // No answer, half of one, or one that its client couldn't read: clients of other makers throw what they like there.
        return
            Chain(exception)
                .Any(one =>
                    one
                        is EmptyAnswerException
                            or TimeoutRejectedException
                            or TimeoutException
                            or OperationCanceledException
                            or HttpRequestException
                            or IOException
                            or SocketException
                            or JsonException
                            or FormatException
                            or ArgumentOutOfRangeException
                            or KeyNotFoundException
                )
            || exception.GetType() == typeof(InvalidOperationException)
            ? CallVerdict.Retry
            : CallVerdict.GiveUp;
    }

    /// <summary>The failure in a sentence.</summary>
    public string Describe(Exception exception)
    {
        string status = Read(exception) is { StatusCode: { } code } ? string.Create(CultureInfo.InvariantCulture, $"HTTP {code}: ") : "";
        return exception is TimeoutRejectedException ? "no answer in time." : status + exception.Message;
    }

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (Exception? one = exception; one is not null; one = one.InnerException)
        {
            yield return one;
            if (one is AggregateException many)
            {
                foreach (Exception further in many.InnerExceptions.Skip(1).SelectMany(Chain))
                {
                    yield return further;
                }
            }
        }
    }
}

/// <summary>A server answered with nothing.</summary>
internal sealed class EmptyAnswerException() : Exception("the answer was empty.");
