using ContrastiveService.Training.Methods;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>The ways in which methods can be used: every kind of data that a method's own needs accept, each kind of batch once.</summary>
internal static class MethodUse
{
    private static readonly bool[] Either = [true, false];

    public static IEnumerable<(string Name, DataTraits Data)> All() =>
        from method in MethodCatalog.All
        from use in (
            from labeled in Either
            from target in Either
            from grouped in Either
            let data = new DataTraits(labeled, target, grouped)
            let needs = method.DefaultOptions.Needs(data)
            where Suits(needs, data)
            group data by needs into same
            select same.First())
        select (method.Name, use);

    private static bool Suits(BatchNeeds needs, DataTraits data) =>
        (needs.Labels == LabelUse.Ignored || data.Labeled) && (needs.SamplesPerGroup == 0 || data.Grouped) && needs.Target is not null == data.HasTarget;
}
