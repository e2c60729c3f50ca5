// Kills "inkling train" with SIGKILL at random moments, resumes it, and checks that nothing is lost: the final network is, byte
// for byte, that of an uninterrupted training, and no temporary file is left.
//
//     dotnet build -c Release src/Inkling.Cli
//     dotnet run eng/kill-trainings.cs            200 kills
//     dotnet run eng/kill-trainings.cs 1000       1,000 kills: about half an hour on two cores
//     dotnet run eng/kill-trainings.cs 1000 42    the same moments again, as far as the machine runs at the same speed
#:property InvariantGlobalization=true
#:project ../src/Inkling

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Inkling;
using Inkling.Data;

int kills = Argument(0) ?? 200, seed = Argument(1) ?? Random.Shared.Next();
Random random = new(seed);
string command = Path.GetFullPath(Path.Combine(ThisFolder(), "../src/Inkling.Cli/bin/Release/net10.0/Inkling.Cli.dll"));
if (!File.Exists(command))
{
    Console.Error.WriteLine($"{command} is not there. Build it: dotnet build -c Release src/Inkling.Cli");
    return 1;
}

string folder = Directory.CreateTempSubdirectory("inkling kills ").FullName;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kills} kills, seed {seed}, in {folder}"));
try
{
    WriteImages("train", 1200);
    WriteImages("t10k", 200);
    string[] job = ["train", "--data", ".", "--layers", "784,60,10", "--epochs", "12", "--threads", "1"];
    // Once untimed, so that the files are in the page cache.
    Run([.. job, "--out", "whole.safetensors", "--checkpoint", "whole.checkpoint"], killAfter: null);
    File.Delete(PathOf("whole.checkpoint"));
    File.Delete(PathOf("whole.checkpoint.previous"));
    Stopwatch clock = Stopwatch.StartNew();
    Run([.. job, "--out", "whole.safetensors", "--checkpoint", "whole.checkpoint"], killAfter: null);
    double whole = clock.Elapsed.TotalSeconds;
    string expected = HashOf("whole.safetensors");
    int killed = 0, finished = 0, wrong = 0;
    while (killed < kills)
    {
        bool isDone = false;
        while (!isDone)
        {
            // Each resumes where the one before was killed; after the last kill it runs to its end.
            TimeSpan? moment = killed < kills ? TimeSpan.FromSeconds(random.NextDouble() * 1.1 * whole) : null;
            isDone = Run([.. job, "--out", "killed.safetensors", "--checkpoint", "killed.checkpoint", "--resume"], moment);
            killed += isDone ? 0 : 1;
        }

        finished++;
        string[] left = [.. Directory.GetFiles(folder)
            .Select(file => Path.GetFileName(file)!)
            .Where(file => file.EndsWith(".tmp", StringComparison.Ordinal) || file.EndsWith(".lock", StringComparison.Ordinal))];
        if (HashOf("killed.safetensors") != expected || left.Length > 0)
        {
            wrong++;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"after {killed} kills: {(left.Length > 0 ? $"left behind {string.Join(", ", left)}" : "another network")}"));
        }

        foreach (string file in new[] { "killed.safetensors", "killed.checkpoint", "killed.checkpoint.previous" })
            File.Delete(PathOf(file));
    }

    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{killed} kills in {finished} trainings; "
        + $"{wrong} ended otherwise than the one that was not killed ({expected[..16]}…)"));
    return wrong == 0 ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

// Returns true where the command ended by itself, and false where it was killed; a failed command throws.
bool Run(string[] arguments, TimeSpan? killAfter)
{
    ProcessStartInfo start = new("dotnet", ["exec", command, .. arguments])
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true
    };
    using Process process = Process.Start(start)!;
    Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
    if (killAfter is { } time && !process.WaitForExit(time))
    {
        process.Kill(); // SIGKILL
        process.WaitForExit();
        return false;
    }

    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"inkling {string.Join(' ', arguments)} failed: {output.Result}{error.Result}");
    return true;
}

void WriteImages(string name, int count)
{
    LabelledImages images = GeneratedDigits.Create(count, seed: count);
    byte[] pixels = [.. Enumerable.Range(0, count).SelectMany(i => images.Pixels(i).ToArray())];
    IdxFile.Write(PathOf($"{name}-images-idx3-ubyte"), IdxArray.Create(pixels, count, 28, 28));
    IdxFile.Write(PathOf($"{name}-labels-idx1-ubyte"), IdxArray.Create(images.Labels.ToArray(), count));
}

string PathOf(string name) => Path.Combine(folder, name);

string HashOf(string name) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(PathOf(name))));

int? Argument(int i) => args.Length > i ? int.Parse(args[i], CultureInfo.InvariantCulture) : null;

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
