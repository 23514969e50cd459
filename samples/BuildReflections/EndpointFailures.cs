using System.ClientModel;
using System.Net.Http.Headers;
using ReflectionCoder.Construction.Calls;

namespace ReflectionCoder.Samples;

/// <summary>Reads what a server said from the exceptions of the OpenAI client.</summary>
internal static class EndpointFailures
{
    /// <summary>Status and <c>Retry-After</c>; null if the exception isn't the client's, or there was no response.</summary>
    public static AuthorCallFailure? Read(Exception exception) =>
        exception is ClientResultException { Status: > 0 } failed ? new AuthorCallFailure(failed.Status, RetryAfter(failed)) : null;

    /// <summary>The wait that the server asks for, in seconds or until a date; null if it says nothing of it.</summary>
    private static TimeSpan? RetryAfter(ClientResultException failed)
    {
        string? header = null;
        _ = failed.GetRawResponse()?.Headers.TryGetValue("Retry-After", out header);
        return RetryConditionHeaderValue.TryParse(header, out RetryConditionHeaderValue? wait)
            ? wait.Delta ?? wait.Date - DateTimeOffset.UtcNow
            : null;
    }
}
