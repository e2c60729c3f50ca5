using SkiaSharp;

namespace Inkling.Web.Reading;

/// <summary>A drawing: strokes of a round pen, in the canvas's units.</summary>
/// <param name="Strokes">Each x, y, x, y, …</param>
internal sealed record Sketch(int[][] Strokes)
{
    /// <summary>The canvas, in its units.</summary>
    public const int Width = 720, Height = 320, PenWidth = 14;

    /// <summary>Canvas units for each pixel of the picture: at half the size it is read as well, in less time.</summary>
    public const int Reduction = 2;

    private const int MostPoints = 50_000;

    /// <summary>Whether it is a drawing that the page could have sent: pairs of numbers, none far from the canvas.</summary>
    public bool IsSound => Strokes is not null
        && Strokes.Sum(stroke => stroke?.Length ?? 0) <= MostPoints
        && Strokes.All(stroke => stroke is not null && stroke.Length % 2 == 0 && stroke.All(n => n is >= 0 and <= Width));

    /// <summary>The drawing as black ink on white paper.</summary>
    public GreyImage ToPicture()
    {
        const int width = Width / Reduction, height = Height / Reduction;
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        using SKCanvas canvas = new(bitmap);
        canvas.Clear(SKColors.White);
        canvas.Scale(1f / Reduction);
        using SKPaint pen = new()
        {
            Color = SKColors.Black,
            IsAntialias = true,
            StrokeWidth = PenWidth,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
            Style = SKPaintStyle.Stroke
        };
        foreach (int[] stroke in Strokes.Where(stroke => stroke.Length >= 2))
        {
            using SKPath path = new();
            path.MoveTo(stroke[0], stroke[1]);
            if (stroke.Length == 2)
                path.LineTo(stroke[0] + 0.1f, stroke[1]); // a dot
            for (int i = 2; i + 1 < stroke.Length; i += 2)
                path.LineTo(stroke[i], stroke[i + 1]);
            canvas.DrawPath(path, pen);
        }

        canvas.Flush();
        byte[] pixels = new byte[width * height];
        for (int row = 0; row < height; row++)
            bitmap.GetPixelSpan().Slice(row * bitmap.RowBytes, width).CopyTo(pixels.AsSpan(row * width));
        return new GreyImage(width, height, pixels);
    }
}
