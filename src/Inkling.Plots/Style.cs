using System.Globalization;
using ScottPlot;
using ScottPlot.AxisPanels;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>The palette, axis style and number formats that all plots share.</summary>
internal static class Style
{
    public static readonly SKColor Ink = SKColor.Parse("#1B1F24");
    public static readonly SKColor Muted = SKColor.Parse("#5F6873");
    public static readonly SKColor Frame = SKColor.Parse("#D5DAE0");
    public static readonly SKColor Blue = SKColor.Parse("#2456A4");
    public static readonly SKColor Red = SKColor.Parse("#C8322A");

    private static readonly SKColor Grid = SKColor.Parse("#E9ECF0");

    /// <summary>Distinct for colour-blind readers (after Okabe and Ito 2008, the lightest darkened for white paper).</summary>
    private static readonly SKColor[] Series =
        [Blue, .. new[] { "#D55E00", "#009E73", "#AA4499", "#8A6D00", "#3D9BD1" }.Select(SKColor.Parse)];

    public static SKColor SeriesColour(int index) => Series[index % Series.Length];

    public static Color ForScottPlot(this SKColor colour) => Color.FromSKColor(colour);

    public static SKColor Grey(byte level) => new(level, level, level);

    /// <summary>Linear interpolation between two colours.</summary>
    /// <param name="from">The colour at 0.</param>
    /// <param name="to">The colour at 1.</param>
    /// <param name="share">0 to 1.</param>
    public static SKColor Blend(SKColor from, SKColor to, double share) => new(
        (byte)Math.Round(from.Red + share * (to.Red - from.Red)),
        (byte)Math.Round(from.Green + share * (to.Green - from.Green)),
        (byte)Math.Round(from.Blue + share * (to.Blue - from.Blue)));

    /// <summary>Red at -1 and below, white at 0, blue at 1 and above; the page uses the same colours.</summary>
    public static SKColor Diverging(double value) =>
        Blend(SKColors.White, value < 0 ? Red : Blue, Math.Min(1, Math.Abs(value)));

    /// <summary>Empty axes in this style. Their margins are fixed, so that stacked panels line up.</summary>
    public static Plot NewPlot(string xLabel, string yLabel)
    {
        Plot plot = new();
        plot.Font.Set(Typefaces.Family);
        plot.XLabel(xLabel);
        plot.YLabel(yLabel);
        Quieten(plot.Axes.Bottom);
        Quieten(plot.Axes.Left);
        ((AxisBase)plot.Axes.Left).PaddingBetweenTickAndAxisLabels = new PixelPadding(8);
        plot.Axes.Right.FrameLineStyle.IsVisible = false;
        plot.Axes.Top.FrameLineStyle.IsVisible = false;
        plot.Grid.MajorLineColor = Grid.ForScottPlot();
        plot.Layout.Fixed(new PixelPadding(left: 76, right: 16, bottom: 58, top: 10));
        return plot;
    }

    /// <summary>Greys an axis, sets its fonts and removes its minor ticks.</summary>
    public static void Quieten(IAxis axis)
    {
        axis.Label.FontName = axis.TickLabelStyle.FontName = Typefaces.Family;
        axis.Label.FontSize = 14;
        axis.Label.Bold = false;
        axis.Label.ForeColor = Ink.ForScottPlot();
        axis.TickLabelStyle.FontSize = 13;
        axis.TickLabelStyle.ForeColor = Muted.ForScottPlot();
        axis.FrameLineStyle.Color = axis.MajorTickStyle.Color = SKColor.Parse("#AEB6C0").ForScottPlot();
        axis.MinorTickStyle.Length = 0;
        axis.TickGenerator = Ticks();
    }

    public static NumericAutomatic Ticks(bool integersOnly = false, double density = 1) =>
        new() { IntegerTicksOnly = integersOnly, TickDensity = density, LabelFormatter = Number };

    /// <summary>Up to six decimals, with a true minus sign (U+2212).</summary>
    public static string Number(double value) => value.ToString("0.######;−0.######", CultureInfo.InvariantCulture);

    public static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A confidence in per cent, rounded down: 100 % would claim a certainty that no network has.</summary>
    public static string Confidence(double confidence) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1000 * confidence) / 10:0.0} %");
}
