namespace ContrastiveService.Storage.Leases;

/// <summary>Work with a row of its own that one process at a time has claimed.</summary>
public interface IClaimedWork
{
    Guid Id { get; }

    /// <summary>Grows with every claim; whoever names an older one has lost the work to somebody else.</summary>
    long Fence { get; }
}
