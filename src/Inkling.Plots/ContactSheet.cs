using SkiaSharp;

namespace Inkling.Plots;

/// <summary>A grid of 28×28 images, with labels if wanted.</summary>
public static class ContactSheet
{
    /// <summary>Draws the images, row by row, into a PNG or SVG file.</summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="title">The heading.</param>
    /// <param name="images">Each [28, 28], row-major; 0 is paper, 255 is ink.</param>
    /// <param name="columns">Images in a row, at least 1.</param>
    /// <param name="labels">A short text under each image; null for none.</param>
    /// <exception cref="ArgumentException">An image has not 28×28 pixels, or there is not one label an image.</exception>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(
        string path, string title, IReadOnlyList<byte[]> images, int columns = 20, IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Sheet.RequireDigits(images);
        if (labels is not null && labels.Count != images.Count)
            throw new ArgumentException($"{images.Count} images have {labels.Count} labels.", nameof(labels));
        const float Side = 56, Across = 64;
        float down = labels is null ? Across : Across + 20;
        int across = Math.Clamp(images.Count, 1, columns), rows = (images.Count + columns - 1) / columns;
        float width = across * Across - (Across - Side), height = Math.Max(0, rows * down - (Across - Side));
        Sheet.Save(path, new Heading(title), width, height, sheet =>
        {
            for (int i = 0; i < images.Count; i++)
            {
                float x = i % columns * Across, y = i / columns * down;
                sheet.Digit(x, y, Side, images[i]);
                if (labels is not null)
                    sheet.Text(labels[i], x + Side / 2, y + Side + 17, 13, Style.Muted, SKTextAlign.Center);
            }
        });
    }
}
