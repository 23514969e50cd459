namespace ReflectionCoder.Pretrained;

/// <summary>How far the loading of a model has come. Reported on the thread that loads, after each piece of at most 64 MiB.</summary>
/// <param name="BytesRead">Bytes of weights read so far.</param>
/// <param name="TotalBytes">Bytes of all weights in the files.</param>
/// <param name="TensorName">Name of the tensor that the last piece belongs to.</param>
/// <param name="TensorsRead">How many tensors are read completely.</param>
/// <param name="TotalTensors">How many tensors there are.</param>
public sealed record ModelLoadProgress(long BytesRead, long TotalBytes, string TensorName, int TensorsRead, int TotalTensors)
{
    /// <summary>Share of the bytes that are read, from 0 to 1.</summary>
    public double Fraction => TotalBytes == 0 ? 1 : (double)BytesRead / TotalBytes;
}
