using ContrastiveService.Training.Native;

namespace ContrastiveService.Training.Tests.Native;

public sealed class NativeLibraryAdviceTests
{
    [Fact]
    public void A_refused_library_is_named_with_the_loaders_words_and_what_to_install()
    {
        var advice = NativeLibraryAdvice.Refused("/app/libLibTorchSharp.so", ["version `GLIBCXX_3.4.29' not found", "version `GLIBCXX_3.4.29' not found"]);

        advice.ShouldStartWith("libLibTorchSharp.so does not load on this machine");
        advice.Split("GLIBCXX_3.4.29").Length.ShouldBe(2, "the same refusal is told once");
        advice.ShouldContain("libstdc++6");
        advice.ShouldContain("GCC 13");
        advice.ShouldContain("Debian 12");
    }

    [Fact]
    public void A_missing_library_is_named_with_the_places_searched()
    {
        var advice = NativeLibraryAdvice.Missing("libLibTorchSharp.so", ["/app", "/app/native"]);

        advice.ShouldContain("/app, /app/native");
        advice.ShouldContain("linux-x64");
    }
}
