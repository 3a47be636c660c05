using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Weights;

public sealed class ModuleStateTests
{
    static Backbone ResNet(long seed) => BackboneCatalog.Create(new BackbonePlan { Type = "resnet18", Stem = StemKind.Small }, channels: 1, imageSize: 32, seed);

    static MemoryStream Saved(IEnumerable<(string, Tensor)> tensors)
    {
        var file = new MemoryStream();
        SafeTensors.Write(file, tensors);
        file.Position = 0;
        return file;
    }

    [Fact]
    public void A_module_is_the_same_after_saving_and_loading()
    {
        using var scope = NewDisposeScope();
        using var saved = ResNet(1);
        using var loaded = ResNet(2);
        saved.call(rand(2, 1, 32, 32)); // moves the running statistics
        using var file = Saved(ModuleState.Of(saved, "encoder.").Append(("other", ones(1))));

        ModuleState.Load(loaded, file, SafeTensors.ReadHeader(file), "encoder.");

        var expected = saved.state_dict();
        foreach (var (name, tensor) in loaded.state_dict()) tensor.eq(expected[name]).all().ToBoolean().ShouldBeTrue(name);
        loaded.call(rand(2, 1, 32, 32)).sum().backward();
        loaded.get_parameter("conv1.weight")!.grad.ShouldNotBeNull("it can still be trained");
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused_by_name_and_change_nothing()
    {
        using var scope = NewDisposeScope();
        using var module = ResNet(1);
        var before = module.get_parameter("conv1.weight")!.clone();
        var changed = ModuleState.Of(module, "").Where(entry => entry.Name != "bn1.bias")
            .Select(entry => entry.Name == "bn1.weight" ? (entry.Name, ones(65)) : (entry.Name, entry.Tensor + 1)).Append(("fc.weight", ones(10, 512)));
        using var file = Saved(changed);

        var refusal = Should.Throw<WeightsException>(() => ModuleState.Load(module, file, SafeTensors.ReadHeader(file), "")).Message;

        refusal.ShouldContain("ResNet18");
        refusal.ShouldContain("bn1.bias is missing");
        refusal.ShouldContain("fc.weight has no place");
        refusal.ShouldContain("bn1.weight has shape (65) instead of (64)");
        module.get_parameter("conv1.weight")!.eq(before).all().ToBoolean().ShouldBeTrue();
    }
}
