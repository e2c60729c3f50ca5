namespace Inkling.Tests;

/// <summary>The real data, where this machine has them.</summary>
internal static class TestData
{
    private static readonly Lazy<Task<ImageData>> LoadedMnist =
        new(() => Inkling.Mnist.LoadAsync(new DataOptions { AllowDownload = false }));

    /// <summary>The real MNIST; skips the test if INKLING_DATA does not name a folder that has it.</summary>
    public static async Task<ImageData> MnistAsync()
    {
        Assert.SkipUnless(Folder is not null, "INKLING_DATA is not set: this test needs the real MNIST.");
        return await LoadedMnist.Value;
    }

    /// <summary>A file of the reference run, stored beside the data; skips the test if it is missing.</summary>
    public static string Golden(string file)
    {
        string? path = Folder is null ? null : Path.Combine(Folder, "..", "golden", file);
        Assert.SkipUnless(System.IO.File.Exists(path), "INKLING_DATA does not lead to the reference run: this test needs it.");
        return path!;
    }

    /// <summary>A file of the data; skips the test if it is missing.</summary>
    public static string File(params string[] names)
    {
        string? path = Folder is null ? null : Path.Combine([Folder, .. names]);
        Assert.SkipUnless(System.IO.File.Exists(path), "INKLING_DATA does not lead to the real data: this test needs them.");
        return path!;
    }

    /// <summary>A file from a report, stored beside the data; skips the test if it is missing.</summary>
    public static string Case(params string[] names) => File(["..", "cases", .. names]);

    private static string? Folder => Environment.GetEnvironmentVariable("INKLING_DATA") is { Length: > 0 } folder ? folder : null;
}
