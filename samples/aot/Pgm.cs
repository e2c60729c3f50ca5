using System.Globalization;
using System.Text;

namespace Inkling.Samples;

/// <summary>Portable grey maps, the simplest of picture files: <c>P5 WIDTH HEIGHT 255</c>, and a byte for each pixel.</summary>
internal static class Pgm
{
    /// <exception cref="InklingException">The file is no PGM picture of one byte a pixel.</exception>
    public static GreyImage Load(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int at = 0;
        if (Word() != "P5"
            || Number() is not (> 0 and var width)
            || Number() is not (> 0 and var height)
            || Number() != 255
            || (long)width * height != file.Length - at)
            throw new InklingException(
                $"{path}: not a PGM picture of one byte a pixel. "
                + "Make one with: magick PICTURE -colorspace gray -depth 8 FILE.pgm");
        return new GreyImage(width, height, file[at..]);

        int Number() => int.TryParse(Word(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;

        string Word()
        {
            StringBuilder word = new();
            while (at < file.Length && (char.IsWhiteSpace((char)file[at]) || file[at] == '#'))
                at = file[at] == '#'
                    ? Array.IndexOf(file, (byte)'\n', at) is >= 0 and var end ? end : file.Length
                    : at + 1;
            while (at < file.Length && !char.IsWhiteSpace((char)file[at]) && word.Length < 16)
                word.Append((char)file[at++]);
            at += word.Length > 0 ? 1 : 0; // one white space ends each word, and the header
            return word.ToString();
        }
    }
}
