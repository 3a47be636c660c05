namespace ContrastiveService.Service.Tests;

/// <summary>Tests that share one running service; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class RunningService : ICollectionFixture<ServiceFixture>
{
    public const string Name = "service";
}
