using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Inkling.Benchmarks;

/// <summary>A kernel's rate, and its fraction of the machine's peak, which is measured in the same run.</summary>
/// <param name="unit">The rate's unit, 10⁹ per second: GF/s or GB/s.</param>
/// <param name="legend">The column's legend: what is counted, and which peak it is compared with.</param>
/// <param name="amount">Operations or bytes in one run of a benchmark.</param>
/// <param name="peak">Measures the machine's peak in that unit.</param>
internal sealed class PeakColumn(string unit, string legend, Func<BenchmarkCase, double> amount, Func<double> peak) : IColumn
{
    private readonly Lazy<double> _peak = new(peak);

    public string Id => nameof(PeakColumn) + unit;

    public string ColumnName => $"{unit}, of peak";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => false;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => legend;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
            return "–";
        double rate = amount(benchmarkCase) / statistics.Median; // statistics are in nanoseconds
        return string.Create(CultureInfo.InvariantCulture, $"{rate:0}, {100 * rate / _peak.Value:0} %");
    }
}
