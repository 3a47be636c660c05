using System.Buffers.Binary;
using System.Text;

namespace ContrastiveService.Training.Native;

/// <summary>
/// Relaxes two symbol-version needs of a 64-bit little-endian ELF library that are newer than what the library really uses.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>std::ios_base_library_init</c> (GLIBCXX_3.4.32, GCC 13) is a marker that is imported and never called: its version becomes a weak need, which the
/// loader lets pass.</item>
/// <item><c>std::condition_variable::wait</c> (GLIBCXX_3.4.30, GCC 12) is the same function that every libstdc++ since GCC 4.4 offers as GLIBCXX_3.4.11; the newer
/// one was only marked noexcept. The import is pointed at the older version, and the newer becomes a weak need.</item>
/// </list>
/// A version that any other symbol needs is left alone: then the machine really lacks something, and the loader must say so.
/// Format: System V ABI, chapter 4, and the symbol versioning part of the Linux Standard Base (sections .gnu.version and .gnu.version_r).
/// </remarks>
static class ElfSymbolVersions
{
    sealed record Relaxation(string Version, string Symbol, string? OlderVersion);

    static readonly Relaxation[] Relaxations =
    [
        new("GLIBCXX_3.4.32", "_ZSt21ios_base_library_initv", null),
        new("GLIBCXX_3.4.30", "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE", "GLIBCXX_3.4.11"),
    ];

    const uint DynamicSymbols = 11, VersionNeeds = 0x6ffffffe, VersionOfSymbols = 0x6fffffff;
    const ushort WeakNeed = 2;

    /// <summary>Changes <paramref name="library"/> in place.</summary>
    /// <returns>How many version needs were relaxed; 0 leaves every byte as it was.</returns>
    public static int Relax(Span<byte> library)
    {
        if (library.Length < 64 || !library.StartsWith((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1])) return 0;
        try
        {
            return RelaxElf(library);
        }
        catch (ArgumentOutOfRangeException)
        {
            return 0; // offsets that point outside the file: not a library that any loader would take
        }
    }

    static int RelaxElf(Span<byte> library)
    {
        var symbols = Section(library, DynamicSymbols);
        var versions = Section(library, VersionOfSymbols);
        var needs = Needs(library);
        if (symbols is null || versions is null) return 0;

        var edits = new List<(int Offset, ushort Value)>();
        var relaxed = 0;
        foreach (var relaxation in Relaxations)
        {
            if (needs.Find(need => need.Name == relaxation.Version) is not { } need) continue;
            var older = needs.Find(other => other.Name == relaxation.OlderVersion);
            if (relaxation.OlderVersion is not null && older is null) continue;

            var imports = SymbolsOfVersion(library, symbols, versions, need.Index);
            if (imports.Any(import => import.Name != relaxation.Symbol)) continue;
            if (older is not null) edits.AddRange(imports.Select(import => (import.VersionOffset, older.Index)));
            edits.Add((need.FlagsOffset, (ushort)(U16(library, need.FlagsOffset) | WeakNeed)));
            relaxed++;
        }
        foreach (var (offset, value) in edits) BinaryPrimitives.WriteUInt16LittleEndian(library[offset..], value);
        return relaxed;
    }

    sealed record SectionPlace(int Offset, int Size, int Strings);

    static SectionPlace? Section(ReadOnlySpan<byte> library, uint type)
    {
        int table = Offset(library, 0x28), entry = U16(library, 0x3a), count = U16(library, 0x3c);
        for (var i = 0; i < count; i++)
        {
            var header = table + i * entry;
            if (U32(library, header + 4) != type) continue;
            var strings = table + (int)U32(library, header + 40) * entry;
            return new SectionPlace(Offset(library, header + 24), Offset(library, header + 32), Offset(library, strings + 24));
        }
        return null;
    }

    sealed record Need(string Name, ushort Index, int FlagsOffset);

    static List<Need> Needs(ReadOnlySpan<byte> library)
    {
        var needs = new List<Need>();
        if (Section(library, VersionNeeds) is not { } section) return needs;
        for (var file = section.Offset; ; file += (int)U32(library, file + 12))
        {
            var auxiliary = file + (int)U32(library, file + 8);
            for (var left = U16(library, file + 2); left > 0; left--)
            {
                needs.Add(new Need(Text(library, section.Strings + (int)U32(library, auxiliary + 8)), U16(library, auxiliary + 6), auxiliary + 4));
                auxiliary += (int)U32(library, auxiliary + 12);
            }
            if (U32(library, file + 12) == 0) return needs;
        }
    }

    sealed record Import(string Name, int VersionOffset);

    static List<Import> SymbolsOfVersion(ReadOnlySpan<byte> library, SectionPlace symbols, SectionPlace versions, ushort version)
    {
        const int symbolSize = 24, versionSize = 2;
        var imports = new List<Import>();
        for (var i = 0; i < versions.Size / versionSize; i++)
        {
            var offset = versions.Offset + i * versionSize;
            if (U16(library, offset) != version) continue;
            imports.Add(new Import(Text(library, symbols.Strings + (int)U32(library, symbols.Offset + i * symbolSize)), offset));
        }
        return imports;
    }

    static ushort U16(ReadOnlySpan<byte> library, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(library[offset..]);

    static uint U32(ReadOnlySpan<byte> library, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(library[offset..]);

    static int Offset(ReadOnlySpan<byte> library, int offset) => (int)BinaryPrimitives.ReadUInt64LittleEndian(library[offset..]);

    static string Text(ReadOnlySpan<byte> library, int offset)
    {
        var text = library[offset..];
        return Encoding.ASCII.GetString(text[..Math.Max(0, text.IndexOf((byte)0))]);
    }
}
