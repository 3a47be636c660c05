using System.Runtime.CompilerServices;
using ContrastiveService.Training.Native;
using TorchSharp;

namespace ContrastiveService.Training.Tests.Native;

/// <summary>One thread an operation: the same numbers on every machine, and test classes run beside one another without fighting for CPUs.</summary>
static class TestProcess
{
    [ModuleInitializer]
    internal static void Prepare()
    {
        Libtorch.Load();
        torch.set_num_threads(1);
    }
}
