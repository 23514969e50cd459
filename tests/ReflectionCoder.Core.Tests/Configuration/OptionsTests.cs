using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Configuration;

public sealed class OptionsTests
{
    public static TheoryData<object> Defaults =>
        [
            new SandboxLimits(),
            new BubblewrapSandboxOptions(),
            new EvaluatorOptions(),
            new MutationAuthorOptions(),
            new SampleTokenizerOptions(),
        ];

    [Theory]
    [MemberData(nameof(Defaults))]
    public void Defaults_AreValid(object options) => Assert.IsAssignableFrom<IValidatedOptions>(options).Validate();

    [Fact]
    public void EveryOptionsClass_IsValidated()
    {
        Type[] unchecked_ =
        [
            .. typeof(IValidatedOptions)
                .Assembly.GetExportedTypes()
                .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && type is { IsClass: true, IsAbstract: false })
                .Where(type => !type.IsAssignableTo(typeof(IValidatedOptions))),
        ];
        Assert.Empty(unchecked_);
    }

    [Fact]
    public void Validate_SeveralMistakes_ListsAllWithNameValueAndRange()
    {
        EvaluatorOptions options = new()
        {
            MaxConcurrency = 0,
            SamplesPerTask = -2,
            Limits = new SandboxLimits { CpuTime = TimeSpan.Zero, OpenFiles = 7 },
        };
        InvalidOptionsException exception = Assert.Throws<InvalidOptionsException>(options.Validate);
        Assert.Equal(
            ["MaxConcurrency", "SamplesPerTask", "Limits.CpuTime", "Limits.OpenFiles"],
            exception.Errors.Select(error => error.Name)
        );
        Assert.Equal("EvaluatorOptions", exception.OptionsName);
        Assert.Equal(
            "EvaluatorOptions: MaxConcurrency is 0; it must be at least 1; SamplesPerTask is -2; it must be at least 1; "
                + "Limits.CpuTime is 00:00:00; it must be above 0, at most a day; Limits.OpenFiles is 7; it must be at least 8.",
            exception.Message
        );
    }

    [Fact]
    public void ThrowIfAny_Errors_ThrowsAndNoneDoesNot()
    {
        InvalidOptionsException.ThrowIfAny(nameof(EvaluatorOptions), new EvaluatorOptions().FindErrors());
        InvalidOptionsException exception = Assert.Throws<InvalidOptionsException>(() =>
            InvalidOptionsException.ThrowIfAny(nameof(EvaluatorOptions), new EvaluatorOptions { MaxConcurrency = 0 }.FindErrors())
        );
        Assert.Equal("EvaluatorOptions: MaxConcurrency is 0; it must be at least 1.", exception.Message);
    }

    [Theory]
    [InlineData(null, "null")]
    [InlineData("", "empty")]
    [InlineData("  ", "empty")]
    [InlineData(1.5, "1.5")]
    [InlineData(true, "True")]
    public void Require_AnyValue_IsShown(object? value, string shown) =>
        Assert.Equal(new OptionError("value", shown, "other"), Assert.Single(new OptionErrors().Require(false, value, "other").Found));

    /// <summary>A list is its items, not its type's name.</summary>
    [Fact]
    public void Require_List_ShowsTheItems()
    {
        Assert.Equal(
            ["['', 'a b']", "[1, 2]", "[]", "[null]"],
            new OptionErrors()
                .Require(false, new[] { "", "a b" }, "other")
                .Require(false, new List<int> { 1, 2 }, "other")
                .Require(false, Array.Empty<string>(), "other")
                .Require(false, new object?[] { null }, "other")
                .Found.Select(error => error.Value)
        );
        OptionError error = Assert.Single(new MutationAuthorOptions { Languages = [null!] }.FindErrors());
        Assert.Equal("Languages is [null]; it must be a list without null in which no language is twice", error.ToString());
    }

    [Fact]
    public void RequireValid_Null_IsAMistake() =>
        Assert.Equal("limits", Assert.Single(new OptionErrors().RequireValid(null, "limits").Found).Name);

    [Fact]
    public void Constructors_TakeACopy()
    {
        EvaluatorOptions options = new();
        Evaluator evaluator = new(new UnusedSandbox(), options);
        options.MaxConcurrency = 0; // would be refused
        Assert.NotNull(evaluator.EvaluateAsync([], Array.Empty<Completion>()));
        Assert.Throws<InvalidOptionsException>(() => new Evaluator(new UnusedSandbox(), options));
    }

    private sealed class UnusedSandbox : ICodeSandbox
    {
        public Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        ) => throw new InvalidOperationException("Nothing is to be run.");
    }
}
