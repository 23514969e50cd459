using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ReflectionCoder.Configuration;

namespace ReflectionCoder.Hosting;

/// <summary>Registers options that know their ranges.</summary>
internal static class OptionsRegistration
{
    /// <summary>Registers options that are checked when the host starts, and again whenever they are made.</summary>
    /// <typeparam name="T">The options.</typeparam>
    /// <param name="services">The services.</param>
    /// <returns>A builder to configure them with.</returns>
    /// <remarks>
    /// A host that starts with mistakes fails with an <see cref="OptionsValidationException"/> that lists all of them
    /// (<see cref="OptionsValidationException.Failures"/>: name, value, range); where several options are wrong, with an
    /// <see cref="AggregateException"/> of one for each. Nothing is loaded by then.
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
