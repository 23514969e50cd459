using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Hosting;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Hosting;

public sealed class CoreServicesTests
{
    [Fact]
    public void AddReflectionCoder_Defaults_AreTheirs()
    {
        using ServiceProvider provider = new ServiceCollection().AddReflectionCoder().BuildServiceProvider(validateScopes: true);
        Assert.IsType<BubblewrapSandbox>(provider.GetRequiredService<ICodeSandbox>());
        Assert.IsType<MutationAuthor>(provider.GetRequiredService<IReflectionAuthor>());
        Assert.Same(provider.GetRequiredService<Evaluator>(), provider.GetRequiredService<Evaluator>());
    }

    [Fact]
    public void AddReflectionCoder_HostsOwnParts_Stay()
    {
        using UnisolatedSandbox own = new();
        using ServiceProvider provider = new ServiceCollection()
            .AddSingleton<ICodeSandbox>(own)
            .AddReflectionCoder()
            .AddReflectionCoder()
            .BuildServiceProvider();
        Assert.Same(own, provider.GetRequiredService<ICodeSandbox>());
    }

    [Fact]
    public void SampleTokenizer_RegisteredVocabulary_HasTheHostsOptions()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddReflectionCoder()
            .AddSingleton(CodeTokenizer.CreateByteLevel())
            .Configure<SampleTokenizerOptions>(options => (options.MaxLength, options.MarkerParsing) = (77, MarkerParsing.Reference))
            .BuildServiceProvider();
        SampleTokenizer samples = provider.GetRequiredService<SampleTokenizer>();
        Assert.Same(provider.GetRequiredService<CodeTokenizer>(), samples.Tokenizer);
        Assert.Equal(new SampleTokenizerOptions { MaxLength = 77, MarkerParsing = MarkerParsing.Reference }, samples.Options);
    }

    [Fact]
    public async Task Start_Mistakes_AreAllListed()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddReflectionCoder();
        builder.Services.Configure<EvaluatorOptions>(options => (options.MaxConcurrency, options.SamplesPerTask) = (0, -1));
        builder.Services.Configure<BubblewrapSandboxOptions>(options => options.UnprivilegedId = 0);
        using IHost host = builder.Build();
        AggregateException exception = await Assert.ThrowsAsync<AggregateException>(() => host.StartAsync());
        Assert.Equal(
            [
                "BubblewrapSandboxOptions: UnprivilegedId is 0; it must be at least 1: never root",
                "EvaluatorOptions: MaxConcurrency is 0; it must be at least 1",
                "EvaluatorOptions: SamplesPerTask is -1; it must be at least 1",
            ],
            exception.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures).Order()
        );
    }
}
