using System.Text;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>Skia's SVG made fit for a page: scalable (a viewBox), and with fallback fonts for its text.</summary>
internal static class SvgOutput
{
    public static void Write(Stream stream, int width, int height, Action<SKCanvas> draw)
    {
        using MemoryStream raw = new();
        using (SKCanvas canvas = SKSvgCanvas.Create(SKRect.Create(width, height), raw))
            draw(canvas);
        // Skia writes the font file's own family and weight, no fallback fonts and no viewBox.
        string semiBold = $"font-weight=\"500\" font-family=\"{Typefaces.SemiBold.FamilyName}\"";
        string family = $"font-family=\"{Typefaces.Family}\"";
        string svg = Encoding.UTF8.GetString(raw.GetBuffer(), 0, (int)raw.Length)
            .Replace(semiBold, $"font-weight=\"600\" {family}", StringComparison.Ordinal)
            .Replace(family, $"font-family=\"{Typefaces.Family}, Helvetica, Arial, sans-serif\"", StringComparison.Ordinal);
        const string Root = "<svg ";
        int root = svg.IndexOf(Root, StringComparison.Ordinal) + Root.Length;
        stream.Write(Encoding.UTF8.GetBytes(svg.Insert(root, $"viewBox=\"0 0 {width} {height}\" ")));
    }
}
