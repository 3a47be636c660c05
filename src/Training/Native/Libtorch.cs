using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using TorchSharp;

namespace ContrastiveService.Training.Native;

/// <summary>
/// Makes TorchSharp's native library load on every Linux it can run on.
/// </summary>
/// <remarks>
/// <para>
/// The published <c>libLibTorchSharp.so</c> was linked against GCC 15's libstdc++ and asks the machine for symbol versions that Debian 12, Ubuntu 22.04 and
/// RHEL 9 do not have, although it needs nothing new from them. Where the plain load fails, a private copy with those versions relaxed
/// (<see cref="ElfSymbolVersions"/>) is loaded instead; the packaged file is never touched.
/// </para>
/// <para>
/// The module initializer only listens: the runtime asks <see cref="Resolve"/> when its own search has failed, so a machine with a new enough libstdc++ pays nothing.
/// </para>
/// </remarks>
public static class Libtorch
{
    const string Wrapper = "libLibTorchSharp.so";

    static readonly Lazy<nint> Handle = new(() => OperatingSystem.IsLinux() ? LoadWrapper() : 0);

    /// <summary>Loads the native library now, so that a machine that cannot is told so before any work begins. Calling it again does nothing.</summary>
    /// <exception cref="DllNotFoundException">The machine cannot load it; the message says what to install.</exception>
    public static void Load()
    {
        _ = Handle.Value;
    }

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Whoever uses this assembly is about to use torch; nobody can forget this.")]
    internal static void Listen()
    {
        if (!OperatingSystem.IsLinux()) return;
        var context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += Resolve;
    }

    static nint Resolve(Assembly asking, string library) =>
        asking == typeof(torch).Assembly && library.Contains("LibTorchSharp", StringComparison.Ordinal) ? Handle.Value : 0;

    [SupportedOSPlatform("linux")]
    static nint LoadWrapper()
    {
        var directories = SearchDirectories();
        var packaged = Packaged(Wrapper) ?? throw new DllNotFoundException(NativeLibraryAdvice.Missing(Wrapper, directories));
        var plain = TryLoad(packaged, out var refusal);
        if (plain != 0) return plain;

        // The private copy lies elsewhere, so its dependencies must already be in the process for the loader to find them by name.
        if (Packaged("libtorch.so") is { } libtorch && TryLoad(libtorch, out var reason) == 0)
            throw new DllNotFoundException(NativeLibraryAdvice.Refused(libtorch, [reason]));

        var library = File.ReadAllBytes(packaged);
        if (ElfSymbolVersions.Relax(library) == 0) throw new DllNotFoundException(NativeLibraryAdvice.Refused(packaged, [refusal]));

        var refusals = new List<string> { refusal };
        foreach (var directory in PrivateDirectory.Candidates())
        {
            try
            {
                var copy = PrivateDirectory.Keep(directory, Wrapper, library);
                var loaded = TryLoad(copy, out reason);
                if (loaded != 0) return loaded;
                refusals.Add(reason);
                File.Delete(copy);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                refusals.Add(e.Message);
            }
        }
        throw new DllNotFoundException(NativeLibraryAdvice.Refused(packaged, refusals));
    }

    static nint TryLoad(string path, out string reason)
    {
        try
        {
            reason = "";
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            // The first line repeats the path and recommends strace; the loader's own words follow it.
            var lines = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            reason = string.Join("; ", lines.Length > 1 ? lines[1..] : lines);
            return 0;
        }
    }

    static string[] SearchDirectories() =>
        [.. (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Append(AppContext.BaseDirectory).Distinct()];

    /// <summary>Where a native file of the application lies, or null.</summary>
    internal static string? Packaged(string file) => SearchDirectories().Select(directory => Path.Combine(directory, file)).FirstOrDefault(File.Exists);
}
