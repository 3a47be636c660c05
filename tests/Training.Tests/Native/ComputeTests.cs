using System.Runtime.Versioning;
using ContrastiveService.Training.Native;
using TorchSharp;

namespace ContrastiveService.Training.Tests.Native;

/// <summary>Changes the thread count of the whole process, so nothing else may compute meanwhile.</summary>
[CollectionDefinition(nameof(ComputeTests), DisableParallelization = true)]
[Collection(nameof(ComputeTests))]
[SupportedOSPlatform("linux")]
public sealed class ComputeTests : IDisposable
{
    public void Dispose() => torch.set_num_threads(1);

    [Fact]
    public void The_cpu_is_always_there_and_auto_finds_some_device()
    {
        Compute.Choose("cpu").type.ShouldBe(DeviceType.CPU);
        Compute.Choose("auto").type.ShouldBe(Compute.HasGpu ? DeviceType.CUDA : DeviceType.CPU);
    }

    [Fact]
    public void An_unknown_device_is_refused_with_the_choices()
    {
        var error = Should.Throw<ArgumentException>(() => Compute.Choose("tpu"));

        error.Message.ShouldContain("'tpu'");
        error.Message.ShouldContain("auto, cpu, gpu");
    }

    [Fact]
    public void A_missing_gpu_is_refused_with_the_remedy()
    {
        if (Compute.HasGpu) Compute.Choose("gpu").type.ShouldBe(DeviceType.CUDA);
        else Should.Throw<InvalidOperationException>(() => Compute.Choose("gpu")).Message.ShouldContain("TorchBackend=cuda");
    }

    [Fact]
    public void No_threads_at_all_are_refused_before_the_native_library_hears_of_it() =>
        Should.Throw<ArgumentOutOfRangeException>(() => Compute.UseThreads(0, pin: false));

    [Fact]
    public void Each_of_as_many_threads_as_cpus_gets_a_cpu_of_its_own() => OnAThreadOfItsOwn(() =>
    {
        var cpus = Libc.AllowedCpus(Libc.CurrentThread);

        Compute.UseThreads(cpus.Length, pin: true).ShouldBe(cpus.Length > 1 ? cpus.Length : 0);

        Libc.AllowedCpus(Libc.CurrentThread).ShouldBe([cpus[0]]);
        torch.get_num_threads().ShouldBe(cpus.Length);
    });

    [Fact]
    public void Nothing_is_pinned_when_it_is_switched_off_or_cpus_are_to_spare_or_scarce() => OnAThreadOfItsOwn(() =>
    {
        var cpus = Libc.AllowedCpus(Libc.CurrentThread);

        Compute.UseThreads(cpus.Length, pin: false).ShouldBe(0);
        Compute.UseThreads(cpus.Length + 1, pin: true).ShouldBe(0);
        Compute.UseThreads(1, pin: true).ShouldBe(0);

        Libc.AllowedCpus(Libc.CurrentThread).ShouldBe(cpus);
    });

    [Fact]
    public void Only_cpus_that_the_process_may_use_count() => OnAThreadOfItsOwn(() =>
    {
        var last = Libc.AllowedCpus(Libc.CurrentThread)[^1];
        Libc.Confine(Libc.CurrentThread, last).ShouldBeTrue();

        Compute.UseThreads(2, pin: true).ShouldBe(0);

        Libc.AllowedCpus(Libc.CurrentThread).ShouldBe([last]);
    });

    static void OnAThreadOfItsOwn(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }
}
