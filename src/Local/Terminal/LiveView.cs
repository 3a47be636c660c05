using ContrastiveService.Local.Rest;
using Spectre.Console;

namespace ContrastiveService.Local.Terminal;

/// <summary>For a terminal: colours, and one live line while training.</summary>
internal sealed class LiveView(IAnsiConsole console) : IRunView
{
    private const int LongestText = 72;

    public void Say(string text) => console.MarkupLineInterpolated($"[teal]›[/] {text}");

    public void Point(string name, string place) => console.MarkupLineInterpolated($"  [grey]{name,-18}[/] [link]{place}[/]");

    public Task TrainAsync(Func<Action<JobProgress>, Task> follow) =>
        console.Progress()
            .AutoClear(false)
            .Columns(new ProgressBarColumn { Width = Math.Clamp(console.Profile.Width - LongestText, 8, 30) }, new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var task = context.AddTask("waiting for a worker", maxValue: 1);
                await follow(progress =>
                {
                    task.Value = progress.Share;
                    task.Description = Markup.Escape(ProgressText.Of(progress));
                });
            });
}
