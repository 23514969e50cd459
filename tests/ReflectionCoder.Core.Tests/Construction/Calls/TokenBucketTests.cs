using ReflectionCoder.Construction.Calls;

namespace ReflectionCoder.Tests.Construction.Calls;

public sealed class TokenBucketTests
{
    private readonly StandingClock clock = new();

    [Fact]
    public void TakeAsync_PermitsLeft_DoesNotWait()
    {
        TokenBucket bucket = new(60, 10, clock);

        Assert.True(Take(bucket, 10).IsCompletedSuccessfully);
        Assert.Empty(clock.Waits);
    }

    [Fact]
    public void TakeAsync_NoneLeft_WaitsAsLongAsTheyTakeToCome()
    {
        TokenBucket bucket = new(60, 10, clock);
        _ = Take(bucket, 10);

        _ = Take(bucket, 3);
        _ = Take(bucket, 20);

        Assert.Equal([TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(23)], clock.Waits);
    }

    [Fact]
    public void TakeAsync_TimePassed_FindsWhatCameButNoMoreThanMost()
    {
        TokenBucket bucket = new(60, 10, clock);
        _ = Take(bucket, 10);
        clock.Advance(TimeSpan.FromSeconds(4));
        _ = Take(bucket, 5);
        clock.Advance(TimeSpan.FromHours(1));
        _ = Take(bucket, 12);

        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], clock.Waits);
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(-4, 5)]
    public void Give_Correction_ShortensOrLengthensTheNextWait(int given, int wait)
    {
        TokenBucket bucket = new(60, 10, clock);
        _ = Take(bucket, 10);
        bucket.Give(given);
        _ = Take(bucket, 1);

        Assert.Equal(wait, clock.Waits.Sum(one => one.TotalSeconds), 6);
    }

    [Fact]
    public async Task TakeAsync_Cancelled_GivesItsPermitsBack()
    {
        TokenBucket bucket = new(60, 10, clock);
        _ = Take(bucket, 10);
        using CancellationTokenSource cancel = new();
        Task waits = bucket.TakeAsync(30, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);

        _ = Take(bucket, 2);

        Assert.Equal(TimeSpan.FromSeconds(2), clock.Waits[^1]);
    }

    private static Task Take(TokenBucket bucket, int count) => bucket.TakeAsync(count, TestContext.Current.CancellationToken);

    /// <summary>A clock that moves only when told, and notes for how long it was asked to wait.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private long ticks;

        public List<TimeSpan> Waits { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Advance(TimeSpan by) => ticks += by.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return new NoTimer();
        }
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
