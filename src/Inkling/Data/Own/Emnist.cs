namespace Inkling.Data.Own;

/// <summary>What is special about EMNIST's files, IDX and CSV: images are transposed, and letters are numbered from 1.</summary>
internal static class Emnist
{
    public static bool IsNamedSo(string file) => WordsOf(file).Contains("emnist");

    /// <summary>Whether the classes of this file are numbered from 1.</summary>
    public static bool CountsFrom1(string file) => IsNamedSo(file) && WordsOf(file).Contains("letters");

    /// <summary>Turns images upright, in place.</summary>
    public static void MakeUpright(byte[] pixels, ref int height, ref int width)
    {
        byte[] upright = new byte[height * width];
        for (int start = 0; start < pixels.Length; start += upright.Length)
        {
            for (int i = 0; i < upright.Length; i++)
                upright[i % width * height + i / width] = pixels[start + i];
            upright.CopyTo(pixels, start);
        }

        (height, width) = (width, height);
    }

    private static string[] WordsOf(string file) => PartName.Of(file).Set.Split('-');
}
