using Inkling.Data;
using Inkling.Web.Storage;

namespace Inkling.Web.Reading;

/// <summary>
/// Users' corrections ("That was a 7"): the image that the network saw and its true digit, kept on this computer in MNIST's
/// format, for those who asked for it; <c>corrections-images-idx3-ubyte</c> and <c>corrections-labels-idx1-ubyte</c>.
/// </summary>
internal sealed class Corrections(WebSettings settings, SharedFiles? shared = null)
{
    private const int Pixels = MnistNormalisation.Side * MnistNormalisation.Side;

    private readonly Lock _gate = new();

    public string Folder => Path.Combine(settings.SharedFolder, "corrections");

    private string Images => Path.Combine(Folder, "corrections-images-idx3-ubyte");

    private string Labels => Path.Combine(Folder, "corrections-labels-idx1-ubyte");

    /// <summary>Adds an image and its digit.</summary>
    /// <returns>How many are kept now.</returns>
    /// <exception cref="InklingException">The files cannot be written, or those there are damaged.</exception>
    public int Add(byte[] glyph, int digit) => shared?.AddCorrection(glyph, digit) ?? AddHere(glyph, digit);

    private int AddHere(byte[] glyph, int digit)
    {
        lock (_gate)
        {
            byte[] images = File.Exists(Images) ? IdxFile.Read(Images).Values<byte>() : [];
            byte[] labels = File.Exists(Labels) ? IdxFile.Read(Labels).Values<byte>() : [];
            int count = Math.Min(images.Length / Pixels, labels.Length); // one may have been written without the other
            images = [.. images.AsSpan(0, count * Pixels), .. glyph];
            labels = [.. labels.AsSpan(0, count), (byte)digit];
            IdxFile.Write(Images, IdxArray.Create(images, count + 1, MnistNormalisation.Side, MnistNormalisation.Side));
            IdxFile.Write(Labels, IdxArray.Create(labels, count + 1));
            return count + 1;
        }
    }
}
