using Google.Protobuf;
using Inkling.Files;
using Inkling.Formats;
using Inkling.Onnx.Schema;

namespace Inkling.Onnx;

/// <summary>Exports networks to ONNX, which every other toolkit reads, and loads what PyTorch and Keras export.</summary>
/// <example>
/// <code>
/// network.ExportOnnx("net.onnx", new OnnxOptions { Pixels = OnnxPixels.Byte });
/// Network torch = Network.LoadOnnx("torch.onnx", new PixelNormalisation(mean: 0.1307, deviation: 0.3081));
/// </code>
/// </example>
/// <remarks>
/// The ONNX specification: github.com/onnx/onnx, docs/IR.md and docs/Operators.md. The supported operators: docs/formats.md.
/// </remarks>
public static class OnnxFile
{
    extension(Network network)
    {
        /// <summary>Writes the network as an ONNX graph of operator set 13, for any number of images at once.</summary>
        /// <param name="path">The file; written under another name beside it, then renamed.</param>
        /// <param name="options">Null for a graph with the network's own inputs and outputs.</param>
        /// <exception cref="ArgumentException">The number of classes is not the number of outputs.</exception>
        /// <exception cref="InklingException">The file cannot be written, or a parameter is not finite.</exception>
        public void ExportOnnx(string path, OnnxOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(path);
            NetworkFile.RequireSavable(network, path);
            ModelProto model = GraphWriter.Write(network, options ?? new OnnxOptions());
            AtomicFile.Write(path, stream => model.WriteTo(stream));
        }

        /// <summary>The same, to a stream.</summary>
        /// <param name="stream">Written to, and left open.</param>
        /// <param name="options">Null for a graph with the network's own inputs and outputs.</param>
        /// <exception cref="ArgumentException">The number of classes is not the number of outputs.</exception>
        public void ExportOnnx(Stream stream, OnnxOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(stream);
            GraphWriter.Write(network, options ?? new OnnxOptions()).WriteTo(stream);
        }

        /// <summary>
        /// Loads an ONNX graph that is a sequence of Inkling's layers, with its weights inside or in a file beside it. The
        /// network takes pixels from 0 (paper) to 1 (ink), also where the graph takes 0…255 and scales them; log-softmax becomes
        /// softmax, and softmax is added after a last layer without activation.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <param name="normalisation">
        /// How pixels were normalised outside the graph when it was trained; null for scaling to 0…1 only.
        /// <see cref="PixelFit"/> tells which normalisation fits.
        /// </param>
        /// <exception cref="InklingException">
        /// The file is missing, truncated, inconsistent, or has an operator that none of Inkling's layers can express.
        /// </exception>
        public static Network LoadOnnx(string path, PixelNormalisation? normalisation = null)
        {
            ArgumentNullException.ThrowIfNull(path);
            return Open(path, normalisation).Network;
        }
    }

    /// <summary>Whether a file is ONNX, by its first bytes; false where it cannot be read.</summary>
    public static bool IsOnnx(string path)
    {
        try
        {
            if (!RegularFile.IsAt(path))
                return false; // opening a pipe blocks until something writes to it
            using FileStream file = File.OpenRead(path);
            byte[] start = new byte[9];
            return NetworkFile.IsOnnx(start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Loads a graph, and tells whether Inkling exported it, so that it takes pixels from 0 to 1.</summary>
    internal static (Network Network, bool IsInklings) Open(string path, PixelNormalisation? normalisation = null)
    {
        byte[] file = WholeFile.Read(path);
        if (!NetworkFile.IsOnnx(file) && ForeignFile.Describe(file) is { } kind)
            throw new InklingException($"{path}: {kind}");
        GraphReader reader = ReaderOf(file, path, normalisation, path);
        return (reader.Read(), reader.IsInklings);
    }

    /// <param name="file">The whole file.</param>
    /// <param name="name">The file's name in errors.</param>
    /// <param name="normalisation">How pixels were normalised outside the graph; null for not at all.</param>
    internal static Network Parse(ReadOnlySpan<byte> file, string name, PixelNormalisation? normalisation = null) =>
        ReaderOf(file, name, normalisation, path: null).Read();

    private static GraphReader ReaderOf(ReadOnlySpan<byte> file, string name, PixelNormalisation? normalisation, string? path)
    {
        MessageScan.Require(file, ModelProto.Descriptor, name);
        try
        {
            ModelProto model = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(file);
            return new GraphReader(model, file.Length, name, path, normalisation);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InklingException($"{name}: not an ONNX file that can be read ({e.Message}). Export it again.", e);
        }
    }
}
