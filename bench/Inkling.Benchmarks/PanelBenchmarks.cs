using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Inkling.Numerics;

namespace Inkling.Benchmarks;

/// <summary>The two products that dense and convolutional layers are made of, on one core, with the share of its multiply-add peak that they reach.</summary>
[Config(typeof(WithPeak))]
public class PanelBenchmarks
{
    private int[] _rows = [], _offsets = [];
    private float[] _x = [], _weights = [], _bias = [], _y = [];
    private Window _window;

    /// <summary>A 3×3 window over so many channels, as many outputs, so many pixels; or a dense layer of so many inputs and a mini-batch.</summary>
    [Params("conv 26x26x32", "conv 12x12x64", "conv 6x6x128", "dense 784x100, 800 images", "dense 100x100, 800 images")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Fill()
    {
        Work work = Work.Named(Shape);
        _window = work.Window;
        _offsets = _window.Offsets();
        _rows = [.. Enumerable.Range(0, work.Rows).Select(row => work.Side == 0 ? row * _window.Size : (row / work.Side * (work.Side + 2) + row % work.Side) * work.Inputs)];
        int stride = Rows.StrideOf(work.Neurons);
        _x = new float[_rows[^1] + _offsets[^1] + 1];
        _weights = new float[stride * _window.Size];
        _bias = new float[stride];
        _y = new float[work.Rows * stride];
        Random random = new(1);
        foreach (float[] numbers in new[] { _x, _weights, _y })
        {
            for (int i = 0; i < numbers.Length; i++)
                numbers[i] = (float)random.NextDouble() * 1e-3f;
        }
    }

    [Benchmark]
    public void RowsTimesPanels() => PanelProducts.RowsTimesPanels(_x, _rows, _window, _weights, _bias, _y);

    [Benchmark]
    public void AddOuterProducts() => PanelProducts.AddOuterProducts(_x, _rows, _offsets, _y, _weights, 0, PanelProducts.TileCount(_window.Size, Rows.StrideOf(Work.Named(Shape).Neurons)));

    private sealed record Work(int Side, int Inputs, int Rows, int Neurons, Window Window)
    {
        public double Operations => 2.0 * Rows * Neurons * Window.Size;

        public static Work Named(string shape)
        {
            int[] numbers = [.. shape.Split([' ', 'x', ','], StringSplitOptions.RemoveEmptyEntries).Where(word => char.IsAsciiDigit(word[0])).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
            return shape.StartsWith("conv", StringComparison.Ordinal)
                ? new Work(numbers[0], numbers[2], numbers[0] * numbers[1], numbers[2], new Window(3, 3 * numbers[2], (numbers[0] + 2) * numbers[2]))
                : new Work(0, numbers[0], numbers[2], numbers[1], new Window(1, numbers[0], numbers[0]));
        }
    }

    private sealed class WithPeak : ManualConfig
    {
        public WithPeak() => AddColumn(new PeakColumn());
    }

    /// <summary>The rate reached, and its share of the peak measured in the same run.</summary>
    private sealed class PeakColumn : IColumn
    {
        private readonly Lazy<double> _peak = new(() => MachinePeak.GigaFlops(1));

        public string Id => nameof(PeakColumn);

        public string ColumnName => "GF/s, of peak";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => false;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => "Operations a second (a multiply-add is two), and their share of one core's multiply-add peak";

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
        {
            if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
                return "–";
            double rate = Work.Named((string)benchmarkCase.Parameters[nameof(Shape)]).Operations / statistics.Median;
            return string.Create(CultureInfo.InvariantCulture, $"{rate:0}, {100 * rate / _peak.Value:0} %");
        }
    }
}
