using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ReflectionCoder.Torch;

/// <summary>Torch's native library, which the application brings and which is loaded with the first use of torch.</summary>
/// <remarks>
/// Everything of ours that needs torch asks here first. An application that touches <see cref="torch"/> before it calls us should ask too:
/// TorchSharp itself ends such a first use with a <see cref="TypeInitializationException"/>, a page of text on the console and a copy of
/// the whole library.
/// </remarks>
public static class TorchRuntime
{
    private const string Wrapper = "LibTorchSharp";
    private const string Engine = "torch_cpu";

    private static readonly Lock Gate = new();
    private static volatile bool available;

    /// <summary>Loads the library unless it is there already. Thread-safe.</summary>
    /// <exception cref="TorchUnavailableException">It can't be loaded: the package of a backend is missing, or the system is too old for
    /// it.</exception>
    public static void EnsureAvailable()
    {
        if (available)
        {
            return;
        }

        lock (Gate)
        {
            if (!available)
            {
                Load(typeof(torch).Assembly);
                available = true;
            }
        }
    }

    private static void Load(Assembly torchSharp)
    {
        // The order is TorchSharp's own: its wrapper finds libtorch by name only once that is loaded.
        NativeLibrary.TryLoad(Engine, torchSharp, searchPath: null, out _);
        try
        {
            NativeLibrary.Load(Wrapper, torchSharp, searchPath: null);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            if (!IsInPackageFolder(torchSharp.Location))
            {
                throw new TorchUnavailableException(TorchDiagnosis.Explain(exception.Message, TorchPlatform.Current()), exception);
            }

            LoadFromPackageFolder(exception);
        }
    }

    /// <summary>
    /// Scripts and notebooks run TorchSharp.dll where NuGet unpacked it; there TorchSharp gathers the native files by itself.
    /// </summary>
    private static bool IsInPackageFolder(string location) =>
        location.Replace('\\', '/').Contains("/torchsharp/", StringComparison.OrdinalIgnoreCase)
        && location.Replace('\\', '/').Contains("/lib/", StringComparison.Ordinal);

    private static void LoadFromPackageFolder(Exception first)
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception exception)
            when (exception is TypeInitializationException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            throw new TorchUnavailableException(TorchDiagnosis.Explain(first.Message, TorchPlatform.Current()), exception);
        }
    }
}
