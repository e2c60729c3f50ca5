using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Inkling.Layers;
using Inkling.Training.Steps;

namespace Inkling.Gpu;

/// <summary>A graphics processor that networks can be trained on, through its driver: nothing else need be installed.</summary>
public sealed class GpuDevice : TrainingDevice
{
    private const string EmulatedName = "emulated";
    private const int EmulatedThreads = 64; // of the CPU, which wait for each other at each barrier

    private readonly AcceleratorType _type;
    private readonly int _index; // among the devices of its type

    private GpuDevice(Device device, int index, string name)
    {
        (_type, _index, Name) = (device.AcceleratorType, index, name);
        MemoryBytes = device.MemorySize;
        MostThreads = _type == AcceleratorType.CPU ? EmulatedThreads : device.MaxNumThreadsPerGroup;
    }

    /// <summary>The name that its driver gives it; with a number behind where there are several of a name.</summary>
    public override string Name { get; }

    /// <summary>The size of its memory in bytes.</summary>
    public long MemoryBytes { get; }

    /// <summary>How it is spoken to: CUDA or OpenCL.</summary>
    public string Backend => _type switch
    {
        AcceleratorType.Cuda => "CUDA",
        AcceleratorType.OpenCL => "OpenCL",
        _ => "emulated on the CPU",
    };

    /// <summary>Whether it is emulated on the CPU.</summary>
    internal bool IsEmulated => _type == AcceleratorType.CPU;

    /// <summary>Threads in a block, at most.</summary>
    internal int MostThreads { get; }

    /// <summary>The devices of this machine, those with CUDA first; empty where there is none, or no driver.</summary>
    public static IReadOnlyList<GpuDevice> All
    {
        get
        {
            using Context context = CreateContext();
            List<GpuDevice> all = [];
            foreach (AcceleratorType type in new[] { AcceleratorType.Cuda, AcceleratorType.OpenCL })
            {
                int index = 0;
                foreach (Device device in context)
                {
                    if (device.AcceleratorType != type)
                        continue;
                    string name = device.Name.Trim();
                    int same = all.Count(
                        other => other.Name == name || other.Name.StartsWith($"{name} #", StringComparison.Ordinal));
                    all.Add(new GpuDevice(device, index++, same == 0 ? name : $"{name} #{same + 1}"));
                }
            }

            return all;
        }
    }

    /// <summary>Emulates a device, a thread of it by a thread of the CPU: slow, to test kernels where there is none.</summary>
    internal static GpuDevice Emulated
    {
        get
        {
            using Context context = CreateContext();
            return new GpuDevice(context.GetCPUDevice(0), 0, EmulatedName);
        }
    }

    /// <summary>Chooses a device.</summary>
    /// <param name="name">
    /// Its name, or a part of it; "gpu" for the first of all; "emulated" for one that is emulated on the CPU, far slower than the
    /// CPU itself, to try programs where there is no device.
    /// </param>
    /// <exception cref="InklingException">There is no such device.</exception>
    public static GpuDevice Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (string.Equals(name, EmulatedName, StringComparison.OrdinalIgnoreCase))
            return Emulated;
        IReadOnlyList<GpuDevice> all = All;
        if (all.Count == 0)
        {
            throw new InklingException(
                "This machine has no graphics processor with a driver for CUDA or OpenCL: if it has one, install its driver.");
        }

        return string.Equals(name, "gpu", StringComparison.OrdinalIgnoreCase)
            ? all[0]
            : all.FirstOrDefault(device => string.Equals(device.Name, name, StringComparison.OrdinalIgnoreCase))
                ?? all.FirstOrDefault(device => device.Name.Contains(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new InklingException(
                    $"There is no device \"{name}\", only {string.Join(", ", all.Select(device => device.Name))}.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Backend})";

    internal override ITrainingStep CreateStep(ParameterBuffer parameters, Examples examples, StepSettings settings) =>
        throw new InklingException($"{Name} does not train this network: {parameters.Architecture}.");

    internal override float[][] OutputsOf(ParameterBuffer parameters, Examples examples) =>
        throw new InklingException($"{Name} does not evaluate this network: {parameters.Architecture}.");

    /// <summary>Opens it; the context is to be disposed after the accelerator.</summary>
    internal (Context Context, Accelerator Accelerator) Open()
    {
        Context context = CreateContext();
        try
        {
            Device device = _type switch
            {
                AcceleratorType.Cuda => context.GetCudaDevice(_index),
                AcceleratorType.OpenCL => context.GetCLDevice(_index),
                _ => context.GetCPUDevice(_index),
            };
            return (context, device.CreateAccelerator(context));
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private static Context CreateContext()
    {
        OpenClC.FenceSharedMemory();
        return Context.Create(builder => builder.Cuda().OpenCL().CPU(CPUDeviceKind.Nvidia));
    }
}
