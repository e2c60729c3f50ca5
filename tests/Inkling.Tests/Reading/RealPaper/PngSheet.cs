using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Inkling.Tests.Reading.RealPaper;

/// <summary>Pictures side by side in a grey PNG file, to be looked at.</summary>
internal static class PngSheet
{
    private const int Columns = 5, Cell = 300, Border = 4;

    /// <param name="path">The file.</param>
    /// <param name="pictures">Reduced, where larger than a cell, by leaving out rows and columns.</param>
    /// <param name="isRight">Where not, the cell's border is black.</param>
    public static void Save(string path, IReadOnlyList<GreyImage> pictures, IReadOnlyList<bool> isRight)
    {
        int width = Columns * Cell, height = (pictures.Count + Columns - 1) / Columns * Cell;
        byte[] sheet = new byte[width * height];
        for (int i = 0; i < pictures.Count; i++)
        {
            GreyImage picture = pictures[i];
            double step = Math.Max(1, Math.Max(picture.Width, picture.Height) / (Cell - 2.0 * Border));
            for (int y = 0; y < Cell; y++)
            {
                for (int x = 0; x < Cell; x++)
                {
                    int column = (int)((x - Border) * step), row = (int)((y - Border) * step);
                    bool isInside = x >= Border && y >= Border && column < picture.Width && row < picture.Height;
                    sheet[(i / Columns * Cell + y) * width + i % Columns * Cell + x] =
                        isInside ? picture[row, column] : isRight[i] ? (byte)170 : (byte)0;
                }
            }
        }

        using FileStream file = File.Create(path);
        file.Write([0x89, .. "PNG\r\n\u001a\n"u8]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8; // bits of grey
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int row = 0; row < height; row++)
                zlib.Write([0, .. sheet.AsSpan(row * width, width)]);
        }

        Chunk(file, "IHDR", header);
        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
    }

    private static void Chunk(FileStream file, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data], length = new byte[4], check = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(check, Crc(body));
        file.Write([.. length, .. body, .. check]);
    }

    /// <summary>CRC-32 as in PNG (ISO 15948, annex D), bit by bit.</summary>
    private static uint Crc(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
        }

        return ~crc;
    }
}
