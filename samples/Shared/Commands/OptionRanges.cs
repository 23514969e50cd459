using System.CommandLine;
using System.CommandLine.Parsing;

namespace ReflectionCoder.Samples;

/// <summary>The ranges of options that are numbers. A number outside, or what is none, is refused by the option's name.</summary>
internal static class OptionRanges
{
    /// <summary>An option that counts something: at least 1.</summary>
    public static Option<int> Count(string name, string description, int value) =>
        new Option<int>(name) { Description = description, DefaultValueFactory = _ => value }.AtLeastOne();

    /// <summary>How many, and none is an answer too.</summary>
    public static Option<int> CountOrNone(string name, string description, int value) =>
        new Option<int>(name) { Description = description, DefaultValueFactory = _ => value }.Require(count => count >= 0, "at least 0");

    public static Option<int> AtLeastOne(this Option<int> option) => option.Require(value => value >= 1, "at least 1");

    public static Option<int?> AtLeastOne(this Option<int?> option) => option.Require(value => value is null or >= 1, "at least 1");

    public static Option<long?> AtLeastOne(this Option<long?> option) => option.Require(value => value is null or >= 1, "at least 1");

    /// <summary>Refuses values that don't fit.</summary>
    /// <returns>The option itself.</returns>
    public static Option<T> Require<T>(this Option<T> option, Predicate<T?> fits, string range)
    {
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || !Fits(result))
            {
                result.AddError($"{option.Name} must be {range}.");
            }
        });
        return option;

        bool Fits(OptionResult result)
        {
            try
            {
                return fits(result.GetValueOrDefault<T>());
            }
            catch (InvalidOperationException) // it is no number
            {
                return false;
            }
        }
    }
}
