using System.Globalization;
using Inkling.Files;
using Inkling.Formats;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// Saves and loads networks: safetensors with the architecture in the metadata, the JSON of network2.py, or numpy's .npz.
/// </summary>
/// <remarks>
/// In a safetensors file, names and layouts are PyTorch's: <c>layers.0.weight</c> is [neurons, inputs] and <c>layers.0.bias</c>
/// is [neurons]. The metadata entry <c>inkling</c> describes the architecture as JSON.
/// </remarks>
public static class NetworkFile
{
    extension(Network network)
    {
        /// <summary>
        /// Saves the network: in network2.py's format if the name ends in <c>.json</c>, as numpy arrays if it ends in
        /// <c>.npz</c>, otherwise as safetensors.
        /// </summary>
        /// <param name="path">Path of the file, which is written to a temporary file and renamed.</param>
        /// <param name="isHalf">
        /// Whether to write safetensors in half precision, which halves the file and rounds the weights.
        /// </param>
        /// <exception cref="InklingException">
        /// The file cannot be written; or the format is .json or .npz and the network is not one that network2.py supports; or a
        /// number is not finite, or is out of half precision's range, so that the network could not be loaded again.
        /// </exception>
        public void Save(string path, bool isHalf = false)
        {
            ArgumentNullException.ThrowIfNull(network);
            ArgumentNullException.ThrowIfNull(path);
            RequireSavable(
                network,
                path,
                isHalf
                    && !path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                    && !path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase));
            if (path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
                throw new InklingException($"{path}: Save does not write ONNX; ExportOnnx, of Inkling.Onnx, does.");
            AtomicFile.Write(path, stream =>
            {
                if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                    Network2Json.Write(stream, network);
                else if (path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase))
                    Npz.Write(stream, network);
                else
                    ToSafetensors(network, isHalf).WriteTo(stream);
            });
        }

        /// <summary>
        /// Loads a network from safetensors, network2.py's JSON or .npz; the format is detected from the first bytes.
        /// </summary>
        /// <exception cref="InklingException">The file is missing, truncated, too large or inconsistent.</exception>
        public static Network Load(string path)
        {
            ArgumentNullException.ThrowIfNull(path);
            return Parse(WholeFile.Read(path), path);
        }

