using ContrastiveService.Local.Rest;

namespace ContrastiveService.Local.Terminal;

/// <summary>What the person who started this sees.</summary>
internal interface IRunView
{
    /// <summary>One thing is being done, or was.</summary>
    void Say(string text);

    /// <summary>Something to look at, such as an address.</summary>
    void Point(string name, string place);

    /// <summary>Shows training while <paramref name="follow"/> runs and reports where it stands.</summary>
    Task TrainAsync(Func<Action<JobProgress>, Task> follow);
}
