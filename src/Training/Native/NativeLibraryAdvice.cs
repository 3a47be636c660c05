using System.Runtime.InteropServices;

namespace ContrastiveService.Training.Native;

/// <summary>What to tell somebody whose machine cannot load the native library: the loader's own words, and what to install.</summary>
static class NativeLibraryAdvice
{
    public static string Refused(string library, IReadOnlyList<string> refusals) =>
        $"""
        {Path.GetFileName(library)} does not load on this machine ({RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}).
        {string.Join('\n', refusals.Distinct().Select(refusal => $"  {refusal}"))}
        It needs glibc 2.34 or newer and libstdc++.so.6, best from GCC 13 or newer (package libstdc++6 on Debian and Ubuntu, libstdc++ on RHEL and Fedora).
        Known to have them: Debian 12 or newer, Ubuntu 22.04 or newer, RHEL 9 or newer, Fedora 38 or newer. Alpine (musl) cannot run it.
        If a directory is named above as not private or not writable, set XDG_CACHE_HOME to one that belongs to this user and is not mounted noexec.
        """;

    public static string Missing(string library, IReadOnlyList<string> directories) =>
        $"""
        {library} is not among the application's native libraries ({RuntimeInformation.RuntimeIdentifier}). Looked in: {string.Join(", ", directories)}.
        On Linux the service runs on 64-bit x86 alone; publish with -r linux-x64 and keep the native files beside the program.
        """;
}
