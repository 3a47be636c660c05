using System.Text;
using ContrastiveService.Training.Native;

namespace ContrastiveService.Training.Tests.Native;

public sealed class ElfSymbolVersionsTests
{
    static byte[] Wrapper() => File.ReadAllBytes(Libtorch.Packaged("libLibTorchSharp.so")!);

    static string[] Differences(byte[] before, byte[] after) =>
        [.. before.Zip(after).Where(pair => pair.First != pair.Second).Select(pair => $"{pair.First} -> {pair.Second}").Order()];

    [Fact]
    public void Only_two_need_flags_and_the_version_of_one_import_change()
    {
        var before = Wrapper();
        var after = (byte[])before.Clone();

        ElfSymbolVersions.Relax(after).ShouldBe(2);

        after.Length.ShouldBe(before.Length);
        Differences(before, after).ShouldBe(["0 -> 2", "0 -> 2", "29 -> 10"]); // 29 = GLIBCXX_3.4.30, 10 = GLIBCXX_3.4.11 in TorchSharp 0.107.0
    }

    [Fact]
    public void A_relaxed_library_is_left_alone_when_relaxed_again()
    {
        var once = Wrapper();
        ElfSymbolVersions.Relax(once);
        var twice = (byte[])once.Clone();

        ElfSymbolVersions.Relax(twice);

        twice.ShouldBe(once);
    }

    [Fact]
    public void A_library_without_these_needs_is_left_alone()
    {
        var before = File.ReadAllBytes(Libtorch.Packaged("libc10.so")!);
        var after = (byte[])before.Clone();

        ElfSymbolVersions.Relax(after).ShouldBe(0);

        after.AsSpan().SequenceEqual(before).ShouldBeTrue();
    }

    [Fact]
    public void A_version_that_another_symbol_needs_stays_strict()
    {
        var before = Wrapper();
        var marker = before.AsSpan().IndexOf("_ZSt21ios_base_library_initv"u8);
        "_ZSt21really_needed_functio"u8.CopyTo(before.AsSpan(marker));
        var after = (byte[])before.Clone();

        ElfSymbolVersions.Relax(after).ShouldBe(1);

        Differences(before, after).ShouldBe(["0 -> 2", "29 -> 10"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(300_000)]
    public void A_truncated_library_is_left_alone(int length)
    {
        var before = Wrapper()[..length];
        var after = (byte[])before.Clone();

        ElfSymbolVersions.Relax(after).ShouldBe(0);

        after.ShouldBe(before);
    }

    [Fact]
    public void What_is_no_library_is_left_alone()
    {
        var text = Encoding.ASCII.GetBytes(new string('x', 200));

        ElfSymbolVersions.Relax(text).ShouldBe(0);

        text.ShouldAllBe(letter => letter == (byte)'x');
    }
}
