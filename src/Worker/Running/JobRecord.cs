using System.Text.Json;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Training;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Weights;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContrastiveService.Worker.Running;

/// <summary>
/// What a trainer writes about its job, every write under the job's fence. While the database is away the writer waits for it: the run behind it stops
/// when its buffer is full, and goes on as if nothing had been.
/// </summary>
internal sealed class JobRecord(
    JobLease lease, MetricStore metrics, CheckpointStore checkpoints, JobEventStore events, JobLeaseStore leases, int keep, TrainerVoice voice, TimeProvider clock)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>What the run computes on, once that is known; shown with its progress.</summary>
    public string? Device { get; set; }

    /// <exception cref="LeaseLostException">Nothing was written.</exception>
    public async Task WriteAsync(IReadOnlyList<Metric> points)
    {
        if (points.Count == 0)
            return;
        MetricPoint[] rows = [.. points.Select(point => new MetricPoint(point.Name, point.Step, point.Value))];
        await HoldingAsync(() => metrics.WriteAsync(lease, rows, CancellationToken.None));
    }

    /// <summary>Stores the checkpoint and deletes its file.</summary>
    /// <exception cref="LeaseLostException">Nothing was written.</exception>
    public async Task SaveAsync(CheckpointFile file)
    {
        await HoldingAsync(async () =>
        {
            await using var content = File.OpenRead(file.Path);
            return await checkpoints.SaveAsync(lease, new CheckpointInfo(file.Epoch, file.Step, file.Score), content, keep, CancellationToken.None) is not null;
        });
        File.Delete(file.Path);
    }

    /// <exception cref="LeaseLostException">Nothing was written.</exception>
    public Task WarnAsync(string code, string message) =>
        HoldingAsync(() => events.AppendAsync(lease, "warning", message, JsonSerializer.Serialize(new { code }), CancellationToken.None));

    /// <summary>Tells with which of its tensors the job's encoder starts.</summary>
    /// <exception cref="LeaseLostException">Nothing was written.</exception>
    public Task NoteAsync(WeightsReport report)
    {
        voice.Log(LogLevel.Information, report.Summary);
        return HoldingAsync(() => events.AppendAsync(lease, "pretrained", report.Summary, JsonSerializer.Serialize(report, JsonSerializerOptions.Web), CancellationToken.None));
    }

    /// <exception cref="LeaseLostException">Nothing was written.</exception>
    public Task ProgressAsync(TrainingProgress progress)
    {
        voice.Alive(progress.Phase);
        var json = JsonSerializer.SerializeToNode(progress, JsonSerializerOptions.Web)!;
        json["device"] = Device;
        return HoldingAsync(() => leases.ProgressAsync(lease, json.ToJsonString(), CancellationToken.None));
    }

    private async Task HoldingAsync(Func<Task<bool>> write)
    {
        while (true)
        {
            try
            {
                if (!await write())
                    throw new LeaseLostException();
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient)
            {
                voice.Log(LogLevel.Warning, $"The database does not take what the trainer writes ({e.Message}); trying again.");
                await Task.Delay(RetryAfter, clock);
            }
        }
    }
}
