using System.Threading.Channels;
using ContrastiveService.Training;
using ContrastiveService.Training.Checkpoints;
using Microsoft.Extensions.Logging;

namespace ContrastiveService.Worker.Running;

/// <summary>
/// Takes what a run reports off its thread and writes it, in order, from one consumer. The run waits only while the buffer is full.
/// Metrics that came before a checkpoint are committed before it: after a crash the run goes on from the checkpoint and the series has no gap,
/// and because a point that is there already stays as it is, no point comes twice.
/// </summary>
internal sealed class ProgressWriter : ITrainingObserver
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly Channel<object> _reports = Channel.CreateBounded<object>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly TaskCompletionSource _completing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JobRecord _record;
    private readonly TrainerVoice _voice;
    private readonly TimeProvider _clock;
    private readonly Action _onFailure;
    private readonly Task _consumer;

    /// <param name="record">Where it is written.</param>
    /// <param name="voice">Where signs of life go.</param>
    /// <param name="clock">Time.</param>
    /// <param name="onFailure">Called when nothing more can be written, so that the run need not go on to its next report.</param>
    public ProgressWriter(JobRecord record, TrainerVoice voice, TimeProvider clock, Action onFailure)
    {
        (_record, _voice, _clock, _onFailure) = (record, voice, clock, onFailure);
        _consumer = Task.Run(ConsumeAsync);
    }

    public void Progress(TrainingProgress progress)
    {
        _voice.Alive(progress.Phase);
        Post(progress);
    }

    public void Metrics(IReadOnlyList<Metric> points) => Post(points);

    public void Checkpoint(CheckpointFile file) => Post(file);

    public void Warning(string code, string message)
    {
        _voice.Log(LogLevel.Warning, message);
        Post(new WarningReport(code, message));
    }

    /// <summary>Returns when everything reported so far is committed. Nothing can be reported afterwards.</summary>
    /// <exception cref="LeaseLostException">The rest was not written.</exception>
    public async Task CompleteAsync()
    {
        _reports.Writer.TryComplete();
        _completing.TrySetResult();
        await _consumer;
    }

    // A consumer that failed closes the channel with its exception, which comes out here, on the run's thread.
    private void Post(object report)
    {
        if (!_reports.Writer.TryWrite(report))
            _reports.Writer.WriteAsync(report).AsTask().GetAwaiter().GetResult();
    }

    private async Task ConsumeAsync()
    {
        try
        {
            while (await _reports.Reader.WaitToReadAsync())
            {
                await WriteWhatIsThereAsync();
                await Task.WhenAny(Task.Delay(Pause, _clock), _completing.Task);
            }
        }
        catch (Exception e)
        {
            _reports.Writer.TryComplete(e);
            _onFailure();
            throw;
        }
    }

    private async Task WriteWhatIsThereAsync()
    {
        var points = new List<Metric>();
        TrainingProgress? progress = null;
        while (_reports.Reader.TryRead(out var report))
        {
            switch (report)
            {
                case IReadOnlyList<Metric> more:
                    points.AddRange(more);
                    break;
                case TrainingProgress latest:
                    progress = latest;
                    break;
                case WarningReport warning:
                    await _record.WarnAsync(warning.Code, warning.Message);
                    break;
                case CheckpointFile file:
                    await _record.WriteAsync(points);
                    points.Clear();
                    await _record.SaveAsync(file);
                    break;
            }
        }

        await _record.WriteAsync(points);
        if (progress is not null)
            await _record.ProgressAsync(progress);
    }

    private sealed record WarningReport(string Code, string Message);
}
