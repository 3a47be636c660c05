using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace ContrastiveService.Storage.Tests;

/// <summary>A Hangfire that is out of order.</summary>
sealed class BrokenClient : IBackgroundJobClientV2
{
    public JobStorage Storage => throw new NotSupportedException();

    public string Create(Job job, IState state) => throw new InvalidOperationException("out of order");

    public string Create(Job job, IState state, IDictionary<string, object> parameters) => throw new InvalidOperationException("out of order");

    public bool ChangeState(string jobId, IState state, string expectedState) => throw new InvalidOperationException("out of order");
}

/// <summary>Enqueues, and then has the caller cancelled.</summary>
sealed class StoppingClient(IBackgroundJobClientV2 client, CancellationTokenSource stop) : IBackgroundJobClientV2
{
    public bool Created { get; private set; }

    public JobStorage Storage => client.Storage;

    public string Create(Job job, IState state) => Create(job, state, null!);

    public string Create(Job job, IState state, IDictionary<string, object> parameters)
    {
        var id = client.Create(job, state, parameters);
        Created = id is not null;
        stop.Cancel();
        return id!;
    }

    public bool ChangeState(string jobId, IState state, string expectedState) => client.ChangeState(jobId, state, expectedState);
}
