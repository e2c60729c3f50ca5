using Inkling.Numerics;

namespace Inkling.Layers;

/// <summary>
/// The memory layout of what one example passes between two layers: [height, width, pitch], with the channels first in the
/// pitch. Channels are padded to whole vectors, except where a first convolution takes an image without padding between its
/// pixels. The public API uses [channels, height, width] everywhere; <see cref="OffsetOf"/> converts an index of that order.
/// </summary>
internal readonly record struct Layout
{
    private Layout(Shape shape, int pitch, int flattenedPixels)
    {
        (Height, Width, Channels, Pitch, FlattenedPixels) = (shape.Height, shape.Width, shape.Channels, pitch, flattenedPixels);
        Stride = checked(Rows.StrideOf(checked(Height * Width * pitch)));
    }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    /// <summary>Floats from one pixel to the next.</summary>
    public int Pitch { get; }

    /// <summary>Floats for one example: a multiple of 16.</summary>
    public int Stride { get; }

    /// <summary>
    /// For a vector of flattened feature maps, stored as [pixels, channels]: how many pixels each map had; otherwise 1.
    /// </summary>
    public int FlattenedPixels { get; }

    public int Pixels => Height * Width;

    /// <summary>
    /// Whether a pixel's channels are padded to whole vectors. A vector's always are: <see cref="Stride"/> leaves room for it.
    /// </summary>
    public bool IsPadded => Pitch == Rows.StrideOf(Channels);

    /// <summary>Whether numbers are in the public order, [channels, height, width], without gaps.</summary>
    public bool IsChannelsFirst =>
        (Pixels == 1 || (Channels == 1 && Pitch == 1)) && (FlattenedPixels == 1 || FlattenedPixels == Channels);

    /// <summary>The padded layout, which all stages accept.</summary>
    /// <param name="shape">The shape of one example.</param>
    /// <param name="flattenedPixels">For a vector, its <see cref="FlattenedPixels"/>.</param>
    public static Layout Padded(Shape shape, int flattenedPixels = 1) =>
        new(shape, Rows.StrideOf(shape.Channels), flattenedPixels);

    /// <summary>The layout of a narrower image, or of a wider one, with everything else as here.</summary>
    public Layout WithWidth(int width) =>
        width == Width ? this : new Layout(new Shape(Channels, Height, width), Pitch, FlattenedPixels);

    /// <summary>
    /// The layout without padding between pixels, which only a first convolution accepts; a vector is padded nevertheless.
    /// </summary>
    public static Layout Packed(Shape shape) =>
        shape.IsVector ? Padded(shape) : new Layout(shape, shape.Channels, flattenedPixels: 1);

    /// <summary>
    /// <see cref="FlattenedPixels"/> of each layer's input and, at the end, of the output: how many pixels each map had that
    /// was flattened to that vector; 1 where none was. Maps that no layer with weights follows are flattened to the public
    /// order directly.
    /// </summary>
    public static int[] FlattenedPixelsOf(Architecture architecture)
    {
        int[] pixels = new int[architecture.Layers.Count + 1];
        pixels[0] = 1;
        int lastWeighted = Enumerable.Range(0, architecture.Layers.Count)
            .LastOrDefault(l => architecture.Layers[l] is Layer.Dense or Layer.Convolution);
        for (int l = 0; l < architecture.Layers.Count; l++)
        {
            Shape input = architecture.ShapeBefore(l);
            pixels[l + 1] = architecture.Layers[l] switch
            {
                Layer.Dense or Layer.Convolution => 1,
                Layer.Flatten when !input.IsVector => l < lastWeighted ? input.Height * input.Width : 1,
                _ => pixels[l],
            };
        }

        return pixels;
    }

    /// <summary>The engine's index of a channel in the public order.</summary>
    /// <param name="channel">The channel; for flattened maps, the index in [channels, height, width].</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="flattenedPixels"><see cref="FlattenedPixels"/>.</param>
    public static int ChannelOf(int channel, int channels, int flattenedPixels) =>
        flattenedPixels == 1 ? channel : channel % flattenedPixels * (channels / flattenedPixels) + channel / flattenedPixels;

    /// <summary>The offset of a number in the buffer.</summary>
    /// <param name="i">Its index in [channels, height, width].</param>
    public int OffsetOf(int i) => i % Pixels * Pitch + ChannelOf(i / Pixels, Channels, FlattenedPixels);
}
