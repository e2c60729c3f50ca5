namespace Inkling.Formats;

/// <summary>
/// Recognises model files of other programs that are not read, by their content: what they are, and how the model gets into a
/// file that is.
/// </summary>
internal static class ForeignFile
{
    private const int PickleStart = 1 << 16; // within it a pickle names the classes of its objects

    private const string FromPyTorch =
        "In Python, torch.onnx.export(model.eval(), torch.zeros(1, 1, 28, 28), \"net.onnx\") writes a file that is; "
            + "weights alone, safetensors.torch.save_file(weights, \"net.safetensors\"), are read with --architecture.";

    private const string FromKeras =
        "In Python, keras.saving.load_model(FILE).export(\"net.onnx\", format=\"onnx\") writes a file that is.";

    private const string FromTensorFlow = "\"python -m tf2onnx.convert\" makes an ONNX file of it, which is.";

    /// <summary>The number with which torch.save began before it wrote zips.</summary>
    private static ReadOnlySpan<byte> OldTorch => [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];

    /// <summary>Recognises a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <returns>
    /// One or two sentences that continue after the file's name: what it is, that it is not read, what to do. Null for a file
    /// that may be read, or is not recognised.
    /// </returns>
    public static string? Describe(ReadOnlySpan<byte> file)
    {
        if (file is [(byte)'P', (byte)'K', 3, 4, ..])
            return DescribeZip(file);
        if (file is [0x80, >= 2 and <= 5, ..])
            return DescribePickle(file[..Math.Min(file.Length, PickleStart)]);
        if (file is [0x89, (byte)'H', (byte)'D', (byte)'F', ..])
            return $"an HDF5 file, as Keras saves (.h5), which is not read. {FromKeras}";
        if (file is [_, _, _, _, (byte)'T', (byte)'F', (byte)'L', (byte)'3', ..])
            return "a TensorFlow Lite model, which is not read. "
                + "\"python -m tf2onnx.convert --tflite FILE --output net.onnx\" makes an ONNX file of it, which is.";
        if (file is [_, _, _, _, (byte)'O', (byte)'R', (byte)'T', (byte)'M', ..])
            return "a model in ONNX Runtime's own format (.ort), which is not read. Name the .onnx file that it was made from.";
        if (file is [0x08, 0x01, 0x12, ..] && file.IndexOf("tensorflow"u8) >= 0)
            return $"a TensorFlow SavedModel, which is not read. {FromTensorFlow}";
        if (file is [0x0A, ..] && file.IndexOf("Placeholder"u8) >= 0)
            return $"a TensorFlow graph, which is not read. {FromTensorFlow}";
        if (file is [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..])
            return "a single numpy array, which is no network. "
                + "np.savez(\"net.npz\", w0=…, b0=…) saves all arrays of one in a file.";
        if (file.StartsWith("version https://git-lfs"u8))
            return "a pointer of Git LFS, not the file itself. Run \"git lfs pull\" in its folder.";
        ReadOnlySpan<byte> text = file.TrimStart(" \t\r\n\uFEFF"u8);
        if (text.StartsWith("<!DOCTYPE"u8) || text.StartsWith("<!doctype"u8) || text.StartsWith("<html"u8))
            return "a web page, not a network: the download went wrong. Download the file itself.";
        return text is [(byte)'{', ..] && (text.IndexOf("\"modelTopology\""u8) >= 0 || text.IndexOf("\"class_name\""u8) >= 0)
            ? $"layers that Keras or TensorFlow.js describes, without their weights, which are not read. {FromKeras}"
            : null;
    }

    /// <summary>Goes by the names of a zip's entries, which are not compressed.</summary>
    private static string? DescribeZip(ReadOnlySpan<byte> file)
    {
        if (file.IndexOf("/data.pkl"u8) >= 0)
            return file.IndexOf("/code/"u8) >= 0
                ? $"a TorchScript model of PyTorch, which is not read. {FromPyTorch}"
                : "a file of torch.save, as PyTorch names .pt or .pth, which is not read: a pickle may run any program. "
                    + FromPyTorch;
        return file.IndexOf("model.weights.h5"u8) >= 0 ? $"a Keras model (.keras), which is not read. {FromKeras}" : null;
    }

    private static string DescribePickle(ReadOnlySpan<byte> start)
    {
        const string NotRead = "which is not read: a pickle may run any program";
        if (start.IndexOf("sklearn"u8) >= 0)
            return $"a model of scikit-learn, pickled, {NotRead}. "
                + "In Python, skl2onnx.to_onnx(model, X[:1].astype(\"float32\")) makes an ONNX file of it.";
        if (start.IndexOf("torch"u8) >= 0 || start.IndexOf(OldTorch) >= 0)
            return $"a file of PyTorch before 1.6, pickled, {NotRead}. {FromPyTorch}";
        return start.IndexOf("numpy"u8) >= 0
            ? $"numpy arrays, pickled, {NotRead}. In Python, safetensors.numpy.save_file({{name: array, …}}, \"net.safetensors\")"
                + " saves them; give the layers with --architecture."
            : $"a Python pickle, {NotRead}. Export the model as ONNX, with the program that made it.";
    }
}
