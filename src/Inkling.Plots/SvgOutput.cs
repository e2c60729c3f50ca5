using System.Text;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>What Skia draws, as SVG for a page: it scales, and its text has a typeface to fall back on.</summary>
internal static class SvgOutput
{
    public static void Write(Stream stream, int width, int height, Action<SKCanvas> draw)
    {
        using MemoryStream raw = new();
        using (SKCanvas canvas = SKSvgCanvas.Create(SKRect.Create(width, height), raw))
            draw(canvas);
        // Skia names the font file's own family and weight and nothing to fall back on, and says no viewBox.
        string svg = Encoding.UTF8.GetString(raw.GetBuffer(), 0, (int)raw.Length)
            .Replace($"font-weight=\"500\" font-family=\"{Typefaces.SemiBold.FamilyName}\"", $"font-weight=\"600\" font-family=\"{Typefaces.Family}\"", StringComparison.Ordinal)
            .Replace($"font-family=\"{Typefaces.Family}\"", $"font-family=\"{Typefaces.Family}, Helvetica, Arial, sans-serif\"", StringComparison.Ordinal);
        const string Root = "<svg ";
        int root = svg.IndexOf(Root, StringComparison.Ordinal) + Root.Length;
        stream.Write(Encoding.UTF8.GetBytes(svg.Insert(root, $"viewBox=\"0 0 {width} {height}\" ")));
    }
}
