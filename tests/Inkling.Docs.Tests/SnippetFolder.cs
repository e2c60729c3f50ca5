using Inkling.Data;
using Inkling.Onnx;

namespace Inkling.Docs.Tests;

/// <summary>The current folder while snippets run: a temporary one, with the files that they load.</summary>
internal sealed class SnippetFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling docs ").FullName;
    private readonly string _before = Environment.CurrentDirectory;
    private readonly string? _dataBefore = Environment.GetEnvironmentVariable("INKLING_DATA");

    public SnippetFolder()
    {
        File.Copy(Path.Combine(Page.Root, "samples", "42.png"), Path.Combine(_folder, "number.png"));
        File.Copy(
            Path.Combine(Page.Root, "tests", "Inkling.Onnx.Tests", "Files", "pytorch-example.onnx"),
            Path.Combine(_folder, "torch.onnx"));
        BundledModels.Load("tiny").ExportOnnx(Path.Combine(_folder, "mnist.onnx"));
        Environment.CurrentDirectory = _folder;
    }

    /// <summary>Puts few generated digits in MNIST's place, so that all trainings together take seconds.</summary>
    public void ReplaceMnist()
    {
        foreach ((string part, LabelledImages images) in new[]
        {
            ("train", GeneratedDigits.Create(600, seed: 1)),
            ("t10k", GeneratedDigits.Create(100, seed: 2))
        })
        {
            byte[] pixels = [.. Enumerable.Range(0, images.Count).SelectMany(i => images.Pixels(i).ToArray())];
            IdxFile.Write(Path.Combine(_folder, $"{part}-images-idx3-ubyte"), IdxArray.Create(pixels, images.Count, 28, 28));
            IdxFile.Write(
                Path.Combine(_folder, $"{part}-labels-idx1-ubyte"),
                IdxArray.Create(images.Labels.ToArray(), images.Count));
        }

        Environment.SetEnvironmentVariable("INKLING_DATA", _folder);
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        Environment.SetEnvironmentVariable("INKLING_DATA", _dataBefore);
        Directory.Delete(_folder, recursive: true);
    }
}
