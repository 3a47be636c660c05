using Hangfire;

namespace ContrastiveService.Storage.Queue;

/// <summary>The Hangfire side of a training job. Called inside the transaction scope that writes the row, so that both happen or neither.</summary>
public sealed class JobDelivery(IBackgroundJobClientV2 client)
{
}
