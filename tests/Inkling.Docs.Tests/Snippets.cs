using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace Inkling.Docs.Tests;

/// <summary>A page's C# blocks as one program, in the order in which a reader would type them in.</summary>
internal static class Snippets
{
    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq",
         "System.Threading", "System.Threading.Tasks"];

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Compiles the blocks.</summary>
    /// <returns>The program.</returns>
    /// <exception cref="InvalidDataException">There are errors or warnings.</exception>
    public static Assembly Compile(string name, IEnumerable<string> blocks)
    {
        List<string> usings = [.. ImplicitUsings.Select(space => $"using {space};")], lines = [];
        foreach (string line in blocks.SelectMany(block => block.Split('\n')))
        {
            bool isUsing = line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains('=', StringComparison.Ordinal);
            (isUsing ? usings : lines).Add(line);
        }

        string program = string.Join('\n', usings.Distinct(StringComparer.Ordinal).Concat(lines));
        CSharpParseOptions language = new(LanguageVersion.CSharp14);
        CSharpCompilation compilation = CSharpCompilation.Create(
            name.Replace('/', '.'),
            [CSharpSyntaxTree.ParseText(program, language)],
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using MemoryStream bytes = new();
        EmitResult result = compilation.Emit(bytes);
        string[] errors =
        [
            .. result.Diagnostics
                .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id != "CS8019")
                .Select(diagnostic => diagnostic.ToString())
        ];
        if (!result.Success || errors.Length > 0)
            throw new InvalidDataException($"{name}:\n{string.Join('\n', errors)}\n\n{program}");
        return Assembly.Load(bytes.ToArray());
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(Assembly program)
    {
        TextWriter console = Console.Out;
        using StringWriter printed = new();
        Console.SetOut(printed);
        try
        {
            // The entry point blocks until the program's task is done, so it runs on the thread pool.
            await Task.Run(
                () => program.EntryPoint!.Invoke(
                    null,
                    BindingFlags.DoNotWrapExceptions,
                    binder: null,
                    program.EntryPoint.GetParameters().Length == 0 ? null : [Array.Empty<string>()],
                    culture: null));
        }
        finally
        {
            Console.SetOut(console);
        }

        return printed.ToString();
    }
}
