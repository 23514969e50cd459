namespace ReflectionCoder.Modeling;

/// <summary>Keys and values of the tokens already seen, a pair a layer.</summary>
public sealed class KeyValueCache : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
