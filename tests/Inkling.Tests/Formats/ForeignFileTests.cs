using System.IO.Compression;
using System.Text;

namespace Inkling.Tests.Formats;

/// <summary>Model files of other programs are named for what they are, whatever they are called, with the way in.</summary>
public sealed class ForeignFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling tests ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a file of torch.save", "torch.onnx.export(", "net/data.pkl", "net/data/0")]
    [InlineData("a TorchScript model", "torch.onnx.export(", "net/data.pkl", "net/code/__torch__.py")]
    [InlineData("a Keras model", ".export(\"net.onnx\"", "metadata.json", "config.json", "model.weights.h5")]
    public void A_zip_is_known_by_what_is_in_it(string kind, string way, params string[] entries)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string entry in entries)
                zip.CreateEntry(entry);
        }

        AssertNamed(stream.ToArray(), kind, way);
    }

    [Theory]
    [InlineData("an HDF5 file, as Keras saves", "keras.saving.load_model", "\u0089HDF\r\n\u001a\n\0")]
    [InlineData("a TensorFlow Lite model", "tf2onnx.convert --tflite", "\u001c\0\0\0TFL3\u0014\0")]
    [InlineData("ONNX Runtime's own format", "Name the .onnx file", "\u0010\0\0\0ORTM\0\0")]
    [InlineData("a TensorFlow SavedModel", "tf2onnx", "\u0008\u0001\u0012\u0080\u0001\n\u0005...tensorflow...")]
    [InlineData("a TensorFlow graph", "tf2onnx", "\n\u0017\n\u0005input\u0012\u000bPlaceholder")]
    [InlineData("a model of scikit-learn, pickled", "skl2onnx.to_onnx", "\u0080\u0004\u0095..\u008c\u0017sklearn.neural_network")]
    [InlineData("a file of PyTorch before 1.6", "torch.onnx.export(", "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.")]
    [InlineData("numpy arrays, pickled", "safetensors.numpy.save_file", "\u0080\u0003}q\0(cnumpy.core.multiarray\n")]
    [InlineData("a Python pickle", "Export the model as ONNX", "\u0080\u0003]q\0.")]
    [InlineData("a single numpy array", "np.savez", "\u0093NUMPY\u0001\0")]
    [InlineData("a pointer of Git LFS", "git lfs pull", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n")]
    [InlineData("a web page, not a network", "Download the file itself", "\n<!DOCTYPE html><html>")]
    [InlineData("without their weights", "keras.saving.load_model", "{\"modelTopology\": {\"class_name\": \"Sequential\"}}")]
    public void A_file_is_known_by_its_content(string kind, string way, string content) =>
        AssertNamed(Encoding.Latin1.GetBytes(content), kind, way);

    [Theory]
    [InlineData("mnist_cnn.pt", "a file of torch.save")]
    [InlineData("keras-first-4096-bytes.h5", "an HDF5 file")]
    [InlineData("sample_weight.pkl", "numpy arrays, pickled")]
    public void A_published_file_is_known(string name, string kind) =>
        AssertNamed(File.ReadAllBytes(TestData.Case("foreign-model-files", name)), kind, "In Python");

    private void AssertNamed(byte[] content, string kind, string way)
    {
        string path = Path.Combine(_folder, "model");
        File.WriteAllBytes(path, content);
        foreach (Action load in new Action[]
            { () => Network.Load(path), () => Network.Load(path, Architecture.Parse("784 dense:10 softmax")) })
        {
            InklingException e = Assert.Throws<InklingException>(load);
            Assert.StartsWith($"{path}: ", e.Message, StringComparison.Ordinal);
            Assert.Contains(kind, e.Message, StringComparison.Ordinal);
            Assert.Contains(way, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
        }
    }
}
