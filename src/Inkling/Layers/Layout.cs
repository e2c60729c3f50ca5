using Inkling.Numerics;

namespace Inkling.Layers;

/// <summary>
/// How the engine keeps what flows between two layers for one example: [height, width, pitch], the channels first in the
/// pitch. It is padded, so that the channels of a pixel are whole vectors, except where a first convolution takes an image
/// without padding between its pixels. Users have [channels, height, width] everywhere; <see cref="OffsetOf"/> tells where a
/// number of theirs lies.
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

    /// <summary>Of a vector that feature maps were flattened to, as [pixels, channels]: how many pixels each map had; otherwise 1.</summary>
    public int FlattenedPixels { get; }

    public int Pixels => Height * Width;

    /// <summary>Whether a pixel's channels are filled up to whole vectors. A vector's always are: behind it there is room.</summary>
    public bool IsPadded => Pitch == Rows.StrideOf(Channels);

    /// <summary>Whether numbers lie as users have them, without gaps.</summary>
    public bool IsUsersOrder => (Pixels == 1 || (Channels == 1 && Pitch == 1)) && (FlattenedPixels == 1 || FlattenedPixels == Channels);

    /// <summary>What all stages take.</summary>
    /// <param name="shape">The shape of one example.</param>
    /// <param name="flattenedPixels">Of a vector, <see cref="FlattenedPixels"/>.</param>
    public static Layout Padded(Shape shape, int flattenedPixels = 1) => new(shape, Rows.StrideOf(shape.Channels), flattenedPixels);

    /// <summary>Without padding between pixels, which only a first convolution takes; a vector is padded nevertheless.</summary>
    public static Layout Packed(Shape shape) => shape.IsVector ? Padded(shape) : new Layout(shape, shape.Channels, flattenedPixels: 1);

    /// <summary>
    /// For each layer, and behind the last: of the vector that flows there, how many pixels each of the maps had that were
    /// flattened to it; 1 where none were. Maps whose vector no weights follow are flattened to users' order at once.
    /// </summary>
    public static int[] FlattenedPixelsOf(Architecture architecture)
    {
        int[] pixels = new int[architecture.Layers.Count + 1];
        pixels[0] = 1;
        int lastWeighted = Enumerable.Range(0, architecture.Layers.Count).LastOrDefault(l => architecture.Layers[l] is Layer.Dense or Layer.Convolution);
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

    /// <summary>Which of the engine's channels a channel of users' is.</summary>
    /// <param name="channel">The channel; of maps that were flattened, the number in [channels, height, width].</param>
    /// <param name="channels">How many there are.</param>
    /// <param name="flattenedPixels"><see cref="FlattenedPixels"/>.</param>
    public static int ChannelOf(int channel, int channels, int flattenedPixels) =>
        flattenedPixels == 1 ? channel : channel % flattenedPixels * (channels / flattenedPixels) + channel / flattenedPixels;

    /// <summary>Where a number lies.</summary>
    /// <param name="i">Which of [channels, height, width].</param>
    public int OffsetOf(int i) => i % Pixels * Pitch + ChannelOf(i / Pixels, Channels, FlattenedPixels);
}
