using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ReflectionCoder.Torch;

/// <summary>
/// Loads torch's native library. The application brings the library, in a package of its own; it is loaded when torch is first used.
/// </summary>
/// <remarks>
/// All of this library that needs torch calls <see cref="EnsureAvailable"/> first. An application that uses <see cref="torch"/> before
/// anything of this library should call it too. Otherwise TorchSharp loads the library itself, and if that fails, throws
/// <see cref="TypeInitializationException"/>, prints a page of text on the console and makes a copy of the whole library.
/// </remarks>
public static class TorchRuntime
{
    private const string Wrapper = "LibTorchSharp";
    private const string Engine = "torch_cpu";

    private static readonly Lock Gate = new();
    private static volatile bool available;

    /// <summary>Loads the library if it is not loaded yet. Thread-safe.</summary>
    /// <exception cref="TorchUnavailableException">
    /// The library can't be loaded: the package with libtorch is missing, or the system is too old for it.
    /// </exception>
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
        // In TorchSharp's own order: its native library finds libtorch by name only when libtorch is loaded already.
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
    /// Whether TorchSharp.dll is run from NuGet's package folder, as in scripts and notebooks. There TorchSharp itself brings the native
    /// files together.
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
