using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ReflectionCoder.Batching;
using ReflectionCoder.Evaluation;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Hosting;

/// <summary>Registers the services of the Training package.</summary>
public static class TrainingServices
{
    /// <summary>
    /// Registers, as singletons and where the host has not registered its own: <see cref="PretrainedModel"/> with its
    /// <see cref="ICausalLanguageModel"/> and <see cref="CodeTokenizer"/>, one <see cref="TorchThread"/> for all of them,
    /// <see cref="IFineTuner"/>, <see cref="TextGenerator"/>, <see cref="ICodeGenerator"/> and <see cref="ReflectionChatClient"/>; and the
    /// services of the Core package. <see cref="ReflectionChatClient"/> isn't registered as <c>IChatClient</c>, because a host may have
    /// several clients and decides itself which one that is.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configureModel">Says which model to load; null if the host registers <see cref="ICausalLanguageModel"/> and
    /// <see cref="CodeTokenizer"/> itself.</param>
    /// <param name="configureFineTuning">Sets the options of training runs.</param>
    /// <returns>The services, for further calls.</returns>
    /// <remarks>
    /// <para>A registered <see cref="IMaskStrategy"/> (one or more), <see cref="IMaskRateSchedule"/>, <see cref="IDistillationLoss"/>,
    /// <see cref="ILossNormalizer"/>, <see cref="ISampler"/>, <see cref="ILearningRateSchedule"/>, <see cref="IOptimizerFactory"/>,
    /// <see cref="ITrainerCallback"/> (one or more) or <see cref="TimeProvider"/> replaces the default in <see cref="FineTuningOptions"/>;
    /// so does the host's logging. <paramref name="configureFineTuning"/> runs after that, so what it sets wins.</para>
    /// <para><see cref="GenerationOptions"/> are set with <c>services.Configure&lt;GenerationOptions&gt;</c>. All options are checked when
    /// the host starts. The model is loaded later, when a service first needs it.</para>
    /// <para>The generator also stops at the ids that the model's own configuration lists (see <see cref="TextGenerator"/>);
    /// <see cref="GenerationOptions.StopTokenIds"/> need not repeat them.</para>
    /// <para><see cref="SampleTokenizerOptions"/> apply to samples that are loaded with the registered <see cref="SampleTokenizer"/>:
    /// <see cref="TrainingData.Load(IEnumerable{string}, SampleTokenizer, CancellationToken)"/>.</para>
    /// <para>The container disposes what it made: generator, thread and model.</para>
    /// </remarks>
    public static IServiceCollection AddReflectionCoder(
        this IServiceCollection services,
        Action<PretrainedModelOptions>? configureModel,
        Action<FineTuningOptions> configureFineTuning
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configureFineTuning);
        services.AddReflectionCoder();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<FineTuningOptions>, RegisteredSeams>());
        services.AddValidatedOptions<FineTuningOptions>().Configure(configureFineTuning);
        services.AddValidatedOptions<GenerationOptions>();
        if (configureModel is not null)
        {
            services.AddValidatedOptions<PretrainedModelOptions>().Configure(configureModel);
            services.TryAddSingleton(LoadModel);
            services.TryAddSingleton<ICausalLanguageModel>(provider => provider.GetRequiredService<PretrainedModel>().Model);
            services.TryAddSingleton(provider => provider.GetRequiredService<PretrainedModel>().Tokenizer);
        }

        services.TryAddSingleton(_ => new TorchThread());
        services.TryAddSingleton<IFineTuner>(provider => new ReflectionFineTuner(
            provider.GetRequiredService<ICausalLanguageModel>(),
            provider.GetRequiredService<CodeTokenizer>(),
            Options<FineTuningOptions>(provider),
            provider.GetRequiredService<TorchThread>()
        ));
        services.TryAddSingleton(provider => new TextGenerator(
            provider.GetRequiredService<ICausalLanguageModel>(),
            provider.GetRequiredService<CodeTokenizer>(),
            Options<GenerationOptions>(provider),
            provider.GetRequiredService<TorchThread>()
        ));
        services.TryAddSingleton<ICodeGenerator>(provider => provider.GetRequiredService<TextGenerator>());
        services.TryAddSingleton(provider => new ReflectionChatClient(provider.GetRequiredService<TextGenerator>()));
        return services;
    }

    private static PretrainedModel LoadModel(IServiceProvider provider)
    {
        PretrainedModelOptions options = Options<PretrainedModelOptions>(provider);
        PretrainedModel loaded = PretrainedModel.Load(options);
        if (options.Dtype is null && loaded.Model.StoredDtype is { } stored && stored != loaded.Model.Dtype)
        {
            provider
                .GetService<ILogger<PretrainedModel>>()
                ?.LogWarning(
                    "The weights of {Directory} are stored as {Stored}; on the CPU they run as {Dtype}.",
                    options.Directory,
                    stored,
                    loaded.Model.Dtype
                );
        }

        return loaded;
    }

    private static T Options<T>(IServiceProvider provider)
        where T : class => provider.GetRequiredService<IOptions<T>>().Value;

    /// <summary>Puts the parts that the host has registered, such as a loss or a sampler, into the options.</summary>
    private sealed class RegisteredSeams(IServiceProvider provider) : IConfigureOptions<FineTuningOptions>
    {
        public void Configure(FineTuningOptions options)
        {
            IMaskStrategy[] strategies = [.. provider.GetServices<IMaskStrategy>()];
            if (strategies.Length > 0)
            {
                options.MaskStrategies = strategies;
            }

            options.Callbacks = [.. provider.GetServices<ITrainerCallback>()];
            options.MaskRateSchedule = provider.GetService<IMaskRateSchedule>() ?? options.MaskRateSchedule;
            options.Loss = provider.GetService<IDistillationLoss>() ?? options.Loss;
            options.LossNormalizer = provider.GetService<ILossNormalizer>() ?? options.LossNormalizer;
            options.Sampler = provider.GetService<ISampler>() ?? options.Sampler;
            options.LearningRateSchedule = provider.GetService<ILearningRateSchedule>() ?? options.LearningRateSchedule;
            options.Optimizer = provider.GetService<IOptimizerFactory>() ?? options.Optimizer;
            options.TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider;
            options.Logger = provider.GetService<ILogger<ReflectionFineTuner>>() ?? options.Logger;
        }
    }
}
