using ContrastiveService.Training.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Weights;

/// <summary>Weights that an encoder starts from instead of random ones.</summary>
/// <param name="name">What a job calls them (<c>backbone.pretrained</c>).</param>
/// <param name="open">Opens them as safetensors, seekable.</param>
/// <param name="loaded">Hears once what matched: a run loads them again for a teacher, and for each of its phases.</param>
public sealed class PretrainedWeights(string name, Func<Stream> open, Action<WeightsReport>? loaded = null)
{
    bool told;

    /// <summary>What would come of loading a file into an encoder of this plan. Nothing but the file's names and shapes is looked at.</summary>
    public static WeightsReport Compare(BackbonePlan plan, int channels, int imageSize, SafeTensorsHeader file)
    {
        using var encoder = BackboneCatalog.Find(plan.Type).Build(plan, channels, imageSize);
        return Compare(encoder, WeightsNames.Today(file));
    }

    /// <summary>Copies into the encoder what the file has for it; everything else keeps its value.</summary>
    /// <exception cref="WeightsException">They are weights of another architecture, are damaged, or hold numbers that are not finite.</exception>
    public WeightsReport Load(Backbone encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        using var stream = open();
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var header = SafeTensors.ReadHeader(stream);
        var file = WeightsNames.Today(header);
        var report = Compare(encoder, file);
        if (!report.Fits) throw new WeightsException($"The weights '{name}' are not those of {encoder.GetName()}: {report.Summary}");
        var state = encoder.state_dict();
        foreach (var tensor in report.Matched)
        {
            using var piece = NewDisposeScope();
            var values = WeightsAdaptation.Apply(tensor, SafeTensors.Read(stream, header, file[report.Prefix + tensor].Name), state[tensor].shape);
            if (values.is_floating_point() && !values.isfinite().all().ToBoolean()) throw new WeightsException($"The weights '{name}' hold numbers in '{report.Prefix}{tensor}' that are not finite.");
            state[tensor].copy_(values);
        }
        if (!told) loaded?.Invoke(report);
        told = true;
        return report;
    }

    static WeightsReport Compare(Backbone encoder, Dictionary<string, SafeTensorsEntry> file) => WeightsMatch.Find(
        encoder.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape), file.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.Shape));
}
