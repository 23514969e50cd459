namespace ReflectionCoder.Pretrained;

/// <summary>How far the loading of a model has come. Reported on the thread that loads, after each piece of at most 64 MiB.</summary>
/// <param name="BytesRead">Bytes of weights read so far.</param>
/// <param name="TotalBytes">Bytes of all weights, as the files hold them.</param>
/// <param name="TensorName">The tensor that was read last.</param>
/// <param name="TensorsRead">Tensors that are whole.</param>
/// <param name="TotalTensors">All tensors.</param>
public sealed record ModelLoadProgress(long BytesRead, long TotalBytes, string TensorName, int TensorsRead, int TotalTensors)
{
    /// <summary>Share of the bytes read, from 0 to 1.</summary>
    public double Fraction => TotalBytes == 0 ? 1 : (double)BytesRead / TotalBytes;
}
