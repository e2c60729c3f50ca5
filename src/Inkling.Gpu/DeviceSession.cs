using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using Inkling.Gpu.Kernels;

namespace Inkling.Gpu;

/// <summary>An opened device: its accelerator, its compiled kernels and how launches are divided into blocks.</summary>
internal sealed class DeviceSession : IDisposable
{
    private readonly bool _isEmulated;
    private readonly Dictionary<MethodInfo, (Kernel Kernel, Delegate Launch)> _kernels = []; // ILGPU itself keeps none alive

    public DeviceSession(Accelerator accelerator)
    {
        Accelerator = accelerator;
        _isEmulated = accelerator.AcceleratorType == AcceleratorType.CPU;
        BusyBlocks = _isEmulated ? 3 : 4 * accelerator.NumMultiprocessors;
        SumThreads = _isEmulated ? 64 : 256;
    }

    public Accelerator Accelerator { get; }

    /// <summary>Where kernels are launched, one after the other.</summary>
    public AcceleratorStream Stream => Accelerator.DefaultStream;

    /// <summary>So many blocks of 64 threads keep the device busy; a product with fewer is divided.</summary>
    public int BusyBlocks { get; }

    /// <summary>So many partial sums are added up by the thread that needs them; more are by a launch of their own.</summary>
    public int FewSums => _isEmulated ? 2 : 8;

    /// <summary>Threads of a block that augments an image.</summary>
    public int ImageThreads => _isEmulated ? 8 : 128;

    /// <summary>Threads of a block that sums over rows.</summary>
    public int SumThreads { get; }

    public void Dispose() => Accelerator.Dispose();

    /// <summary>The launch of a kernel that computes so many numbers, each by itself.</summary>
    public KernelConfig Elements(int numbers)
    {
        const int Threads = 256, EmulatedThreads = 4; // an emulated thread is one of the processor's
        return _isEmulated
            ? new KernelConfig(1, EmulatedThreads)
            : new KernelConfig(Math.Clamp((numbers + Threads - 1) / Threads, 1, 16 * Accelerator.NumMultiprocessors), Threads);
    }

    /// <summary>The launch of a kernel that sums down so many columns, by <see cref="ColumnSums"/>.</summary>
    public KernelConfig Columns(int columns) => new((columns + ColumnSums.Lanes - 1) / ColumnSums.Lanes, SumThreads);

    /// <summary>The launch of a kernel in which each line of threads computes 32 columns of a matrix, row after row.</summary>
    public KernelConfig Rows(int rows, int columns)
    {
        int lines = SumThreads / ColumnSums.Lanes, most = _isEmulated ? 1 : 16 * Accelerator.NumMultiprocessors;
        return new KernelConfig(
            new Index3D(
                Math.Clamp((rows + lines - 1) / lines, 1, most), (columns + ColumnSums.Lanes - 1) / ColumnSums.Lanes, 1),
            new Index3D(SumThreads, 1, 1));
    }

    /// <summary>Compiles a kernel where that has not been done.</summary>
    /// <typeparam name="TLaunch">A launch of it: the stream, the blocks, then the kernel's parameters.</typeparam>
    /// <param name="kernel">A static method.</param>
    /// <param name="launch">Receives its launch.</param>
    public void Load<TLaunch>(Delegate kernel, out TLaunch launch)
        where TLaunch : Delegate
    {
        if (!_kernels.TryGetValue(kernel.Method, out (Kernel Kernel, Delegate Launch) found))
        {
            Kernel loaded = Accelerator.LoadKernel(kernel.Method);
            _kernels.Add(kernel.Method, found = (loaded, loaded.CreateLauncherDelegate<TLaunch>()));
        }

        launch = (TLaunch)found.Launch;
    }
}
