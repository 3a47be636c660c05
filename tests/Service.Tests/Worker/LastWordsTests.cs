using ContrastiveService.Worker.Supervision;

namespace ContrastiveService.Service.Tests.Worker;

public sealed class LastWordsTests
{
    [Fact]
    public void A_native_backtrace_is_cut_and_its_reason_kept()
    {
        Said(
            "terminate called after throwing an instance of 'c10::Error'",
            "  what():  mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)",
            "Exception raised from meta at /build/aten/src/ATen/native/LinearAlgebra.cpp:196 (most recent call first):",
            "frame #0: c10::Error::Error(c10::SourceLocation, std::string) + 0x9b (0x7f12 in /app/libc10.so)",
            "frame #1: <unknown function> + 0x1a2b (0x7f13 in /app/libtorch_cpu.so)")
            .ShouldBe("terminate called after throwing an instance of 'c10::Error'\n  what():  mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)");
    }

    [Fact]
    public void A_managed_stack_trace_is_cut_and_its_inner_reason_kept()
    {
        Said(
            "System.InvalidOperationException: The outer reason",
            " ---> System.IO.IOException: No space left on device",
            "   at System.IO.RandomAccess.WriteAtOffset(SafeFileHandle handle)",
            "   --- End of inner exception stack trace ---",
            "   at ContrastiveService.Training.Trainer.Save(TrainingRun run)")
            .ShouldBe("System.InvalidOperationException: The outer reason\n ---> System.IO.IOException: No space left on device");
    }

    [Fact]
    public void Much_talk_is_cut_to_its_end()
    {
        var words = Said([.. Enumerable.Range(0, 100_000).Select(i => $"line {i} {new string('x', 2000)}")]);

        words.ShouldContain("line 99999 ");
        words.ShouldNotContain("line 99000 ");
        words.Length.ShouldBeLessThan(10_000);
    }

    [Theory]
    [InlineData(137, "killed by signal 9 (out of memory?)")]
    [InlineData(134, "SIGABRT")]
    [InlineData(139, "SIGSEGV")]
    [InlineData(143, "signal 15")]
    [InlineData(3, "exit code 3")]
    public void Every_end_is_told_in_words(int exitCode, string told) => TrainerExit.Describe(exitCode, "").ShouldContain(told);

    [Fact]
    public void The_last_words_follow_the_kind_of_end() =>
        TrainerExit.Describe(134, "what(): no").ShouldBe("the trainer process aborted in native code (signal 6, SIGABRT); its last words: what(): no");

    private static string Said(params string[] lines)
    {
        var words = new LastWords();
        foreach (var line in lines)
            words.Add(line);
        return words.ToString();
    }
}
