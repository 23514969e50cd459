namespace ReflectionCoder.Samples.Ablate.Training;

/// <summary>What an arm was asked to learn from isn't there, which is a result of its own.</summary>
internal sealed class ArmRefusedException(string message) : Exception(message);
