using Inkling.Files;
using ScottPlot;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>
/// A white canvas with a heading, for plots, small pictures and text; saved as SVG where the file's name ends in .svg,
/// otherwise as PNG. Lengths are in points of the SVG; a PNG has two pixels a point, to be sharp on high-density screens.
/// </summary>
internal sealed class Sheet
{
    private const float Margin = 36;
    private const int DigitSide = 28;

    /// <summary>
    /// Sheets of more points than this get one pixel a point: a contact sheet of all test images would take a gigabyte.
    /// </summary>
    private const float MaxPointsDoubled = 8_000_000;

    private readonly SKCanvas _canvas;

    private Sheet(SKCanvas canvas) => _canvas = canvas;

    /// <summary>Draws a sheet into a file.</summary>
    /// <param name="path">The file to write; replaced where it exists.</param>
    /// <param name="heading">Drawn above the content.</param>
    /// <param name="width">Width of the content.</param>
    /// <param name="height">Height of the content.</param>
    /// <param name="draw">Draws the content, whose upper left corner is (0, 0).</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, Heading heading, float width, float height, Action<Sheet> draw)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        float inner = Math.Max(width, heading.Width), top = Margin + heading.HeightAt(inner);
        int sheetWidth = (int)MathF.Ceiling(inner + 2 * Margin), sheetHeight = (int)MathF.Ceiling(top + height + Margin);
        bool isSvg = path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase);
        AtomicFile.Write(path, stream =>
        {
            if (isSvg)
                SvgOutput.Write(stream, sheetWidth, sheetHeight, Draw);
            else
                WritePng(stream, sheetWidth, sheetHeight, Draw);
        });

        void Draw(SKCanvas canvas)
        {
            canvas.Clear(SKColors.White);
            canvas.Translate(Margin, Margin);
            Sheet sheet = new(canvas);
            heading.Draw(sheet, inner);
            canvas.Translate(0, top - Margin);
            draw(sheet);
        }
    }

    private static void WritePng(Stream stream, int width, int height, Action<SKCanvas> draw)
    {
        int scale = (float)width * height > MaxPointsDoubled ? 1 : 2;
        using SKSurface surface = SKSurface.Create(new SKImageInfo(scale * width, scale * height))
            ?? throw new InvalidOperationException($"No memory for a picture of {scale * width}×{scale * height} pixels.");
        surface.Canvas.Scale(scale);
        draw(surface.Canvas);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        data.SaveTo(stream);
    }

    /// <summary>The width of a line of text.</summary>
    public static float Measure(string text, float size, bool isStrong = false)
    {
        using SKFont font = Font(size, isStrong);
        return font.MeasureText(text);
    }

    /// <summary>A line of text.</summary>
    /// <param name="text">Without line breaks.</param>
    /// <param name="x">Left edge, middle or right edge, as <paramref name="align"/> says.</param>
    /// <param name="y">The baseline.</param>
    /// <param name="size">The font size.</param>
    /// <param name="colour">Null for <see cref="Style.Ink"/>.</param>
    /// <param name="align">Which part of the text is at <paramref name="x"/>.</param>
    /// <param name="isStrong">Whether it is semi-bold.</param>
    public void Text(
        string text,
        float x,
        float y,
        float size,
        SKColor? colour = null,
        SKTextAlign align = SKTextAlign.Left,
        bool isStrong = false)
    {
        using SKFont font = Font(size, isStrong);
        using SKPaint paint = new() { Color = colour ?? Style.Ink, IsAntialias = true };
        _canvas.DrawText(text, x, y, align, font, paint);
    }

    /// <summary>A filled rectangle; a radius above 0 rounds its corners.</summary>
    public void Box(float x, float y, float width, float height, SKColor fill, float radius = 0)
    {
        using SKPaint paint = new() { Color = fill, IsAntialias = true };
        if (radius > 0)
            _canvas.DrawRoundRect(x, y, width, height, radius, radius, paint);
        else
            _canvas.DrawRect(x, y, width, height, paint);
    }

    /// <summary>A small picture in a thin frame, enlarged so that each of its pixels is a sharp square.</summary>
    /// <param name="box">Where it is drawn.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="colourOf">The colour of each pixel, row by row.</param>
    public void Picture(SKRect box, int width, int height, Func<int, SKColor> colourOf)
    {
        Box(box.Left - 1, box.Top - 1, box.Width + 2, box.Height + 2, Style.Frame);
        using SKBitmap small = new(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        small.Pixels = [.. Enumerable.Range(0, width * height).Select(colourOf)];
        // Enlarged fourfold here: viewers of SVG interpolate when they enlarge, which would blur the pixels.
        using SKBitmap large = small.Resize(new SKSizeI(4 * width, 4 * height), new SKSamplingOptions(SKFilterMode.Nearest));
        using SKImage image = SKImage.FromBitmap(large);
        _canvas.DrawImage(image, box, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    }

    /// <summary>A picture in a thin frame, reduced or enlarged with interpolation.</summary>
    /// <param name="box">Where it is drawn.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="colourOf">The colour of each pixel, row by row.</param>
    public void Image(SKRect box, int width, int height, Func<int, SKColor> colourOf)
    {
        using SKBitmap bitmap = new(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        SKColor[] pixels = new SKColor[width * height];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = colourOf(i);
        bitmap.Pixels = pixels;
        using SKImage image = SKImage.FromBitmap(bitmap);
        _canvas.DrawImage(image, box, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        Outline(box, Style.Frame, 1);
    }

    /// <summary>The border of a rectangle.</summary>
    public void Outline(SKRect box, SKColor colour, float width)
    {
        using SKPaint paint = new() { Color = colour, IsAntialias = true, IsStroke = true, StrokeWidth = width };
        _canvas.DrawRect(box, paint);
    }

    /// <summary>A 28×28 image (0 is paper, 255 is ink) as dark ink on white paper.</summary>
    public void Digit(float x, float y, float size, byte[] pixels) =>
        Picture(
            SKRect.Create(x, y, size, size),
            DigitSide,
            DigitSide,
            i => Style.Blend(SKColors.White, Style.Ink, pixels[i] / 255.0));

    /// <exception cref="ArgumentException">An image has not 28×28 pixels.</exception>
    public static void RequireDigits(IEnumerable<byte[]> images)
    {
        if (images.FirstOrDefault(pixels => pixels.Length != DigitSide * DigitSide) is { } odd)
            throw new ArgumentException($"An image has {odd.Length} pixels, not {DigitSide}×{DigitSide}.", nameof(images));
    }

    /// <summary>A plot with its axes.</summary>
    public void Plot(Plot plot, float x, float y, float width, float height)
    {
        plot.RenderManager.ClearCanvasBeforeEachRender = false; // clearing would erase the heading
        plot.Render(_canvas, new PixelRect(x, x + width, y + height, y));
    }

    private static SKFont Font(float size, bool isStrong) =>
        new(isStrong ? Typefaces.SemiBold : Typefaces.Regular, size) { Subpixel = true };
}
