using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Files;
using ReflectionCoder.FineTuning.Memory;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>One session of a training run, on one thread: steps, checkpoints and the final save.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly ICausalLanguageModel model;
    private readonly FineTuningOptions options;
    private readonly TrainingData data;
    private readonly CheckpointStore store;
    private readonly IOptimizer optimizer;
    private readonly RunFiles files;
    private readonly EpochPlan epochs;
    private readonly IStepPlanner planner;
    private readonly StepTrainer trainer;
    private readonly RunReporter reporter;
    private readonly TrainerContext context;
    private readonly RunClock clock;
    private readonly IReadOnlyDictionary<string, string> fingerprint;
    private readonly long maxSteps;
    private readonly long warmupSteps;
    private readonly long startStep;
    private NumpyRandomState maskRandom;
    private long step;
    private long savedStep = -1;
    private bool ownsFolder;

    public TrainingRun(
        ICausalLanguageModel model,
        CodeTokenizer tokenizer,
        FineTuningOptions options,
        RunContent content,
        CheckpointStore store,
        TrainingCheckpoint? checkpoint
    )
    {
        (data, planner) = (content.Data, content.Planner);
        (this.model, this.options, this.store) = (model, options, store);
        epochs = new EpochPlan(options, data.Infos, planner.SamplesPerStep); // the first epoch tells how many steps there are
        maxSteps = options.MaxSteps ?? (long)Math.Ceiling(options.NumTrainEpochs * epochs.StepsInEpoch);
        warmupSteps = RunFingerprint.WarmupSteps(options, maxSteps);
        fingerprint = RunFingerprint.Describe(options, model, maxSteps, planner.Identity);
        maskRandom = new NumpyRandomState((uint)options.Seed);
        if (checkpoint is not null)
        {
            RunFingerprint.Check(checkpoint, fingerprint, data.Fingerprint);
            TrainerState state = checkpoint.State;
            MoveTo(checkpoint);
            maskRandom = NumpyRandomState.FromState(state.MaskState);
            startStep = step = state.Step;
            savedStep = FolderPath.IsSame(checkpoint.Directory, store.DirectoryOf(step)) ? step : -1;
            WarnOfOtherThreads(state);
        }

        TrySchedules();
        context = new TrainerContext(model, options, data, maxSteps) { Step = step, Resumed = checkpoint is not null };
        clock = new RunClock(options.TimeProvider, TimeSpan.FromSeconds(checkpoint?.State.ElapsedSeconds ?? 0));
        reporter = new RunReporter(
            context,
            options.MetricsPath is { } path ? MetricsFile.Open(path, checkpoint is null ? -1 : step) : null
        );
        try
        {
            optimizer = options.EffectiveOptimizer.Create(model.TrainableParameters);
            trainer = new StepTrainer(model, options, optimizer, content.Teacher, warmupSteps, maxSteps);
            files = new RunFiles(model, tokenizer, optimizer, options.MaxShardSize);
            checkpoint?.Restore(model, optimizer); // last, because it changes the model's weights
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public FineTuningResult Execute(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        TrainingProgress? last = null;
        context.CancellationToken = cancellationToken;
        try
        {
            Begin();
            while (step < maxSteps)
            {
                last = RunStep(cancellationToken);
                reporter.StepEnds(last, progress);
                if (options.SaveSteps > 0 && step % options.SaveSteps == 0)
                {
                    SaveCheckpoint();
                }
            }

            Finish();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new FineTuningCanceledException(step, SaveCheckpoint(), cancellationToken);
        }

        return new FineTuningResult(options.OutputDirectory, maxSteps, startStep, last, clock.Elapsed);
    }

    public void Dispose()
    {
        reporter.Dispose();
        optimizer?.Dispose(); // null if the constructor failed before it was made
    }

    private void Begin()
    {
        reporter.TrainBegins();
        TakeFolder();
        reporter.WriteStartMetrics();
    }

    /// <summary>
    /// Removes what a former run left in the output directory. Not earlier: a run that is refused must leave it untouched, and callbacks
    /// may refuse it too. Not later: if this run is killed, a resume must not find a checkpoint of the former one.
    /// </summary>
    private void TakeFolder()
    {
        if (!ownsFolder)
        {
            RunStart.Clear(store, options);
            reporter.BeginMetrics();
            ownsFolder = true;
        }
    }

    /// <summary>
    /// Asks the schedules for a first value, so that a broken one refuses the run while a former run's files are still
    /// there.
    /// </summary>
    private void TrySchedules()
    {
        long next = Math.Min(startStep, maxSteps - 1);
        _ = options.LearningRateSchedule.GetFactor(next, warmupSteps, maxSteps);
        _ = options.MaskRateSchedule.GetRate(next, maxSteps);
    }

    /// <summary>Moves on to the checkpoint's place in the samples.</summary>
    private void MoveTo(TrainingCheckpoint checkpoint)
    {
        TrainerState state = checkpoint.State;

        // Every epoch has at least one step. Without this check, a damaged file could make it draw epochs nearly without end.
        if (state.Epoch > state.Step || !epochs.TryMoveTo(state.SamplerState, state.Epoch, state.StepInEpoch))
        {
            throw CheckpointException.OfAnotherRun(
                checkpoint.Directory,
                [$"{options.Sampler.Identity} does not come to step {state.StepInEpoch} of epoch {state.Epoch} as it did then"]
            );
        }
    }

    /// <summary>Does one optimizer step. If it fails, weights and mask generator are as before it.</summary>
    private TrainingProgress RunStep(CancellationToken cancellationToken)
    {
        using Activity? activity = FineTuningTelemetry.StartStep(step + 1);
        NumpyRandomState maskRandomBefore = NumpyRandomState.FromState(maskRandom.GetState());
        long started = options.TimeProvider.GetTimestamp();
        try
        {
            PlannedStep planned = planner.Plan(epochs.Peek(), step, maxSteps, maskRandom, cancellationToken);
            StepLoss loss = new(options, planned);
            (double norm, double learningRate) = trainer.Train(planned, loss, step, cancellationToken);
            return CompleteStep(planned, loss, norm, learningRate, started);
        }
        catch
        {
            maskRandom = maskRandomBefore;
            trainer.ClearGradients();
            throw;
        }
    }

    private TrainingProgress CompleteStep(PlannedStep planned, StepLoss loss, double norm, double learningRate, long started)
    {
        epochs.Advance();
        context.Step = ++step;
        TimeSpan duration = options.TimeProvider.GetElapsedTime(started);
        clock.AddStep(duration);
        bool distilled = planned.Counts.DistilledPositions > 0;
        TrainingProgress done = new()
        {
            Step = step,
            MaxSteps = maxSteps,
            Epoch = epochs.Passes,
            Loss = loss.Total,
            CrossEntropy = loss.CrossEntropy,
            Divergence = distilled ? loss.Divergence : null,
            LossTerms = loss.Further,
            MaskRate = distilled ? planned.MaskRate : null,
            LearningRate = learningRate,
            GradientNorm = norm,
            Labels = planned.Counts.Labels,
            SampleTokens = planned.SampleTokens,
            HiddenTokens = planned.HiddenTokens,
            TokensPerSecond = planned.SampleTokens / Math.Max(duration.TotalSeconds, 1e-9),
            PeakMemoryBytes = ProcessMemory.PeakResidentBytes(),
            Elapsed = clock.Elapsed,
            Remaining = clock.Remaining(maxSteps - step),
        };
        foreach ((string name, double value) in planned.Metrics)
        {
            context.AddMetric(name, value);
        }

        FineTuningTelemetry.Record(done, duration);
        return done;
    }

    private string SaveCheckpoint()
    {
        string directory = store.DirectoryOf(step);
        if (savedStep == step)
        {
            return directory;
        }

        using Activity? activity = FineTuningTelemetry.StartCheckpoint(step);
        TakeFolder(); // not done yet if the run was cancelled before its first step
        reporter.FlushMetrics();
        store.Write(CaptureState(), files.WriteCheckpoint);
        savedStep = step;
        if (options.SaveTotalLimit is { } limit)
        {
            store.KeepNewest(limit);
        }

        reporter.CheckpointSaved(directory);
        return directory;
    }

    private void Finish()
    {
        reporter.TrainEnds();
        reporter.FlushMetrics();
        store.WriteFinal(files.WriteModel);
        options.Logger.LogInformation("Saved the trained model to {Directory}.", options.OutputDirectory);
    }

    private TrainerState CaptureState() =>
        new()
        {
            Format = TrainerState.CurrentFormat,
            LibraryVersion = typeof(TrainingRun).Assembly.GetName().Version?.ToString(3) ?? "",
            Step = step,
            MaxSteps = maxSteps,
            Epoch = epochs.Epoch,
            StepInEpoch = epochs.StepInEpoch,
            SamplerState = epochs.StateAtEpochStart,
            MaskState = maskRandom.GetState(),
            OptimizerStep = optimizer.StepCount,
            Threads = options.Threads,
            Options = fingerprint,
            DataFingerprint = data.Fingerprint,
            ElapsedSeconds = clock.Elapsed.TotalSeconds,
            Files = new Dictionary<string, long>(),
        };

    private void WarnOfOtherThreads(TrainerState state)
    {
        if (state.Threads != options.Threads)
        {
            options.Logger.LogWarning(
                "The checkpoint was written with {Before} threads, this session has {Now}: the run goes on, but not to the bit.",
                state.Threads,
                options.Threads
            );
        }
    }
}
