using System.Globalization;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Inkling.Gpu;

namespace Inkling.Benchmarks.Gpu;

/// <summary>What the parts share: the device, the images, the amount of work, and the rows of the table.</summary>
internal sealed class Bench(GpuDevice device, Sizes sizes)
{
    private ImageData? _data;

    public GpuDevice Device => device;

    public Sizes Sizes => sizes;

    /// <summary>MNIST; or as many generated digits as a tiny run needs.</summary>
    public ImageData Data => _data ??= sizes.IsTiny
        ? GeneratedDigits.CreateData(sizes.CheckedImages, 2, 10)
        : Mnist.LoadAsync().GetAwaiter().GetResult();

    /// <summary>Writes a row: what was done, by whom, the figure, and what else is to be said of it.</summary>
    public static void Row(string work, string who, FormattableString figure, FormattableString note) => Console.WriteLine(
        string.Join('\t', work, who, figure.ToString(CultureInfo.InvariantCulture), note.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The same by Inkling on the device.</summary>
    public void Row(string work, FormattableString figure, FormattableString note) =>
        Row(work, $"Inkling, {device.Name}", figure, note);

    /// <summary>Bytes of the device's memory that are in use, by whomever; null where its driver does not tell.</summary>
    public long? UsedMemory()
    {
        using Accelerator accelerator = device.Open();
        return accelerator is CudaAccelerator cuda ? cuda.MemorySize - cuda.GetFreeMemory() : null;
    }

    /// <summary>What its driver says of it.</summary>
    public string DescribeDriver()
    {
        using Accelerator accelerator = device.Open();
        return accelerator is CudaAccelerator cuda
            ? $"{device.Backend}, driver {cuda.DriverVersion}, {cuda.Architecture}, {cuda.NumMultiprocessors} multiprocessors"
            : $"{device.Backend}, {accelerator.NumMultiprocessors} multiprocessors";
    }

    /// <summary>Memory in use beyond what was before, for a note; empty where it is not known.</summary>
    public string MemoryBeyond(long? before) => UsedMemory() is { } used && before is { } then
        ? string.Create(CultureInfo.InvariantCulture, $"; {(used - then) / 1e6:N0} MB of its memory")
        : "";
}
