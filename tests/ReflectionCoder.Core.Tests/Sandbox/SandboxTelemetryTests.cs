using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReflectionCoder.Diagnostics;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox;

public sealed class SandboxTelemetryTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task Execute_Listeners_SeeOutcomeAndDuration()
    {
        fixture.SkipIfUnavailable();
        using Activity parent = new Activity("test").Start();
        // Other tests run programs at the same time, and add theirs even while these are read.
        ConcurrentQueue<Activity> activities = [];
        ConcurrentQueue<(double Seconds, object? Outcome)> durations = [];
        using ActivityListener tracing = new()
        {
            ShouldListenTo = source => source.Name == TelemetryNames.Core,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(tracing);
        using MeterListener metering = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == TelemetryNames.Core)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        metering.SetMeasurementEventCallback<double>((_, seconds, tags, _) => durations.Enqueue((seconds, tags[0].Value)));
        metering.Start();
        SandboxResult result = await fixture.RunAsync("raise SystemExit(3)");

        // The others' have no such parent.
        Activity run = Assert.Single(activities, activity => activity.TraceId == parent.TraceId);
        Assert.Equal("Failed", run.GetTagItem("reflectioncoder.sandbox.outcome"));
        Assert.Equal("python", run.GetTagItem("reflectioncoder.sandbox.language"));
        Assert.Contains((result.WallTime.TotalSeconds, "Failed"), durations);
    }
}
