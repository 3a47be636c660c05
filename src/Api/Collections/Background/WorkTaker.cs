using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Startup;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Leases;
using Npgsql;

namespace ContrastiveService.Api.Collections.Background;

/// <summary>Takes work that nobody does, one piece at a time; any Api may, and the one that takes over goes on where the other stopped.</summary>
sealed partial class WorkTaker<T>(Readiness readiness, ClaimStore<T> store, IWorkRunner<T> runner, TimeProvider time, ILogger<WorkTaker<T>> logger) : BackgroundService
    where T : class, IClaimedWork
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (readiness.Migrated && await store.ClaimAsync(WorkLease.Length, stoppingToken) is { } work)
                    await RunAsync(work, stoppingToken);
                if (readiness.Migrated)
                    await runner.RestAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Most likely the database is away. The next round tries again; what was claimed is free when its lease has run out.
                LogAway(logger, e, runner.Name);
            }
        }
    }

    private async Task RunAsync(T work, CancellationToken stoppingToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewing = RenewAsync(work, lost, over.Token);
        try
        {
            if (await runner.RunAsync(work, lost.Token))
                LogDone(logger, runner.Name, work.Id);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await store.HandBackAsync(work, CancellationToken.None);
            throw;
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            LogEnded(logger, runner.Name, work.Id, "the claim is lost");
        }
        catch (VersionChangedException e)
        {
            LogEnded(logger, runner.Name, work.Id, e.Message);
            await store.HandBackAsync(work, CancellationToken.None);
        }
        catch (Exception e) when (e is NotFoundException or ApiException)
        {
            LogEnded(logger, runner.Name, work.Id, e.Message);
            await store.FailAsync(work, e.Message, CancellationToken.None);
        }
        catch (Exception e) when (e is not NpgsqlException { IsTransient: true })
        {
            LogFailed(logger, e, runner.Name, work.Id);
            await store.FailAsync(work, $"The server failed on this {runner.Name}. Its log says why; {runner.Remains}", CancellationToken.None);
        }
        finally
        {
            await over.CancelAsync();
            await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A batch of a large model, or the wait for that model to be loaded, may take longer than the lease. Who hears that the claim is lost stops at once.
    private async Task RenewAsync(T work, CancellationTokenSource lost, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WorkLease.Length / WorkLease.Renewals, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (!await store.RenewAsync(work, WorkLease.Length, cancellationToken))
            {
                await lost.CancelAsync();
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Work} {WorkId} is done")]
    private static partial void LogDone(ILogger logger, string work, Guid workId);

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Work} {WorkId} ended: {Reason}")]
    private static partial void LogEnded(ILogger logger, string work, Guid workId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Work} {WorkId} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string work, Guid workId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for a {Work} to do failed")]
    private static partial void LogAway(ILogger logger, Exception exception, string work);
}
