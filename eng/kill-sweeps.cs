// Kills "inkling sweep" with SIGKILL at random moments, two processes that share one folder, starts them again, and checks that
// no result is lost, none is made twice, and the tables are, byte for byte, those of a sweep that was not killed.
//
//     dotnet build -c Release src/Inkling.Cli
//     dotnet run eng/kill-sweeps.cs            30 kills: about two minutes on two cores
//     dotnet run eng/kill-sweeps.cs 1000       1,000 kills
//     dotnet run eng/kill-sweeps.cs 1000 42    the same moments again, as far as the machine runs at the same speed
#:property InvariantGlobalization=true
#:project ../src/Inkling

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Inkling;
using Inkling.Data;

const int Parts = 2;
int kills = Argument(0) ?? 30, seed = Argument(1) ?? Random.Shared.Next();
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
    string[] grid =
    [
        "sweep", "--data", ".", "--layers", "784,60,10", "784,30,10", "--eta", "0.5,3", "--seeds", "1-15", "--epochs", "40",
        "--threads", "1", "--json",
    ];
    Stopwatch clock = Stopwatch.StartNew();
    Ended(Start("whole", part: 1), "whole");
    double whole = clock.Elapsed.TotalSeconds;
    string[] expected = Tables("whole");
    int killed = 0, sweeps = 0, wrong = 0, runs = 0;
    while (killed < kills)
    {
        string name = $"killed {++sweeps}";
        Dictionary<string, (string Content, DateTime Written)> kept = new(StringComparer.Ordinal);
        HashSet<string> reported = new(StringComparer.Ordinal);
        List<string> problems = [];
        while (true)
        {
            // One of the two is killed, or both, and only then are they started again; after the last kill they run to the end.
            Process[] processes = [.. Enumerable.Range(1, Parts).Select(part => Start(name, part))];
            bool isLast = killed >= kills;
            if (!isLast)
            {
                double moment = random.NextDouble() * whole / 3, second = random.NextDouble() * whole / 10;
                Thread.Sleep(TimeSpan.FromSeconds(moment));
                killed += Kill(processes[random.Next(Parts)]) ? 1 : 0;
                Thread.Sleep(TimeSpan.FromSeconds(second));
                if (random.Next(2) == 0)
                    killed += processes.Count(Kill);
            }

            bool areDone = true;
            foreach (Process process in processes)
            {
                (bool isEnded, string[] lines) = Ended(process, name);
                areDone &= isEnded;
                foreach (string line in lines)
                {
                    // A line that was cut off by the kill is of a run whose result is in its file.
                    const string Mark = "{\"run\":\"";
                    if (line.StartsWith(Mark, StringComparison.Ordinal) && line.EndsWith('}')
                        && !reported.Add(line[Mark.Length..line.IndexOf('"', Mark.Length)]))
                        problems.Add($"made twice: {line}");
                }
            }

            foreach ((string file, (string Content, DateTime Written) state) in kept)
            {
                if (!File.Exists(file))
                    problems.Add($"lost: {file}");
                else if (StateOf(file) != state)
                    problems.Add($"written twice: {file}");
            }

            foreach (string file in Results(name))
                kept[file] = StateOf(file);
            if (areDone)
                break;
        }

        if (!Tables(name).SequenceEqual(expected))
            problems.Add("other tables");
        problems.AddRange(Directory.GetFiles(PathOf(name), "*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".tmp", StringComparison.Ordinal) || file.EndsWith(".lock", StringComparison.Ordinal))
            .Select(file => $"left behind: {file}"));
        runs += kept.Count;
        wrong += problems.Count;
        foreach (string problem in problems)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"after {killed} kills: {problem}"));
    }

    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{killed} kills in {sweeps} sweeps of {runs} runs; {wrong} were lost, made twice or other than without kills"));
    return wrong == 0 ? 0 : 1;

    Process Start(string name, int part) => Process.Start(
        new ProcessStartInfo("dotnet", ["exec", command, .. grid, "--out", name, "--part", $"{part}/{Parts}"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

// Returns whether the process was still running.
static bool Kill(Process process)
{
    if (process.HasExited)
        return false;
    process.Kill(); // SIGKILL
    process.WaitForExit();
    return true;
}

// Waits for the end; a command that failed, and was not killed, throws.
static (bool IsEnded, string[] Lines) Ended(Process process, string name)
{
    const int KilledBySignal = 137;
    Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
    process.WaitForExit();
    if (process.ExitCode is not (0 or KilledBySignal))
        throw new InvalidOperationException($"inkling sweep --out {name} failed: {error.Result}");
    bool isEnded = process.ExitCode == 0;
    process.Dispose();
    return (isEnded, output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries));
}

string[] Results(string name) => Directory.Exists(Path.Combine(PathOf(name), "runs"))
    ? Directory.GetFiles(Path.Combine(PathOf(name), "runs"), "*.json", SearchOption.AllDirectories)
    : [];

string[] Tables(string name) =>
    [File.ReadAllText(PathOf($"{name}/results.csv")), File.ReadAllText(PathOf($"{name}/results.jsonl"))];

static (string, DateTime) StateOf(string file) => (File.ReadAllText(file), File.GetLastWriteTimeUtc(file));

void WriteImages(string name, int count)
{
    LabelledImages images = GeneratedDigits.Create(count, seed: count);
    byte[] pixels = [.. Enumerable.Range(0, count).SelectMany(i => images.Pixels(i).ToArray())];
    IdxFile.Write(PathOf($"{name}-images-idx3-ubyte"), IdxArray.Create(pixels, count, 28, 28));
    IdxFile.Write(PathOf($"{name}-labels-idx1-ubyte"), IdxArray.Create(images.Labels.ToArray(), count));
}

string PathOf(string name) => Path.Combine(folder, name);

int? Argument(int i) => args.Length > i ? int.Parse(args[i], CultureInfo.InvariantCulture) : null;

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
