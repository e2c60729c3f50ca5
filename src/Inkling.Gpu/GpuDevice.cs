using System.Diagnostics.CodeAnalysis;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Inkling.Layers;
using Inkling.Training.Steps;

namespace Inkling.Gpu;

/// <summary>A graphics processor that networks can be trained on, through its driver: nothing else need be installed.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The session is closed when its last use ends.")]
public sealed class GpuDevice : TrainingDevice
{
    private const string EmulatedName = "emulated";
    private const int WarpSize = 32, EmulatedThreads = 64; // of the CPU, which wait for each other at each barrier

    // One for the process, never closed: under WSL, ILGPU can look for CUDA's driver only once.
    private static readonly Lazy<Context> Drivers = new(CreateContext);

    private readonly AcceleratorType _type;
    private readonly int _index; // among the devices of its type
    private readonly Lock _gate = new();
    private DeviceSession? _session; // while it is in use
    private int _uses;

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

    /// <summary>The devices of this machine, those with CUDA first; empty where there is none, or no driver that works.</summary>
    public static IReadOnlyList<GpuDevice> All
    {
        get
        {
            try
            {
                return AllOf(Drivers.Value);
            }
            catch (Exception e) when (IsFailure(e))
            {
                return [];
            }
        }
    }

    /// <summary>Emulates a device, a thread of it by a thread of the CPU: slow, to test kernels where there is none.</summary>
    /// <exception cref="InklingException">A driver of this machine fails.</exception>
    internal static GpuDevice Emulated
    {
        get
        {
            try
            {
                return new GpuDevice(Drivers.Value.GetCPUDevice(0), 0, EmulatedName);
            }
            catch (Exception e) when (IsFailure(e))
            {
                throw new InklingException($"No device can be emulated, since a driver fails: {OneLine.Of(e.Message)}", e);
            }
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

    internal override ITrainingStep CreateStep(ParameterBuffer parameters, Examples examples, StepSettings settings)
    {
        DeviceLease lease = Acquire();
        try
        {
            return lease.Use(() => new DeviceStep(lease, parameters, examples, settings));
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    internal override float[][] OutputsOf(ParameterBuffer parameters, Examples examples)
    {
        using DeviceLease lease = Acquire();
        return lease.Use(() => DeviceReading.OutputsOf(lease.Session, parameters, examples));
    }

    /// <summary>Whether an exception comes from the device or its driver, or from sizes that it cannot have.</summary>
    internal static bool IsFailure(Exception e) =>
        e is AcceleratorException or InternalCompilerException or NotSupportedException or OverflowException;

    /// <summary>What a user is told when the device fails.</summary>
    internal InklingException Failed(Exception e)
    {
        if (e is OverflowException) // of the sizes of buffers, which are computed in checked arithmetic
        {
            return new InklingException(
                $"{Name}: this is too large for a device. Take smaller mini-batches, or fewer examples.", e);
        }

        bool isFull = e is CudaException { Error: nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY) }
            || e is CLException { Error: CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES };
        return new InklingException(
            isFull
                ? FormattableString.Invariant(
                    $"{Name}: its memory of {MemoryBytes >> 20:N0} MB is too small for this. Take smaller mini-batches.")
                : $"{Name} failed: {OneLine.Of(e.Message)} A checkpoint, if there is one, is whole: resume from it.",
            e);
    }

    /// <summary>Opens the device, or shares what is open.</summary>
    /// <exception cref="InklingException">It cannot be opened.</exception>
    private DeviceLease Acquire()
    {
        lock (_gate)
        {
            try
            {
                _session ??= new DeviceSession(Open());
            }
            catch (Exception e) when (IsFailure(e))
            {
                throw Failed(e);
            }

            _uses++;
            return new DeviceLease(this, _session, GiveBack);
        }
    }

    private void GiveBack()
    {
        lock (_gate)
        {
            if (--_uses > 0)
                return;
            try
            {
                _session!.Dispose();
            }
            catch (Exception e) when (IsFailure(e)) // a device that was lost cannot be closed
            {
            }
            finally
            {
                _session = null;
            }
        }
    }

    /// <summary>Opens it.</summary>
    internal Accelerator Open()
    {
        Context context = Drivers.Value;
        Device device = _type switch
        {
            AcceleratorType.Cuda => context.GetCudaDevice(_index),
            AcceleratorType.OpenCL => context.GetCLDevice(_index),
            _ => context.GetCPUDevice(_index),
        };
        return device.CreateAccelerator(context);
    }

    private static List<GpuDevice> AllOf(Context context)
    {
        List<GpuDevice> all = [];
        foreach (AcceleratorType type in new[] { AcceleratorType.Cuda, AcceleratorType.OpenCL })
        {
            int index = 0;
            foreach (Device device in context)
            {
                if (device.AcceleratorType != type)
                    continue;
                // Not the processor, and not a card once more that CUDA has.
                if (device is CLDevice cl && (cl.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_CPU)
                    || (cl.Vendor == CLDeviceVendor.Nvidia && all.Any(other => other._type == AcceleratorType.Cuda))))
                {
                    index++;
                    continue;
                }

                string name = device.Name.Trim();
                int same = all.Count(
                    other => other.Name == name || other.Name.StartsWith($"{name} #", StringComparison.Ordinal));
                all.Add(new GpuDevice(device, index++, same == 0 ? name : $"{name} #{same + 1}"));
            }
        }

        return all;
    }

    private static Context CreateContext()
    {
        bool isOpenClMended = OpenClC.FenceSharedMemory();
        return Context.Create(builder =>
        {
            if (Environment.Is64BitProcess) // ILGPU throws elsewhere
                builder.Cuda();
            if (isOpenClMended)
                builder.OpenCL();
            builder.CPU(new CPUDevice(WarpSize, EmulatedThreads / WarpSize, numMultiprocessors: 1));
        });
    }
}
