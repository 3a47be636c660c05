using System.Globalization;
using System.Runtime.Versioning;
using ContrastiveService.Training.Plans;
using TorchSharp;

namespace ContrastiveService.Training.Native;

/// <summary>The one place that decides on which device and with how many threads tensors are computed.</summary>
public static class Compute
{
    const string ThreadName = "compute";

    /// <summary>How many threads suit this process: the CPUs that its affinity and its container's quota leave it.</summary>
    public static int AvailableThreads => Environment.ProcessorCount;

    /// <summary>Turns what a plan asks for into a device of this machine.</summary>
    /// <exception cref="InvalidOperationException">A GPU was asked for and this build or machine has none.</exception>
    public static torch.Device Choose(DeviceKind device) => (device, HasGpu) switch
    {
        (DeviceKind.Auto or DeviceKind.Gpu, true) => torch.CUDA,
        (DeviceKind.Gpu, false) => throw new InvalidOperationException(
            "The plan asks for a gpu, and none can be used here. Use device \"cpu\" or \"auto\"; or build with -p:TorchBackend=cuda and run where an NVIDIA driver is installed."),
        _ => torch.CPU,
    };

    /// <summary>The same from its name: <c>auto</c>, <c>cpu</c> or <c>gpu</c>.</summary>
    /// <exception cref="ArgumentException">The name is unknown; the message lists those there are.</exception>
    public static torch.Device Choose(string device) => device switch
    {
        "auto" => Choose(DeviceKind.Auto),
        "cpu" => Choose(DeviceKind.Cpu),
        "gpu" => Choose(DeviceKind.Gpu),
        _ => throw new ArgumentException($"There is no device '{device}'. There are: auto, cpu, gpu.", nameof(device)),
    };

    /// <summary>Whether this build of libtorch has CUDA and finds a device.</summary>
    public static bool HasGpu
    {
        get
        {
            Libtorch.Load();
            return torch.cuda.is_available();
        }
    }

    /// <summary>
    /// Sets how many threads one operation may use (1 or more), for the whole process. With <paramref name="pin"/>, gives the calling thread and each of its
    /// helpers a CPU of its own; call it on the thread that will compute, before its first operation.
    /// </summary>
    /// <remarks>
    /// Pinning happens only where there are as many threads as CPUs that this process may use: some kernels then put a helper on the CPU where its caller spins,
    /// and small operations become up to 200 times slower. With CPUs to spare the scheduler does well, and two processes must not pick the same ones.
    /// Threads that the calling thread starts afterwards inherit its CPU: start what should run beside it earlier, or from another thread.
    /// </remarks>
    /// <returns>How many threads were pinned; 0 for none.</returns>
    public static int UseThreads(int threads, bool pin)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Libtorch.Load();
        torch.set_num_threads(threads);
        if (!pin || threads == 1 || !OperatingSystem.IsLinux()) return 0;

        var cpus = Libc.AllowedCpus(Libc.CurrentThread);
        return cpus.Length == threads ? Pin(cpus) : 0;
    }

    [SupportedOSPlatform("linux")]
    static int Pin(int[] cpus)
    {
        // OpenMP creates a thread's helpers at its first parallel operation, and a new thread is named after its creator: that tells them from the runtime's own.
        var self = Libc.CurrentThread;
        var name = File.ReadAllText(NameFile(self));
        File.WriteAllText(NameFile(self), ThreadName);
        using (var zeros = torch.zeros(1 << 20))
        using (var ones = zeros.add(1)) { }
        var helpers = Helpers(self);
        File.WriteAllText(NameFile(self), name.TrimEnd());

        var pinned = 0;
        for (var i = 0; i < helpers.Count && i + 1 < cpus.Length; i++)
        {
            if (Libc.Confine(helpers[i], cpus[i + 1])) pinned++;
        }
        return pinned > 0 && Libc.Confine(self, cpus[0]) ? pinned + 1 : pinned;
    }

    static List<int> Helpers(int self)
    {
        var helpers = new List<int>();
        foreach (var directory in Directory.GetDirectories("/proc/self/task"))
        {
            var thread = int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture);
            try
            {
                if (thread != self && File.ReadAllText(NameFile(thread)).TrimEnd() == ThreadName) helpers.Add(thread);
            }
            catch (IOException)
            {
                // A thread that ended between the listing and the reading is no helper.
            }
        }
        helpers.Sort();
        return helpers;
    }

    static string NameFile(int thread) => string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{thread}/comm");
}
