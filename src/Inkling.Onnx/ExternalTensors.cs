using System.Globalization;
using Inkling.Files;
using Inkling.Onnx.Schema;

namespace Inkling.Onnx;

/// <summary>
/// Reads tensors that a model stores in files beside it, as PyTorch does by default since 2.9: only from the model's own folder,
/// and of each file only the bytes of the tensor asked for.
/// </summary>
/// <param name="model">The path of the model; null where only its bytes are known.</param>
/// <remarks>ONNX, docs/ExternalData.md.</remarks>
internal sealed class ExternalTensors(string? model)
{
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private long _bytes; // in all files opened so far

    /// <param name="tensor">A tensor with external data.</param>
    /// <param name="length">The number of bytes that its shape and type ask for.</param>
    /// <param name="name">The tensor's name in errors, beginning with the model's.</param>
    /// <param name="allowance">Extended by the length of each file.</param>
    /// <exception cref="InklingException">
    /// The file is missing, outside the model's folder, shorter or longer than the tensor asks for, or cannot be read.
    /// </exception>
    public byte[] Read(TensorProto tensor, long length, string name, ElementBudget allowance)
    {
        if (model is null)
            throw new InklingException(
                $"{name} is in another file. Load the model by its path, or export it with its tensors inside.");
        string location = ValueOf("location") ?? "";
        string path = PathOf(location, name);
        long offset = NumberOf("offset", 0, name), stored = NumberOf("length", length, name);
        if (!File.Exists(path))
            throw new InklingException(
                $"{name} is in {Node.Quoted(location)}, which is not beside the model. Put both files into one folder, "
                    + "or export the model with its tensors inside (in PyTorch: external_data=False).");
        try
        {
            using FileStream file = RegularFile.OpenRead(path);
            if (_files.Add(path))
            {
                if ((_bytes += file.Length) > WholeFile.MostBytes)
                    throw new InklingException(FormattableString.Invariant(
                        $"{name} is in {Node.Quoted(location)}: a network's files have {WholeFile.MostBytes:N0} bytes at most."));
                allowance.Extend(file.Length);
            }

            if (stored != length || offset > file.Length || length > file.Length - offset)
                throw new InklingException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} of shape [{Node.List(tensor.Dims)}] asks for {length:N0} bytes, and would have {stored:N0} from "
                        + $"byte {offset:N0} on in {Node.Quoted(location)}, which has {file.Length:N0}. "
                        + $"Get or export both files again."));
            byte[] bytes = new byte[length];
            file.Position = offset;
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InklingException($"{name} is in {Node.Quoted(location)}, which cannot be read: {e.Message}", e);
        }

        string? ValueOf(string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;

        long NumberOf(string key, long otherwise, string tensorName) => ValueOf(key) is not { } text ? otherwise
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
            : throw new InklingException($"{tensorName} has the {key} {Node.Quoted(text)} in another file, which is no number.");
    }

    /// <summary>The path of a file in the model's folder or below it; links are refused, as they may lead out of it.</summary>
    private string PathOf(string location, string name)
    {
        string path = Path.GetDirectoryName(Path.GetFullPath(model!))!;
        string[] parts = location.Split('/', '\\');
        if (parts.Any(part => part.Length == 0 || part is "." or ".." || part.AsSpan().ContainsAny(':', '\0')))
            throw new InklingException(
                $"{name} would be in {Node.Quoted(location)}; only files in the model's own folder are opened.");
        foreach (string part in parts)
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
                throw new InklingException(
                    $"{name} is in {Node.Quoted(location)}, a link, which may lead out of the model's folder. "
                        + "Copy the file itself there.");
        }

        return path;
    }
}
