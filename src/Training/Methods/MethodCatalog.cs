using System.Reflection;

namespace ContrastiveService.Training.Methods;

/// <summary>Every method in this assembly, found by its <see cref="MethodAttribute"/>: a new method is one new file.</summary>
public static class MethodCatalog
{
    /// <summary>All methods by name.</summary>
    public static IReadOnlyList<MethodDescriptor> All { get; } = Scan(typeof(MethodCatalog).Assembly.GetTypes());

    /// <summary>The method of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static MethodDescriptor Find(string name) =>
        All.FirstOrDefault(m => m.Name == name)
        ?? throw new ArgumentException($"There is no method '{name}'. There are: {string.Join(", ", All.Select(m => m.Name))}.", nameof(name));

    /// <summary>The method that takes these options.</summary>
    public static MethodDescriptor Of(MethodOptions options) => All.Single(m => m.OptionsType == options.GetType());

    internal static IReadOnlyList<MethodDescriptor> Scan(IEnumerable<Type> types)
    {
        var found = new SortedDictionary<string, MethodDescriptor>(StringComparer.Ordinal);
        foreach (var type in types)
        {
            if (type.GetCustomAttribute<MethodAttribute>() is not { } attribute)
                continue;
            var options = type.GetNestedType("Options");
            if (!type.IsSubclassOf(typeof(Method)) || options is null || !options.IsSubclassOf(typeof(MethodOptions)))
                throw new InvalidOperationException($"{type.Name} carries [Method(\"{attribute.Name}\")] and must be a {nameof(Method)} with a nested record Options : {nameof(MethodOptions)}.");
            if (!found.TryAdd(attribute.Name, new MethodDescriptor(attribute.Name, attribute.Paper, attribute.Summary, options, type)))
                throw new InvalidOperationException($"Two methods are called '{attribute.Name}': {found[attribute.Name].MethodType.Name} and {type.Name}.");
        }

        return [.. found.Values];
    }
}
