namespace ContrastiveService.Training.Methods;

/// <summary>Puts a <see cref="Method"/> into the <see cref="MethodCatalog"/> under its field-standard name.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MethodAttribute(string name) : Attribute
{
    /// <summary>The value of <c>method.type</c> in a job, in kebab case.</summary>
    public string Name { get; } = name;

    /// <summary>Where it was published, such as <c>arXiv 2002.05709</c>.</summary>
    public required string Paper { get; init; }

    /// <summary>One sentence for whoever chooses a method.</summary>
    public required string Summary { get; init; }
}