        /// <summary>
        /// Loads the weights that another program saved as safetensors into an architecture: a PyTorch module's, whose dense
        /// layers are [neurons, inputs] and convolutions [out, in, height, width]. Each layer gets the tensors of its shapes;
        /// layers of the same shapes get theirs in the order of the names.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <param name="architecture">The layers; the weights of a file do not tell activations, pooling or padding.</param>
        /// <exception cref="InklingException">
        /// The file is missing, damaged or of another kind, or its tensors are not those that the architecture asks for.
        /// </exception>
        public static Network Load(string path, Architecture architecture)
        {
            ArgumentNullException.ThrowIfNull(path);
            ArgumentNullException.ThrowIfNull(architecture);
            byte[] file = WholeFile.Read(path);
            if (!IsSafetensors(file) && ForeignFile.Describe(file) is { } kind)
                throw new InklingException($"{path}: {kind}");
            if (!IsSafetensors(file))
                throw new InklingException(
                    $"{path}: not a safetensors file. An architecture is given to weights saved as safetensors.");
            return ForeignTensors.Place(Safetensors.Parse(file, path).Tensors, architecture, path);
        }
    }

    /// <summary>Reads a network in any of the formats.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">Its name in error messages.</param>
    internal static Network Parse(ReadOnlySpan<byte> file, string name)
    {
        if (IsSafetensors(file))
            return FromSafetensors(file, name);
        if (ForeignFile.Describe(file) is { } kind)
            throw new InklingException($"{name}: {kind}");
        if (file is [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..])
            return Npz.Parse(file.ToArray(), name);
        if (IsOnnx(file))
            throw new InklingException($"{name}: an ONNX file, which Network.LoadOnnx, of Inkling.Onnx, reads.");
        return file.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]
            ? Network2Json.Parse(file, name)
            : FromSafetensors(file, name);
    }

    /// <summary>
    /// Whether a file begins like ONNX: protocol buffers whose first field is ONNX's IR version, with another after it. With
    /// version 1, of 2017, TensorFlow's SavedModels begin too.
    /// </summary>
    internal static bool IsOnnx(ReadOnlySpan<byte> file) =>
        !IsSafetensors(file) && file is [0x08, > 1 and < 0x80, 0x12 or 0x1A or 0x22 or 0x28 or 0x32 or 0x3A or 0x42, ..];

    /// <summary>Whether a file begins with an 8-byte header length (under 4 GiB) and the header's opening brace.</summary>
    private static bool IsSafetensors(ReadOnlySpan<byte> file) => file is [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..];

    /// <summary>Throws if a network could not be loaded again once saved.</summary>
    /// <param name="network">The network to save.</param>
    /// <param name="name">The file's name in error messages.</param>
    /// <param name="isHalf">Whether it is saved in half precision.</param>
    /// <exception cref="InklingException">
    /// A number is not finite, or out of half precision's range, or the temperature is out of range.
    /// </exception>
    internal static void RequireSavable(Network network, string name, bool isHalf = false)
    {
        if (FiniteParameters.FirstNotFinite(network.Parameters) is { } lost)
            throw new InklingException(
                $"{name}: not saved: {lost} are not all finite numbers. "
                + $"The training diverged; train again with a lower learning rate.");
        if (!(network.Temperature is > 0 and < NetworkDescription.MaxTemperature))
            throw new InklingException(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: not saved: a temperature of {network.Temperature}; "
                + $"it is over 0 and under {NetworkDescription.MaxTemperature}."));
        if (isHalf && FirstTensor(network, value => !Half.IsFinite((Half)value)) is var (tensor, large))
            throw new InklingException(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: not saved: {tensor} holds {large}, and half precision ends at 65504. Save it in full precision."));
    }

    private static (string Tensor, float Value)? FirstTensor(Network network, Predicate<float> predicate)
    {
        foreach (NamedTensor tensor in NamedTensor.Of(network.Parameters))
        {
            float[] values = tensor.Get();
            int at = Array.FindIndex(values, predicate);
            if (at >= 0)
                return (tensor.Name, values[at]);
        }

        return null;
    }

    /// <summary>The network as a safetensors file.</summary>
    /// <param name="network">The network to save.</param>
    /// <param name="isHalf">Whether each number is rounded to half precision, which halves the file.</param>
    internal static Safetensors ToSafetensors(Network network, bool isHalf = false)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            [NetworkDescription.Key] = NetworkDescription.Of(network).ToJson()
        };
        IEnumerable<Tensor> tensors =
            NamedTensor.Of(network.Parameters).Select(tensor => new Tensor(tensor.Name, tensor.Shape, tensor.Get()));
        return new Safetensors(metadata, [.. tensors]) { IsHalf = isHalf };
    }

    private static Network FromSafetensors(ReadOnlySpan<byte> file, string name)
    {
        SafetensorsHeader header = SafetensorsHeader.Parse(file, name);
        if (!header.Metadata.TryGetValue(NetworkDescription.Key, out string? json))
            throw new InklingException($"{name}: {ForeignTensors.Describe(Safetensors.Parse(file, name).Tensors)}");
        NetworkDescription description = NetworkDescription.Parse(json, name);
        Architecture architecture = description.Architecture;
        long stored = header.Entries.Sum(entry => (long)entry.Length);
        if (stored < architecture.ParameterCount)
            throw new InklingException(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: its tensors hold {stored:N0} numbers, "
                + $"fewer than the {architecture.ParameterCount:N0} of the network {architecture} that its metadata describe."));
        Dictionary<string, SafetensorsEntry> entries = header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        Network network = new(new ParameterBuffer(architecture), new RandomStream(seed: 1))
        {
            Temperature = description.Temperature,
            History = description.History
        };
        float[] numbers = []; // one tensor's, reused: fresh memory costs more than the conversion
        foreach (NamedTensor place in NamedTensor.Of(network.Parameters))
        {
            if (!entries.Remove(place.Name, out SafetensorsEntry? entry) || !entry.Shape.SequenceEqual(place.Shape))
            {
                throw new InklingException(
                    $"{name}: tensor \"{place.Name}\" of shape [{string.Join(", ", place.Shape)}] "
                    + $"is missing, though its metadata describe {architecture}.");
            }

            if (numbers.Length < entry.Length)
                numbers = GC.AllocateUninitializedArray<float>(header.Entries.Max(other => other.Length));
            header.Read(entry, file, numbers.AsSpan(0, entry.Length));
            place.Set(numbers.AsSpan(0, entry.Length));
        }

        if (entries.Count > 0)
            throw new InklingException(
                $"{name}: tensor \"{entries.Keys.First()}\" has no place in the network {architecture} "
                + $"that its metadata describe.");
        return network;
    }
}
