using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Benchmarks;

/// <summary>
/// The two matrix products behind dense and convolutional layers, on one core, with the fraction of its multiply-add peak that
/// they reach.
/// </summary>
[Config(typeof(WithPeak))]
public class PanelBenchmarks
{
    private int[] _rows = [], _offsets = [];
    private AlignedBuffer _x = AlignedBuffer.Empty, _weights = AlignedBuffer.Empty, _bias = AlignedBuffer.Empty,
        _y = AlignedBuffer.Empty;
    private Window _window;

    /// <summary>
    /// A 3×3 convolution, output height × width × channels, with as many input channels; or a dense layer, inputs × neurons ×
    /// images.
    /// </summary>
    [Params("conv 26x26x32", "conv 12x12x64", "conv 6x6x128", "dense 784x100x800", "dense 100x100x800")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Fill()
    {
        Work work = Work.Named(Shape);
        _window = work.Window;
        _offsets = _window.Offsets();
        _rows = [.. Enumerable.Range(0, work.Rows).Select(row => work.Side == 0
            ? row * _window.Size
            : (row / work.Side * (work.Side + 2) + row % work.Side) * work.Inputs)];
        int stride = Rows.StrideOf(work.Neurons);
        _x = new AlignedBuffer(_rows[^1] + _offsets[^1] + 1);
        _weights = new AlignedBuffer(stride * _window.Size);
        _bias = new AlignedBuffer(stride);
        _y = new AlignedBuffer(work.Rows * stride);
        Random random = new(1);
        foreach (AlignedBuffer numbers in new[] { _x, _weights, _y })
        {
            for (int i = 0; i < numbers.Length; i++)
                numbers.Span[i] = (float)random.NextDouble() * 1e-3f;
        }
    }

    [Benchmark]
    public void RowsTimesPanels() =>
        PanelProducts.RowsTimesPanels(_x.Span, _rows, _window, _weights.Span, _bias.Span, _y.Span);

    [Benchmark]
    public void AddOuterProducts() => PanelProducts.AddOuterProducts(
        _x.Span,
        _rows,
        _offsets,
        _y.Span,
        _weights.Span,
        0,
        PanelProducts.TileCount(_window.Size, Rows.StrideOf(Work.Named(Shape).Neurons)),
        Shards.One);

    private sealed record Work(int Side, int Inputs, int Rows, int Neurons, Window Window)
    {
        public double Operations => 2.0 * Rows * Neurons * Window.Size;

        public static Work Named(string shape)
        {
            int[] numbers = [.. shape
                .Split([' ', 'x', ','], StringSplitOptions.RemoveEmptyEntries)
                .Where(word => char.IsAsciiDigit(word[0]))
                .Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
            return shape.StartsWith("conv", StringComparison.Ordinal)
                ? new Work(
                    numbers[0],
                    numbers[2],
                    numbers[0] * numbers[1],
                    numbers[2],
                    new Window(3, 3 * numbers[2], (numbers[0] + 2) * numbers[2]))
                : new Work(0, numbers[0], numbers[2], numbers[1], new Window(1, numbers[0], numbers[0]));
        }
    }

    private sealed class WithPeak : ManualConfig
    {
        public WithPeak() => AddColumn(new PeakColumn(
            "GF/s",
            "Operations a second (a multiply-add is two), and their share of one core's multiply-add peak",
            benchmark => Work.Named((string)benchmark.Parameters[nameof(Shape)]).Operations,
            () => MachinePeak.GigaFlops(1)));
    }
}
