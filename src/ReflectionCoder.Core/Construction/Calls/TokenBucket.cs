namespace ReflectionCoder.Construction.Calls;

/// <summary>
/// Hands out so many permits a minute, in the order of the calls. Unlike the framework's limiter it takes permits back, and its clock can
/// be replaced. Thread-safe.
/// </summary>
/// <param name="perMinute">How many permits come each minute.</param>
/// <param name="most">How many gather at most while none is taken; as many are there at the start.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double perMinute, double most, TimeProvider time)
{
    private readonly Lock counting = new();
    private double spent;
    private long filled = time.GetTimestamp();

    /// <summary>Takes permits, and waits until they have come. It may be more than <c>most</c>: then it takes accordingly longer.</summary>
    public async Task TakeAsync(double count, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        double missing = -Add(-count);
        if (missing <= 0)
        {
            return;
        }

        try
        {
            await Task.Delay(TimeSpan.FromMinutes(missing / perMinute), time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Give(count);
            throw;
        }
    }

    /// <summary>Gives permits back, or, below 0, takes some without a wait, so that those who come next wait longer.</summary>
    public void Give(double count) => _ = Add(count);

    private double Add(double count)
    {
        lock (counting)
        {
            long now = time.GetTimestamp();
            double come = time.GetElapsedTime(filled, now).TotalMinutes * perMinute;
            filled = now;
            spent = Math.Max(0, Math.Max(0, spent - come) - count);
            return most - spent;
        }
    }
}
