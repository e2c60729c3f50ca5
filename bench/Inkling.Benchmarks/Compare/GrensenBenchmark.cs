using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Inkling.Data.Catalogue;

namespace Inkling.Benchmarks.Compare;

/// <summary>
/// grensen/neural_network_benchmark: a C# program that trains 784-100-100-10 for 50 epochs, and prints the time by every tenth.
/// Later epochs do less, since it skips images that it is sure of.
/// </summary>
internal static partial class GrensenBenchmark
{
    /// <summary>Where the program looks for its data: outside Windows, a folder of this name below the current one.</summary>
    private const string DataFolder = @"C:\mnist\";

    /// <summary>Builds the program, and writes the data as it wants them: without headers, under its own names.</summary>
    /// <param name="source">The folder with benchmark.cs.</param>
    /// <param name="mnist">MNIST's four files, not compressed.</param>
    /// <param name="folder">Receives the program and the data.</param>
    /// <exception cref="InklingException">It cannot be built.</exception>
    public static void Build(string source, string mnist, string folder)
    {
        if (OperatingSystem.IsWindows())
            throw new InklingException($"not run on Windows, where it would use {DataFolder}");
        Programs.Run(
            "dotnet", "build", Path.Combine(source, "benchmark.cs"), "-c", "Release", "-v:q", "-nologo",
            "-o", Path.Combine(folder, "grensen"));
        string data = Path.Combine(folder, DataFolder);
        Directory.CreateDirectory(data);
        string[] names = ["trainData", "trainLabel", "testData", "testLabel"];
        foreach ((string name, DataFile file) in names.Zip(DataSets.Named("mnist").Files.All))
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(mnist, file.Name));
            File.WriteAllBytes(Path.Combine(data, name), bytes[(name.EndsWith("Data", StringComparison.Ordinal) ? 16 : 8)..]);
        }
    }

    /// <summary>Runs the program: the seconds that its 50 epochs took, and the processor time that all of it used.</summary>
    public static (double Seconds, TimeSpan ProcessorTime) Run(string folder)
    {
        using Process process = Programs.Start(Path.Combine(folder, "grensen", "benchmark"), [], folder);
        try
        {
            _ = process.StandardError.ReadToEndAsync();
            double? seconds = null;
            while (seconds is null && process.StandardOutput.ReadLine() is { } line)
                seconds = SecondsIn(line);
            TimeSpan used = Programs.ProcessorTimeOf(process) ?? TimeSpan.Zero;
            return (seconds ?? throw new InklingException("benchmark.cs: printed no time for its last epoch"), used);
        }
        finally
        {
            Programs.End(process);
        }
    }

    /// <summary>The time in the line of the last epoch; null in other lines.</summary>
    public static double? SecondsIn(string line) =>
        LastEpoch().Match(line) is { Success: true } match
            ? double.Parse(match.Groups["seconds"].Value.Replace(',', '.'), CultureInfo.InvariantCulture)
            : null;

    [GeneratedRegex(@"^Epoch =\s+50 \|.*Time = (?<seconds>\d+[.,]\d+)s", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LastEpoch();
}
