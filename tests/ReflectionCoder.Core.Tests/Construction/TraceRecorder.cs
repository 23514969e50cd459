using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReflectionCoder.Diagnostics;

namespace ReflectionCoder.Tests.Construction;

/// <summary>
/// Records the activities and measurements of Core that belong to the test's own trace: other tests publish theirs at the same time.
/// </summary>
internal sealed class TraceRecorder : IDisposable
{
    private readonly Activity root = new Activity("test").Start();
    private readonly ConcurrentQueue<Activity> activities = [];
    private readonly ConcurrentQueue<Measured> measured = [];
    private readonly ActivityListener tracing;
    private readonly MeterListener metering;

    public TraceRecorder()
    {
        tracing = new ActivityListener
        {
            ShouldListenTo = source => source.Name == TelemetryNames.Core,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == root.TraceId)
                {
                    activities.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(tracing);
        metering = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == TelemetryNames.Core)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        metering.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        metering.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        metering.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        metering.Start();
    }

    /// <summary>The activities that have ended, in that order.</summary>
    public IReadOnlyList<Activity> Activities => [.. activities];

    /// <summary>The measurements, in order.</summary>
    public IReadOnlyList<Measured> All => [.. measured];

    /// <summary>The measurements of an instrument, in order.</summary>
    public IReadOnlyList<Measured> Of(string instrument) => [.. measured.Where(one => one.Instrument == instrument)];

    public void Dispose()
    {
        metering.Dispose();
        tracing.Dispose();
        root.Dispose();
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Activity.Current?.TraceId == root.TraceId)
        {
            measured.Enqueue(
                new Measured(instrument.Name, value, string.Join(", ", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")))
            );
        }
    }

    /// <summary>One measurement.</summary>
    /// <param name="Instrument">The instrument's name.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="Tags">Its tags, such as <c>a=1, b=2</c>.</param>
    internal sealed record Measured(string Instrument, double Value, string Tags);
}
