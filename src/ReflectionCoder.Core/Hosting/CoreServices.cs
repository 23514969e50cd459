using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Hosting;

/// <summary>Registers what the Core package offers.</summary>
public static class CoreServices
{
    /// <summary>
    /// Registers, as singletons and where the host has not registered its own: <see cref="ICodeSandbox"/> (bubblewrap),
    /// <see cref="IReflectionAuthor"/> (the mutation author), <see cref="Evaluator"/>, and <see cref="SampleTokenizer"/>, which needs a
    /// <see cref="CodeTokenizer"/> that is registered too.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    /// <remarks>
    /// Options, by <c>services.Configure&lt;T&gt;</c>: <see cref="BubblewrapSandboxOptions"/>, <see cref="MutationAuthorOptions"/>,
    /// <see cref="EvaluatorOptions"/> and <see cref="SampleTokenizerOptions"/>; checked when the host starts.
    /// Nothing is started before it is used.
    /// </remarks>
    public static IServiceCollection AddReflectionCoder(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddValidatedOptions<BubblewrapSandboxOptions>();
        services.AddValidatedOptions<MutationAuthorOptions>();
        services.AddValidatedOptions<EvaluatorOptions>();
        services.AddValidatedOptions<SampleTokenizerOptions>();
        services.TryAddSingleton<ICodeSandbox>(provider => new BubblewrapSandbox(Options<BubblewrapSandboxOptions>(provider)));
        services.TryAddSingleton<IReflectionAuthor>(provider => new MutationAuthor(
            provider.GetRequiredService<ICodeSandbox>(),
            Options<MutationAuthorOptions>(provider),
            provider.GetService<ILogger<MutationAuthor>>()
        ));
        services.TryAddSingleton(provider => new Evaluator(
            provider.GetRequiredService<ICodeSandbox>(),
            Options<EvaluatorOptions>(provider)
        ));
        services.TryAddSingleton(provider => new SampleTokenizer(
            provider.GetRequiredService<CodeTokenizer>(),
            Options<SampleTokenizerOptions>(provider)
        ));
        return services;
    }

    private static T Options<T>(IServiceProvider provider)
        where T : class => provider.GetRequiredService<IOptions<T>>().Value;
}
