using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace ContrastiveService.Storage.Queue;

/// <summary>The Hangfire side of a training job. Called inside the transaction scope that writes the row, so that both happen or neither.</summary>
public sealed class JobDelivery(IBackgroundJobClientV2 client)
{
    /// <returns>Hangfire's id of the delivery.</returns>
    internal string Enqueue(Guid jobId, string queue) =>
        client.Create(Job.FromExpression<ITrainingJobRunner>(runner => runner.RunAsync(jobId, null, CancellationToken.None)), new EnqueuedState(queue), null);

    /// <summary>Takes a delivery back that no worker has in hand.</summary>
    internal void Withdraw(string hangfireId) => client.ChangeState(hangfireId, new DeletedState(), null);
}
