using System.Runtime.Versioning;
using ContrastiveService.Training.Native;

namespace ContrastiveService.Training.Tests.Native;

[SupportedOSPlatform("linux")]
public sealed class PrivateDirectoryTests : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("private-directory-").FullName;

    string Inner => Path.Combine(root, "cache", "mine");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_kept_file_has_its_content_and_only_the_owner_may_touch_it()
    {
        var path = PrivateDirectory.Keep(Inner, "libExample.so", "content"u8);

        File.ReadAllText(path).ShouldBe("content");
        File.GetUnixFileMode(Inner).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (File.GetUnixFileMode(path) & (UnixFileMode)0b000_111_111).ShouldBe(UnixFileMode.None);
        Directory.GetFiles(Inner).ShouldBe([path]);
    }

    [Fact]
    public void The_same_content_is_written_once_and_another_content_beside_it()
    {
        var first = PrivateDirectory.Keep(Inner, "libExample.so", "content"u8);
        var written = File.GetLastWriteTimeUtc(first);

        PrivateDirectory.Keep(Inner, "libExample.so", "content"u8).ShouldBe(first);
        PrivateDirectory.Keep(Inner, "libExample.so", "other"u8).ShouldNotBe(first);

        File.GetLastWriteTimeUtc(first).ShouldBe(written);
    }

    [Fact]
    public void A_file_that_was_changed_is_written_again()
    {
        var path = PrivateDirectory.Keep(Inner, "libExample.so", "content"u8);
        File.WriteAllText(path, "changed");

        PrivateDirectory.Keep(Inner, "libExample.so", "content"u8).ShouldBe(path);

        File.ReadAllText(path).ShouldBe("content");
    }

    [Fact]
    public void A_directory_that_others_may_write_into_is_refused()
    {
        Directory.CreateDirectory(Inner);
        File.SetUnixFileMode(Inner, (UnixFileMode)0b111_111_111);

        Should.Throw<IOException>(() => PrivateDirectory.Keep(Inner, "libExample.so", "content"u8)).Message.ShouldContain(Inner);
    }

    [Fact]
    public void A_link_in_place_of_the_directory_is_refused()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(root, "elsewhere"), (UnixFileMode)0b111_000_000).FullName;
        var link = Path.Combine(root, "link");
        Directory.CreateSymbolicLink(link, elsewhere);

        Should.Throw<IOException>(() => PrivateDirectory.Keep(link, "libExample.so", "content"u8)).Message.ShouldContain("not a private directory");
    }
}
