using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Methods;

/// <summary>A method as the catalog knows it.</summary>
/// <param name="Name">The value of <c>method.type</c>.</param>
/// <param name="Paper">Its source.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="OptionsType">The <see cref="MethodOptions"/> it takes.</param>
/// <param name="MethodType">The <see cref="Method"/> itself.</param>
public sealed record MethodDescriptor(string Name, string Paper, string Summary, Type OptionsType, Type MethodType)
{
    /// <summary>Options with the paper's defaults.</summary>
    public MethodOptions DefaultOptions => (MethodOptions)Activator.CreateInstance(OptionsType)!;

    /// <summary>JSON schema of the options, with ranges, meanings and defaults.</summary>
    public System.Text.Json.Nodes.JsonNode OptionsSchema => PlanSchema.Of(OptionsType);

    /// <summary>Builds the method with its heads on the CPU.</summary>
    public Method Create(MethodOptions options, MethodContext context) => (Method)Activator.CreateInstance(MethodType, options, context)!;
}
