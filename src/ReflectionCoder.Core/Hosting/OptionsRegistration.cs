using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ReflectionCoder.Configuration;

namespace ReflectionCoder.Hosting;

/// <summary>Registers options that can check their own values.</summary>
internal static class OptionsRegistration
{
    /// <summary>Registers options. They are checked when the host starts, and again whenever an instance is created.</summary>
    /// <typeparam name="T">The options.</typeparam>
    /// <param name="services">The services.</param>
    /// <returns>A builder to configure them with.</returns>
    /// <remarks>
    /// If options are out of range, the host doesn't start. It throws an <see cref="OptionsValidationException"/>, and
    /// <see cref="OptionsValidationException.Failures"/> lists every mistake with name, value and range. If several options types have
    /// mistakes, it throws an <see cref="AggregateException"/> that holds one such exception for each type. Nothing is loaded before that.
    /// </remarks>
    public static OptionsBuilder<T> AddValidatedOptions<T>(this IServiceCollection services)
        where T : class, IValidatedOptions, new()
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<T>, Validator<T>>());
        return services.AddOptions<T>().ValidateOnStart();
    }

    private sealed class Validator<T> : IValidateOptions<T>
        where T : class, IValidatedOptions
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            IReadOnlyList<OptionError> errors = options.FindErrors();
            return errors.Count == 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(errors.Select(error => $"{typeof(T).Name}: {error}"));
        }
    }
}
