using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Benchmarks;

/// <summary>
/// Winograd's input and output transforms over an image of 12×12 pixels; the products between them are in
/// <see cref="PanelBenchmarks"/>.
/// </summary>
[Config(typeof(WithPeak))]
public class WinogradBenchmarks
{
    private const int Side = 12, Tiles = Side / Winograd.Tile * (Side / Winograd.Tile),
        SecondCache = 256 << 10; // bytes: fits in any L2 cache

    private AlignedBuffer _image = AlignedBuffer.Empty, _planes = AlignedBuffer.Empty;

    [Params(16, 64)]
    public int Channels { get; set; }

    /// <summary>An odd number of cache lines, as in <c>WinogradStage</c>.</summary>
    private int Plane => (Tiles * Channels / Rows.Panel | 1) * Rows.Panel;

    [GlobalSetup]
    public void Fill()
    {
        _image = new AlignedBuffer(Side * Side * Channels);
        _planes = new AlignedBuffer(Winograd.Planes * Plane);
        for (int i = 0; i < _image.Length; i++)
            _image.Span[i] = i % 97 / 97f;
    }

    [Benchmark]
    public void InputToPlanes()
    {
        for (int tile = 0; tile < Tiles; tile++)
            Winograd.ToPlanes(Winograd.Map.Input, _image.Span, PlaceOf(tile, padding: 1), _planes.Span, Plane, tile * Channels);
    }

    [Benchmark]
    public void OutputFromPlanes()
    {
        for (int tile = 0; tile < Tiles; tile++)
            Winograd.FromPlanes(
                Winograd.Map.Output, _planes.Span, Plane, tile * Channels, _image.Span, PlaceOf(tile, padding: 0));
    }

    private Winograd.Place PlaceOf(int tile, int padding) => new(
        Side,
        Side,
        Channels,
        Channels,
        tile / (Side / Winograd.Tile) * Winograd.Tile - padding,
        tile % (Side / Winograd.Tile) * Winograd.Tile - padding);

    private sealed class WithPeak : ManualConfig
    {
        public WithPeak() => AddColumn(new PeakColumn(
            "GB/s",
            "Bytes read and written a second, and their share of what one core reads from its second cache",
            BytesOf,
            () => MachinePeak.GigaBytesRead(SecondCache)));

        private static double BytesOf(BenchmarkCase benchmark)
        {
            bool isInput = benchmark.Descriptor.WorkloadMethod.Name == nameof(InputToPlanes);
            int perTile = Winograd.Planes + (isInput ? Winograd.Patch * Winograd.Patch : Winograd.Tile * Winograd.Tile);
            return (double)Tiles * perTile * (int)benchmark.Parameters[nameof(Channels)] * sizeof(float);
        }
    }
}
