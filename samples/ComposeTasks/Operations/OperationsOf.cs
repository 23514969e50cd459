namespace ReflectionCoder.Samples.ComposeTasks.Operations;

/// <summary>Makes operations that take values of one type.</summary>
/// <typeparam name="TIn">The type; see <see cref="ValueType"/>.</typeparam>
internal sealed class OperationsOf<TIn>
    where TIn : notnull
{
    /// <summary>An operation without a parameter.</summary>
    public Operation To<TOut>(string name, string code, Func<TIn, TOut> apply, params string[] phrases)
        where TOut : notnull =>
        new(name, TypeOf(typeof(TIn)), TypeOf(typeof(TOut)), phrases, code.Split('\n'), (value, _) => apply((TIn)value));

    /// <summary>An operation with a whole number as its parameter.</summary>
    public Operation By<TOut>(string name, string code, Func<TIn, long, TOut> apply, long[] parameters, params string[] phrases)
        where TOut : notnull => With(name, code, apply, parameters, phrases);

    /// <summary>An operation with a string as its parameter.</summary>
    public Operation Using<TOut>(string name, string code, Func<TIn, string, TOut> apply, string[] parameters, params string[] phrases)
        where TOut : notnull => With(name, code, apply, parameters, phrases);

    private static Operation With<TK, TOut>(string name, string code, Func<TIn, TK, TOut> apply, TK[] parameters, string[] phrases)
        where TK : notnull
        where TOut : notnull =>
        new(
            name,
            TypeOf(typeof(TIn)),
            TypeOf(typeof(TOut)),
            phrases,
            code.Split('\n'),
            (value, parameter) => apply((TIn)value, (TK)parameter)
        )
        {
            Parameters = [.. parameters.Cast<object>()],
        };

    private static ValueType TypeOf(Type type) =>
        type == typeof(long[]) ? ValueType.Numbers
        : type == typeof(string[]) ? ValueType.Words
        : type == typeof(string) ? ValueType.Text
        : type == typeof(long) ? ValueType.Number
        : type == typeof((string, long)[]) ? ValueType.Table
        : throw new ArgumentException($"{type} is not a type of the tasks.", nameof(type));
}
