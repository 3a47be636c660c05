using System.Reflection;
using ContrastiveService.Training.Plans;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>Every backbone in this assembly, found by its <see cref="BackboneAttribute"/>: a new backbone is one new file.</summary>
public static class BackboneCatalog
{
    /// <summary>All backbones by name.</summary>
    public static IReadOnlyList<BackboneDescriptor> All { get; } = Scan(typeof(BackboneCatalog).Assembly.GetTypes());

    /// <summary>The backbone of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static BackboneDescriptor Find(string name) =>
        All.FirstOrDefault(backbone => backbone.Name == name)
        ?? throw new ArgumentException($"There is no backbone '{name}'. There are: {string.Join(", ", All.Select(backbone => backbone.Name))}.", nameof(name));

    /// <summary>Throws a <see cref="PlanException"/> that names <c>backbone.*</c>, <c>channels</c> or <c>imageSize</c> when this encoder cannot be built.</summary>
    public static void Check(BackbonePlan plan, int channels, int imageSize)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (All.FirstOrDefault(backbone => backbone.Name == plan.Type) is not { } found)
            throw new PlanException("backbone.type", $"There is no backbone '{plan.Type}'. There are: {string.Join(", ", All.Select(backbone => backbone.Name))}.");

        var errors = new List<PlanError>();
        var stem = plan.Stem == StemKind.Auto ? StemKind.Standard : plan.Stem;
        var smallest = found.SmallestImageWith(stem);
        var small = found.SmallestImageWith(StemKind.Small);
        if (channels is not (1 or 3)) errors.Add(new("channels", $"is {channels}; pictures have 1 (grey) or 3 (colour)."));
        if (plan.Freeze > found.Stages) errors.Add(new("backbone.freeze", $"is {plan.Freeze}; '{plan.Type}' has {found.Stages} stages. Make it at most that."));
        if (imageSize < smallest)
        {
            var remedy = imageSize >= small ? $", or choose backbone.stem `small` (from {small} on)" : "";
            errors.Add(new("imageSize", $"is {imageSize}; '{plan.Type}' with the {(stem == StemKind.Small ? "small" : "standard")} stem needs at least {smallest}. Make it larger{remedy}."));
        }
        else if (imageSize % found.ImageMultiple != 0)
        {
            errors.Add(new("imageSize", $"is {imageSize}; '{plan.Type}' cuts pictures into patches of {found.ImageMultiple} px and takes multiples of that. Make it {found.FittingImage(stem, imageSize)}."));
        }
        if (errors.Count > 0) throw new PlanException(errors);
    }

    /// <summary>Builds an encoder on the CPU, in training mode. Its weights depend on the plan and the seed alone.</summary>
    /// <exception cref="PlanException">The plan does not fit the pictures.</exception>
    public static Backbone Create(BackbonePlan plan, int channels, int imageSize, long seed)
    {
        Check(plan, channels, imageSize);
        var backbone = Find(plan.Type).Build(plan, channels, imageSize);
        using var random = new Generator((ulong)seed);
        backbone.InitializeFrom(random);
        backbone.Freeze(plan.Freeze);
        return backbone;
    }

    internal static IReadOnlyList<BackboneDescriptor> Scan(IEnumerable<Type> types)
    {
        var found = new SortedDictionary<string, BackboneDescriptor>(StringComparer.Ordinal);
        foreach (var type in types)
        {
            if (type.GetCustomAttribute<BackboneAttribute>() is not { } attribute) continue;
            if (!type.IsSubclassOf(typeof(Backbone)) || !BackboneDescriptor.CanBuild(type))
                throw new InvalidOperationException(
                    $"{type.Name} carries [Backbone(\"{attribute.Name}\")] and must be a {nameof(Backbone)} with one public constructor that takes only what it needs of {nameof(BackbonePlan)} plan, int channels, int imageSize.");

            var sizes = new SortedDictionary<StemKind, int> { [StemKind.Standard] = attribute.SmallestImage };
            if (attribute.SmallestImageSmallStem > 0) sizes[StemKind.Small] = attribute.SmallestImageSmallStem;
            if (!found.TryAdd(attribute.Name, new BackboneDescriptor(attribute.Name, attribute.Paper, attribute.Summary, attribute.Width, sizes, attribute.ImageMultiple, attribute.Stages, type)))
                throw new InvalidOperationException($"Two backbones are called '{attribute.Name}': {found[attribute.Name].BackboneType.Name} and {type.Name}.");
        }
        return [.. found.Values];
    }
}
