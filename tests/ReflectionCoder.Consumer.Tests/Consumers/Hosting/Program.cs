using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Hosting;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using static TorchSharp.torch;

// A host that fine-tunes in the background: a run that is stopped half-way, one that goes on where it stopped, and one with mistakes.
string config = args[0],
    samples = args[1],
    output = args[2];
RunLog log = new();

await StartAsync(stopAfter: 8, options => options.OutputDirectory = output);
await StartAsync(stopAfter: null, options => (options.OutputDirectory, options.Resume) = (output, true));
try
{
    await StartAsync(stopAfter: null, options => (options.LearningRate, options.WarmupRatio) = (-1, 2));
}
catch (OptionsValidationException e)
{
    foreach (string mistake in e.Failures)
    {
        Console.WriteLine($"mistake {mistake}");
    }
}

Console.WriteLine($"logged {log.Lines > 0}");

async Task StartAsync(long? stopAfter, Action<FineTuningOptions> configure)
{
    HostApplicationBuilder builder = Host.CreateApplicationBuilder();
    builder.Logging.ClearProviders().AddProvider(log);
    builder.Services.AddReflectionCoder(
        configureModel: null,
        options =>
        {
            (options.MaxSteps, options.PerDeviceTrainBatchSize, options.GradientAccumulationSteps) = (20, 2, 1);
            (options.LoggingSteps, options.Threads) = (1, 1);
            configure(options);
        }
    );
    builder.Services.AddSingleton(MaskRateSchedules.Constant(0.5));
    builder.Services.Configure<GenerationOptions>(options => options.MaxNewTokens = 8);
    builder.Services.AddSingleton(CodeTokenizer.CreateByteLevel());
    builder.Services.AddSingleton<ICausalLanguageModel>(_ =>
        CausalLanguageModel.Create(ModelConfig.Load(config), CPU, ScalarType.Float32, seed: 1)
    );
    builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<TuningService>(provider, new Run(samples, stopAfter)));
    using IHost host = builder.Build();
    await host.RunAsync();
}

/// <summary>What a service is asked to do.</summary>
internal sealed record Run(string Samples, long? StopAfter);

/// <summary>Trains, answers once, and stops the host; the host's own stop ends the run with a checkpoint.</summary>
internal sealed class TuningService(
    Run run,
    IServiceProvider services,
    CodeTokenizer tokenizer,
    IHostApplicationLifetime lifetime,
    ILogger<TuningService> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TrainingData data = TrainingData.Load([run.Samples], tokenizer, cancellationToken: stoppingToken);
        try
        {
            FineTuningResult result = await services
                .GetRequiredService<IFineTuner>()
                .TrainAsync(data, new StopAfter(run.StopAfter, lifetime, stoppingToken), stoppingToken);
            Console.WriteLine($"done {result.StartedFromStep} {result.Steps} {result.LastStep?.MaskRate:F2}");
            string answer = await services
                .GetRequiredService<TextGenerator>()
                .GenerateAsync("Write a Python function.", "```python\n", stoppingToken);
            logger.LogInformation("answered with {Characters} characters", answer.Length);
            lifetime.StopApplication();
        }
        catch (FineTuningCanceledException e)
        {
            Console.WriteLine($"stopped {Path.GetFileName(e.Checkpoint)}");
        }
    }

    /// <summary>Asks the host to stop after a step, as Ctrl-C would.</summary>
    private sealed class StopAfter(long? step, IHostApplicationLifetime lifetime, CancellationToken stopping) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
            {
                lifetime.StopApplication();
                stopping.WaitHandle.WaitOne(); // so that no further step is begun
            }
        }
    }
}

/// <summary>Counts what the fine-tuner logs.</summary>
internal sealed class RunLog : ILoggerProvider, ILogger
{
    public int Lines { get; private set; }

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("ReflectionCoder") ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => Lines++;

    public void Dispose() { }
}
