using System.Buffers.Text;

namespace Inkling.Web.Inside;

/// <summary>A 28×28 image as text for an address: four bits a pixel, in base64url.</summary>
internal static class Glyph
{
    private const int Pixels = MnistNormalisation.Side * MnistNormalisation.Side;

    public static string ToText(ReadOnlySpan<byte> glyph)
    {
        byte[] halves = new byte[Pixels / 2];
        for (int i = 0; i < halves.Length; i++)
            halves[i] = (byte)((glyph[2 * i] & 0xF0) | glyph[2 * i + 1] >> 4);
        return Base64Url.EncodeToString(halves);
    }

    /// <summary>Null where the text is no image.</summary>
    public static byte[]? Parse(string? text)
    {
        byte[] halves = new byte[Pixels / 2];
        if (text is null
            || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, halves, out int written)
            || written != halves.Length)
            return null;
        byte[] glyph = new byte[Pixels];
        for (int i = 0; i < halves.Length; i++)
            (glyph[2 * i], glyph[2 * i + 1]) = ((byte)((halves[i] >> 4) * 17), (byte)((halves[i] & 15) * 17));
        return glyph;
    }
}
