// Records the public API: rewrites src/*/PublicAPI.Unshipped.txt from the members that the analyzer reports as undeclared.
// Run it with: dotnet run eng/public-api.cs
using System.Diagnostics;

const string Header = "#nullable enable";
string root = Path.GetDirectoryName(Path.GetDirectoryName(AppContext.GetData("EntryPointFilePath") as string)!)!;
// By length of path: Inkling first, which the others need.
foreach (string shipped in Directory.GetFiles(Path.Combine(root, "src"), "PublicAPI.Shipped.txt", SearchOption.AllDirectories)
    .OrderBy(path => path.Length))
{
    string project = Path.GetDirectoryName(shipped)!, unshipped = Path.Combine(project, "PublicAPI.Unshipped.txt");
    File.WriteAllText(unshipped, Header + "\n");
    ProcessStartInfo start = new(
        "dotnet",
        [
            "build", "-c", "Release", "--no-incremental", "-tl:off", "-p:BuildProjectReferences=false",
            "-p:WarningsNotAsErrors=RS0016", "-v:m", project
        ])
    {
        RedirectStandardOutput = true
    };
    using Process build = Process.Start(start)!;
    string output = build.StandardOutput.ReadToEnd();
    build.WaitForExit();
    string[] symbols = [.. output.Split('\n')
        .Where(line => line.Contains("warning RS0016", StringComparison.Ordinal))
        .Select(SymbolIn)
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal)];
    if (build.ExitCode != 0)
    {
        Console.Error.WriteLine(output);
        return 1;
    }

    File.WriteAllText(unshipped, string.Concat(symbols.Prepend(Header).Select(line => line + "\n")));
    Console.WriteLine($"{Path.GetFileName(project)}: {symbols.Length} members not shipped yet");
}

return 0;

// … warning RS0016: Symbol 'Inkling.Cost.Quadratic = 0 -> Inkling.Cost' is not part of the declared public API …
static string SymbolIn(string line)
{
    int start = line.IndexOf("Symbol '", StringComparison.Ordinal) + "Symbol '".Length;
    return line[start..line.LastIndexOf("' is not part of", StringComparison.Ordinal)];
}
