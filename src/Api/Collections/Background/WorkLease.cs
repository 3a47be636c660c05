namespace ContrastiveService.Api.Collections.Background;

/// <summary>How long work is claimed at a time: a process that is killed leaves it for so long.</summary>
static class WorkLease
{
    public const int Renewals = 6;

    public static readonly TimeSpan Length = TimeSpan.FromMinutes(1);
}
