namespace ReflectionCoder.Construction.Calls;

/// <summary>What a server said when it refused a request.</summary>
/// <param name="StatusCode">The HTTP status, such as 429; null if there was no answer.</param>
/// <param name="RetryAfter">How long to wait before the next try, by the header <c>Retry-After</c>; null if it isn't said.</param>
public sealed record AuthorCallFailure(int? StatusCode, TimeSpan? RetryAfter = null);
