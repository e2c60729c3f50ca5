using System.Globalization;
using System.IO.Compression;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Formats;

/// <summary>
/// Weights and biases of network.py and network2.py in numpy's .npz format, a zip of .npy files: <c>w0</c> is net.weights[0],
/// [30, 784]; <c>b0</c> is net.biases[0], [30, 1]; and so on. <c>cost</c> is the cost's name.
/// </summary>
internal static class Npz
{
    /// <summary>Maximum compression ratio, against decompression bombs: weights hardly compress.</summary>
    private const int MostSwelling = 32;

    private const int ElementBudget = 1 << 16; // bytes added to the limit, for files of a few hundred bytes

    /// <summary>Reads a network.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">Its name in error messages.</param>
    /// <exception cref="InklingException">The file is truncated, inconsistent or too highly compressed.</exception>
    public static Network Parse(byte[] file, string name)
    {
        try
        {
            using ZipArchive zip = new(new MemoryStream(file, writable: false), ZipArchiveMode.Read);
            Dictionary<string, ZipArchiveEntry> arrays = new(StringComparer.Ordinal);
            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                if (entry.FullName.EndsWith(".npy", StringComparison.Ordinal) && !arrays.TryAdd(entry.FullName[..^4], entry))
                    throw Damaged(name, $"\"{OneLine.Of(entry.FullName, most: 60)}\" occurs twice");
            }

            int layers = 0;
            while (arrays.ContainsKey(Weights(layers)))
                layers++;
            if (layers == 0)
            {
                const string Save = "numpy.savez(file, w0=net.weights[0], b0=net.biases[0], w1=…)";
                throw Damaged(name, $"there is no array w0 in it. For a network of network.py: {Save}");
            }

            Reader reader = new(arrays, name, MostSwelling * (long)file.Length + ElementBudget);
            NpyArray[] weights = [.. Enumerable.Range(0, layers).Select(l => reader.Read(Weights(l)))],
                biases = [.. Enumerable.Range(0, layers).Select(l => reader.Read(Biases(l)))];
            if (arrays.ContainsKey(Biases(layers)))
                throw Damaged(name, $"there is an array {Biases(layers)}, but no {Weights(layers)}");
            RequireFit(weights, biases, name);
            Cost cost = reader.Cost();
            Architecture architecture = Architecture.FullyConnected(
                [weights[0].Shape[1], .. weights.Select(w => w.Shape[0])],
                cost);
            Network network = new(new ParameterBuffer(architecture), new RandomStream(seed: 1));
            for (int l = 0; l < layers; l++)
            {
                network.WeightedLayers[l].SetWeights(weights[l].Values);
                biases[l].Values.CopyTo(network.WeightedLayers[l].Biases);
            }

            return network;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or ArgumentException)
        {
            throw Damaged(name, $"not a zip file that can be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>Writes a network.</summary>
    /// <exception cref="InklingException">The network is not one that network.py supports.</exception>
    public static void Write(Stream stream, Network network)
    {
        if (network.Architecture.Sizes is null)
        {
            throw new InklingException(
                $"network.py knows layers of sigmoid neurons only, not {network.Architecture}. Save it as .safetensors.");
        }

        using ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach ((int l, WeightedLayer layer) in network.WeightedLayers.Index())
        {
            Add(Weights(l), new NpyArray([layer.Neurons, layer.Inputs], layer.CopyWeights()).ToBytes());
            Add(Biases(l), new NpyArray([layer.Neurons, 1], layer.Biases.ToArray()).ToBytes());
        }

        Add("cost", NpyArray.ToBytes(Architecture.Name(network.Architecture.Cost)));

        void Add(string array, byte[] content)
        {
            ZipArchiveEntry entry = zip.CreateEntry($"{array}.npy", CompressionLevel.NoCompression);
            // A fixed date (the earliest that zip allows), so that the same network gives the same bytes.
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using Stream to = entry.Open();
            to.Write(content);
        }
    }

    /// <summary>Checks that the shapes of all arrays fit together, before memory is allocated for the network.</summary>
    private static void RequireFit(NpyArray[] weights, NpyArray[] biases, string name)
    {
        for (int l = 0; l < weights.Length; l++)
        {
            if (weights[l].Shape is not [> 0, > 0] || (l > 0 && weights[l].Shape[1] != weights[l - 1].Shape[0]))
            {
                throw Damaged(
                    name,
                    $"{Weights(l)} is {Text(weights[l])}, which does not follow {(l == 0
                        ? "inputs in one row for each neuron"
                        : $"{Weights(l - 1)}, {Text(weights[l - 1])}")}");
            }

            if (!(biases[l].Shape is [var rows, 1] && rows == weights[l].Shape[0])
                && !(biases[l].Shape is [var length] && length == weights[l].Shape[0]))
            {
                throw Damaged(name, $"{Biases(l)} is {Text(biases[l])}, but {Weights(l)} asks for ({weights[l].Shape[0]}, 1)");
            }
        }

        static string Text(NpyArray array) => $"({string.Join(", ", array.Shape)})";
    }

    private static string Weights(int layer) => string.Create(CultureInfo.InvariantCulture, $"w{layer}");

    private static string Biases(int layer) => string.Create(CultureInfo.InvariantCulture, $"b{layer}");

    private static InklingException Damaged(string name, FormattableString what, Exception? cause = null) =>
        new($"{name}: {FormattableString.Invariant(what)}. Save the network again.", cause);

    /// <summary>Unpacks arrays from the zip, up to a total size.</summary>
    private sealed class Reader(Dictionary<string, ZipArchiveEntry> arrays, string name, long allowed)
    {
        private long _allowed = allowed;

        public NpyArray Read(string array) => NpyArray.Parse(Unpack(array), $"{name}: array {array}");

        public Cost Cost()
        {
            if (!arrays.ContainsKey("cost"))
                return Inkling.Cost.Quadratic; // the only cost of network.py
            string cost = NpyArray.ParseText(Unpack("cost"), $"{name}: array cost");
            return NetworkDescription.CostNamed(cost) is { } known and not Inkling.Cost.LogLikelihood
                ? known
                : throw Damaged(name, $"its cost is \"{cost}\"; there are quadratic and cross-entropy");
        }

        private byte[] Unpack(string array)
        {
            if (!arrays.TryGetValue(array, out ZipArchiveEntry? entry))
                throw Damaged(name, $"array {array} is missing");
            if (entry.Length > _allowed)
            {
                throw Damaged(
                    name,
                    $"array {array} would be {entry.Length:N0} bytes long, which is more than weights are ever compressed");
            }

            _allowed -= entry.Length;
            byte[] content = new byte[entry.Length];
            using Stream stream = entry.Open();
            if (stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length || stream.ReadByte() >= 0)
                throw Damaged(name, $"array {array} is not as long as the zip's list says");
            if (Crc32(content) != entry.Crc32)
                throw Damaged(name, $"array {array} is damaged: its checksum is not that of the zip's list");
            return content;
        }
    }

    /// <summary>The zip format's CRC-32 (ISO 3309), a byte at a time with a table of remainders.</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint[] remainders = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            remainders[i] = i;
            for (int bit = 0; bit < 8; bit++)
                remainders[i] = (remainders[i] >> 1) ^ ((remainders[i] & 1) * 0xEDB88320);
        }

        uint crc = ~0u;
        foreach (byte b in bytes)
            crc = (crc >> 8) ^ remainders[(byte)(crc ^ b)];
        return ~crc;
    }
}
