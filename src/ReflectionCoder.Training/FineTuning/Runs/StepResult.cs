namespace ReflectionCoder.FineTuning.Runs;

/// <summary>What a step's losses come to, normalised.</summary>
internal readonly record struct LossSums(double CrossEntropy, double Divergence)
{
    public static LossSums operator +(LossSums left, LossSums right) => new(left.CrossEntropy + right.CrossEntropy, left.Divergence + right.Divergence);
}

/// <summary>What an update reports.</summary>
internal readonly record struct StepResult(LossSums Sums, double GradientNorm, double LearningRate);
