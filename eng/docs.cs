// Writes the generated parts of the pages: figures from docs/measured and docs/benchmarks, and what code and commands print.
// Run it with: dotnet run eng/docs.cs                  (docs/adr/0013-generated-parts-of-pages.md)
// Options: --check says what would change, and ends with exit code 1 if anything would; --no-build uses what is built.
using System.Diagnostics;

string root = Path.GetDirectoryName(Path.GetDirectoryName(AppContext.GetData("EntryPointFilePath") as string)!)!;
string project = Path.Combine(root, "tests", "Inkling.Docs.Tests");
string program = Path.Combine(project, "bin", "Release", "net10.0", "Inkling.Docs.Tests.dll");
if (!args.Contains("--no-build") && Run(["build", "-c", "Release", "-v:q", "-nologo", project]) is not 0 and int error)
    return error;
return Run(["exec", program, "pages", .. args.Where(arg => arg != "--no-build")]);

static int Run(string[] arguments)
{
    using Process process = Process.Start("dotnet", arguments);
    process.WaitForExit();
    return process.ExitCode;
}
