using ContrastiveService.Worker.Supervision;
using Microsoft.Extensions.Logging;

namespace ContrastiveService.Service.Tests.Worker;

public sealed class TrainerMessageTests
{
    [Fact]
    public void Every_message_survives_the_pipe()
    {
        TrainerMessage[] messages =
        [
            new TrainerMessage.Alive("training"),
            new TrainerMessage.Log(LogLevel.Warning, "two\nlines and a \"quote\""),
            new TrainerMessage.Error("the learning rate is too large"),
        ];

        foreach (var message in messages)
        {
            message.ToLine().ShouldNotContain('\n');
            TrainerMessage.Parse(message.ToLine()).ShouldBe(message);
        }
    }

    [Theory]
    [InlineData("Intel MKL WARNING: something")]
    [InlineData("{ not json")]
    [InlineData("""{"type":"unheard-of"}""")]
    [InlineData("{}")]
    [InlineData("")]
    public void What_a_native_library_prints_is_no_message(string line) => TrainerMessage.Parse(line).ShouldBeNull();
}
