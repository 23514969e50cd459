using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Diagnostics;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Torch;
using TorchSharp;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>Who hears what of a run, and where.</summary>
public sealed class FineTunerContextTests
{
    [Fact]
    public async Task Train_Progress_ReachesTheCallersContextAndCallbacksTheTrainingThread()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        using PumpedContext context = new();
        ConcurrentQueue<int> callbackThreads = new();
        ConcurrentQueue<int> progressThreads = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            MaxSteps = 3,
            Callbacks = [new StepEnd((_, _) => callbackThreads.Enqueue(Environment.CurrentManagedThreadId))],
        };
        int resumedOn = await context.RunAsync(async () =>
        {
            Progress<TrainingProgress> progress = new(_ => progressThreads.Enqueue(Environment.CurrentManagedThreadId));
            await new ReflectionFineTuner(model, TinyRun.Tokenizer, options).TrainAsync(TinyRun.Data(), progress);
            return Environment.CurrentManagedThreadId;
        });
        Assert.Equal(context.ThreadId, resumedOn);
        Assert.Equal(3, callbackThreads.Count);
        Assert.DoesNotContain(context.ThreadId, Assert.Single(callbackThreads.GroupBy(thread => thread)));
        await context.RunAsync(() => Task.FromResult(0)); // what was posted before has run
        Assert.Equal([context.ThreadId, context.ThreadId, context.ThreadId], progressThreads);
    }

    [Fact]
    public async Task Train_GivenThread_IsUsedAndLeftAlone()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        using TorchThread thread = new();
        bool current = false;
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            MaxSteps = 1,
            Callbacks = [new StepEnd((_, _) => current = thread.IsCurrent)],
        };
        await new ReflectionFineTuner(model, TinyRun.Tokenizer, options, thread).TrainAsync(TinyRun.Data());
        Assert.True(current);
        Assert.True(await thread.RunAsync(() => thread.IsCurrent));
    }

    /// <summary>
    /// What others do on the thread afterwards runs as it did before, and threads that start later begin with the process's count.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Train_GivenThread_KeepsItsThreadCountAndGradMode(bool fails)
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        using TorchThread thread = new(threads: 1);
        (int Count, bool Gradients) during = default;
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            MaxSteps = 1,
            Threads = 3,
            Callbacks =
            [
                new StepEnd(
                    (_, _) =>
                    {
                        during = (torch.get_num_threads(), torch.is_grad_enabled());
                        if (fails)
                        {
                            throw new InvalidOperationException("stop");
                        }
                    }
                ),
            ],
        };
        IDisposable noGradient = await thread.RunAsync(torch.no_grad);
        int fresh = await OnANewThread(torch.get_num_threads);
        Task<FineTuningResult> run = new ReflectionFineTuner(model, TinyRun.Tokenizer, options, thread).TrainAsync(TinyRun.Data());
        if (fails)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        }
        else
        {
            await run;
        }

        Assert.Equal((3, true), during);
        Assert.Equal((1, false), await thread.RunAsync(() => (torch.get_num_threads(), torch.is_grad_enabled())));
        Assert.Equal(fresh, await OnANewThread(torch.get_num_threads));
        await thread.RunAsync(() =>
        {
            noGradient.Dispose();
            return 0;
        });
    }

    [Fact]
    public async Task Train_ThreadOfItsOwn_LeavesTheProcesssThreadCount()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        int fresh = await OnANewThread(torch.get_num_threads);
        await new ReflectionFineTuner(
            model,
            TinyRun.Tokenizer,
            TinyRun.Options(folder.Path) with
            {
                MaxSteps = 1,
                Threads = fresh + 1,
            }
        ).TrainAsync(TinyRun.Data());
        Assert.Equal(fresh, await OnANewThread(torch.get_num_threads));
    }

    [Fact]
    public async Task Train_Twice_OneAfterTheOtherOnly()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        using ManualResetEventSlim gate = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            MaxSteps = 1,
            OverwriteOutputDirectory = true,
            Callbacks = [new StepEnd((_, _) => gate.Wait(TimeSpan.FromMinutes(1)))],
        };
        ReflectionFineTuner tuner = new(model, TinyRun.Tokenizer, options);
        Task<FineTuningResult> first = tuner.TrainAsync(TinyRun.Data());
        Assert.Throws<InvalidOperationException>(() =>
        {
            _ = tuner.TrainAsync(TinyRun.Data());
        });
        gate.Set();
        await first;
        await tuner.TrainAsync(TinyRun.Data());
    }

    [Fact]
    public async Task Stream_WholeRun_GivesTheStepsOfTrain()
    {
        using RunFolder folder = new();
        using RunFolder other = new();
        StepLog log = new();
        TinyRun.Train(TinyRun.Options(other.Path) with { MaxSteps = 4 }, progress: log);
        using CausalLanguageModel model = TinyRun.Model();
        using PumpedContext context = new();
        List<TrainingProgress> steps = await context.RunAsync(async () =>
        {
            List<TrainingProgress> seen = [];
            await foreach (
                TrainingProgress step in new ReflectionFineTuner(
                    model,
                    TinyRun.Tokenizer,
                    TinyRun.Options(folder.Path) with
                    {
                        MaxSteps = 4,
                    }
                ).StreamAsync(TinyRun.Data())
            )
            {
                Assert.Equal(context.ThreadId, Environment.CurrentManagedThreadId);
                seen.Add(step);
            }

            return seen;
        });
        Assert.Equal(log.Steps.Select(step => (step.Step, step.Loss)), steps.Select(step => (step.Step, step.Loss)));
        Assert.Equal(TinyRun.Weights(other.Path), TinyRun.Weights(folder.Path));
    }

    [Fact]
    public async Task Stream_LeftEarly_StopsTheRunWithACheckpoint()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            SaveSteps = 0,
            Callbacks = [new StepEnd((run, _) => WaitForTheReader(run))],
        };
        await foreach (TrainingProgress step in new ReflectionFineTuner(model, TinyRun.Tokenizer, options).StreamAsync(TinyRun.Data()))
        {
            Assert.Equal(1, step.Step);
            break;
        }

        static void WaitForTheReader(TrainerContext run)
        {
            if (run.Step == 2)
            {
                run.CancellationToken.WaitHandle.WaitOne(TimeSpan.FromMinutes(1));
            }
        }

        Assert.InRange(new CheckpointStore(folder.Path).FindLatest()!.State.Step, 1, 2);
        Assert.False(File.Exists(folder["model.safetensors"]));
    }

    [Fact]
    public async Task Stream_FailingRun_ThrowsAfterItsSteps()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            Callbacks = [new StepEnd((run, _) => Assert.InRange(run.Step, 1, 1))],
        };
        List<long> steps = [];
        await Assert.ThrowsAsync<Xunit.Sdk.InRangeException>(async () =>
        {
            await foreach (TrainingProgress step in new ReflectionFineTuner(model, TinyRun.Tokenizer, options).StreamAsync(TinyRun.Data()))
            {
                steps.Add(step.Step);
            }
        });
        Assert.Equal([1L], steps);
    }

    [Fact]
    public void Train_Listeners_SeeStepsAndCheckpoints()
    {
        using RunFolder folder = new();
        List<Activity> activities = [];
        Dictionary<string, List<double>> measurements = [];
        using ActivityListener tracing = new()
        {
            ShouldListenTo = source => source.Name == TelemetryNames.Training,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(tracing);
        using MeterListener metering = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == TelemetryNames.Training)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        metering.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument.Name, value));
        metering.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        metering.Start();
        StepLog log = new();
        TinyRun.Train(TinyRun.Options(folder.Path) with { MaxSteps = 4, SaveSteps = 3 }, progress: log);

        Activity run = Assert.Single(activities, activity => activity.OperationName == "fine-tuning");
        Assert.Equal(folder.Path, run.GetTagItem("reflectioncoder.training.output_directory"));
        Assert.Equal(4, activities.Count(activity => activity.OperationName == "optimizer step" && activity.ParentId == run.Id));
        Assert.Equal(
            3L,
            Assert.Single(activities, activity => activity.OperationName == "checkpoint").GetTagItem("reflectioncoder.training.step")
        );
        Assert.Equal(4, measurements["reflectioncoder.training.steps"].Sum());
        Assert.Equal(log.Steps.Sum(step => step.SampleTokens), measurements["reflectioncoder.training.tokens"].Sum());
        Assert.Equal(log.Steps.Select(step => step.Loss), measurements["reflectioncoder.training.loss"]);
        Assert.Equal(
            log.Steps.Where(step => step.MaskRate is not null).Select(step => step.MaskRate!.Value),
            measurements["reflectioncoder.training.mask_rate"]
        );
        Assert.All(measurements["reflectioncoder.training.step.duration"], seconds => Assert.True(seconds > 0));

        void Add(string name, double value)
        {
            if (!measurements.TryGetValue(name, out List<double>? values))
            {
                measurements.Add(name, values = []);
            }

            values.Add(value);
        }
    }

    private static Task<T> OnANewThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
