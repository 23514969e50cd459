namespace ReflectionCoder.Evaluation.Judging;

/// <summary>How an output of a function is compared with the expected one.</summary>
public enum FunctionOracle
{
    /// <summary>They are equal, as Python's <c>==</c> says of plain data, or close (<see cref="FunctionRules"/>).</summary>
    Equal,

    /// <summary>Any output is right. EvalPlus judges Mbpp/164 so.</summary>
    Anything,

    /// <summary>Equal, or 0. EvalPlus judges Mbpp/295 so.</summary>
    EqualOrZero,

    /// <summary>Equal, or the surface of a square pyramid of that edge and upright height. EvalPlus judges Mbpp/581 so.</summary>
    SurfaceArea,

    /// <summary>
    /// Equal, or the sum of the distances of digits, where the shorter number is filled up with zeros. EvalPlus judges Mbpp/558 so.
    /// </summary>
    DigitDistance,

    /// <summary>Both hold the same elements, in any order and number. EvalPlus judges eight tasks of MBPP so.</summary>
    SameElements,

    /// <summary>
    /// A truth value is equal to whether the reference's output is anything but None; another output is None if and only if that is.
    /// EvalPlus judges three tasks of MBPP so.
    /// </summary>
    NotNone,

    /// <summary>
    /// The polynomial with the input as its coefficients is 0 there, up to the absolute tolerance. EvalPlus judges HumanEval/32 so.
    /// </summary>
    Root,

    /// <summary>Equal to the answer in JSON, where a tuple counts as a list; no tolerance. LiveCodeBench judges so.</summary>
    Json,
}

/// <summary>The rules by which the outputs of a function are judged. The default values are EvalPlus's.</summary>
public sealed record FunctionRules
{
    /// <summary>How outputs are compared. The default value is <see cref="FunctionOracle.Equal"/>.</summary>
    public FunctionOracle Oracle { get; init; }

    /// <summary>
    /// The absolute tolerance of an output that isn't equal, at least 0. It must then have the same type as the expected one, and numbers
    /// at the same places. The default value is 0: <see cref="FloatTolerance"/> decides.
    /// </summary>
    public double AbsoluteTolerance { get; init; }

    /// <summary>The relative tolerance that is added to the absolute one where that isn't 0. The default value is 1e-7.</summary>
    public double RelativeTolerance { get; init; } = 1e-7;

    /// <summary>
    /// The absolute tolerance of an input whose expected output is a float or holds only floats, and of all inputs after it in the same
    /// part, if <see cref="AbsoluteTolerance"/> is 0. The default value is 1e-6. With 0, floats must be equal, too.
    /// </summary>
    public double FloatTolerance { get; init; } = 1e-6;

    /// <summary>
    /// The longest processor time for one input. EvalPlus measures wall-clock time, which a busy machine shortens. A solution that sleeps
    /// may do so for three times as long, and 5 s more. The default value is 4 s.
    /// </summary>
    public TimeSpan InputTime { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// An input may take this many times as long as the reference solution takes, if that is more. The default value is 4.
    /// </summary>
    public double ReferenceTimeFactor { get; init; } = 4;

    /// <summary>
    /// The longest processor time for all inputs of a part, and the longest sleep, besides 2 s. The default value is 60 s.
    /// </summary>
    public TimeSpan PartTime { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>What an argument becomes that was written in JSON, which has no tuples, sets and complex numbers.</summary>
public enum ArgumentForm
{
    /// <summary>It stays what JSON makes of it.</summary>
    AsIs,

    /// <summary>A float of Python.</summary>
    FloatingPoint,

    /// <summary>A complex number, written as text.</summary>
    Complex,

    /// <summary>A tuple.</summary>
    Tuple,

    /// <summary>A list of tuples.</summary>
    Tuples,

    /// <summary>A tuple of tuples.</summary>
    TupleOfTuples,

    /// <summary>A tuple, in which lists become tuples and all else stays.</summary>
    TupleOfListsAsTuples,

    /// <summary>A tuple, and so on for every list in it.</summary>
    DeepTuples,

    /// <summary>A list of sets; what is empty or no list becomes an empty dictionary.</summary>
    Sets,

    /// <summary>A dictionary of tuples.</summary>
    DictionaryOfTuples,
}
