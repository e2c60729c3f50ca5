using System.Globalization;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>The weights of each hidden neuron, laid out as its input image.</summary>
public static class WeightImages
{
    /// <summary>Draws one image a neuron into a PNG or SVG file: blue where ink excites it, red where ink inhibits it.</summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="title">The heading.</param>
    /// <param name="weights">For each neuron [height, width], row-major. All share one colour scale.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="height">Rows of the image.</param>
    /// <exception cref="ArgumentException">A neuron has not width × height weights.</exception>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, string title, IReadOnlyList<float[]> weights, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (weights.FirstOrDefault(neuron => neuron.Length != width * height) is { } odd)
        {
            throw new ArgumentException(
                $"A neuron has {odd.Length} weights; {width}×{height} pixels ask for {width * height}.", nameof(weights));
        }

        const float Side = 112, Across = 126, LegendHeight = 52;
        float tall = Side * height / width, down = tall + 34;
        int columns = Math.Clamp(weights.Count, 1, Math.Max(10, (int)Math.Ceiling(Math.Sqrt(weights.Count))));
        int rows = (weights.Count + columns - 1) / columns;
        double most = Scale(weights);
        Heading heading = new(title, "Blue: ink here excites the neuron. Red: ink here inhibits it.");
        Sheet.Save(path, heading, columns * Across - (Across - Side), LegendHeight + rows * down - 8, sheet =>
        {
            DrawScale(sheet, most);
            for (int neuron = 0; neuron < weights.Count; neuron++)
            {
                float x = neuron % columns * Across, y = LegendHeight + neuron / columns * down;
                float[] w = weights[neuron];
                sheet.Picture(SKRect.Create(x, y, Side, tall), width, height, i => Style.Diverging(w[i] / most));
                sheet.Text(Style.Number(neuron), x + Side / 2, y + tall + 18, 13, Style.Muted, SKTextAlign.Center);
            }
        });
    }

    /// <summary>The magnitude that one weight in 200 exceeds: scaled by the largest, all others would be pale.</summary>
    private static double Scale(IReadOnlyList<float[]> weights)
    {
        float[] magnitudes = [.. weights.SelectMany(neuron => neuron).Select(Math.Abs).Where(float.IsFinite).Order()];
        double most = magnitudes.Length == 0 ? 1 : magnitudes[(int)(0.995 * (magnitudes.Length - 1))];
        return most > 0 ? most : 1;
    }

    private static void DrawScale(Sheet sheet, double most)
    {
        const int Steps = 101;
        const float Size = 13, Length = 202;
        string end = most.ToString("G2", CultureInfo.InvariantCulture);
        float start = Sheet.Measure($"−{end}", Size) + 10;
        sheet.Text($"−{end}", 0, 16, Size, Style.Muted);
        sheet.Picture(SKRect.Create(start, 4, Length, 14), Steps, 1, i => Style.Diverging(2.0 * i / (Steps - 1) - 1));
        sheet.Text("0", start + Length / 2, 34, Size, Style.Muted, SKTextAlign.Center);
        sheet.Text($"+{end}", start + Length + 10, 16, Size, Style.Muted);
    }
}
