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

/// <summary>Registers the services of the Core package.</summary>
public static class CoreServices
{
    /// <summary>
    /// Registers these singletons: <see cref="ICodeSandbox"/> (a <see cref="BubblewrapSandbox"/>), <see cref="IReflectionAuthor"/> (a
    /// <see cref="MutationAuthor"/>), <see cref="Evaluator"/> and <see cref="SampleTokenizer"/>. A service that the host has registered
    /// before is kept. <see cref="SampleTokenizer"/> needs a <see cref="CodeTokenizer"/>, which the host registers.
    /// </summary>
    /// <param name="services">Where the services are added.</param>
    /// <returns><paramref name="services"/>, so that calls can be chained.</returns>
    /// <remarks>
    /// Options are set with <c>services.Configure&lt;T&gt;</c>: <see cref="BubblewrapSandboxOptions"/>,
    /// <see cref="MutationAuthorOptions"/>, <see cref="EvaluatorOptions"/> and <see cref="SampleTokenizerOptions"/>. They are checked when
    /// the host starts. A service is created when it is first asked for.
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
