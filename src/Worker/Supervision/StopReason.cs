namespace ContrastiveService.Worker.Supervision;

/// <summary>Why the supervisor ended a trainer, or asked it to end.</summary>
internal enum StopReason
{
    None,

    /// <summary>The job's owner asked for it.</summary>
    Cancel,

    /// <summary>This worker is shutting down.</summary>
    HandBack,

    /// <summary>The job is somebody else's by now.</summary>
    LeaseLost,

    /// <summary>The trainer said nothing for too long.</summary>
    Stalled,
}
