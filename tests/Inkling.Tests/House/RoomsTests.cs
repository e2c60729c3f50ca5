using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace Inkling.Tests.House;

/// <summary>The dependency rule of docs/adr/0010-rooms-see-only-those-above.md, checked in the compiled library.</summary>
public class RoomsTests
{
    /// <summary>Each room may use itself and those before it. CONTRIBUTING.md says what each holds.</summary>
    private static readonly string[] Order =
    [
        "", "Files", "Numerics", "Numerics/Threads", "Numerics/Kernels", "Pictures", "Data", "Data/Own", "Data/Catalogue",
        "Layers", "Execution/Ranks", "Execution/Stages", "Execution/Costs", "Execution", "Execution/Frozen", "Networks",
        "Networks/Neurons", "Formats", "Evaluation", "Training/Optimisers", "Training/Steps", "Training", "Synthesis",
        "Bundled", "Imported", "Reading/Numbers", "Reading/Constants", "Reading/Budget", "Reading/Sheets", "Reading/Finding",
        "Reading/Reshaping", "Reading/Ruling", "Reading/Arranging", "Reading/Cutting", "Reading/Lines", "Reading/Deciding",
        "Reading", "Recipes",
    ];

    private static readonly Lazy<Rooms> Library = new(() =>
    {
        string path = typeof(Network).Assembly.Location;
        using FileStream assembly = File.OpenRead(path), symbols = File.OpenRead(Path.ChangeExtension(path, ".pdb"));
        return new Rooms(assembly, symbols, "src/Inkling/");
    });

    [Fact]
    public void Every_room_is_found_in_the_library() =>
        Assert.Equal(
            Order.Order(StringComparer.Ordinal),
            Library.Value.Types.Select(type => type.Room).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_table_in_CONTRIBUTING_lists_the_rooms_in_this_order()
    {
        IEnumerable<string> listed = File.ReadLines(Path.Combine(Repository.Folder, "CONTRIBUTING.md"))
            .SkipWhile(line => line != "| folder | holds |")
            .Skip(2)
            .TakeWhile(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split('`').Where((_, i) => i % 2 == 1))
            .Select(folder => folder.TrimEnd('/'));
        Assert.Equal(Order.Skip(1), listed);
    }

    [Fact]
    public void A_room_uses_only_itself_and_the_rooms_above_it() =>
        Assert.Empty(Library.Value.OrderViolations(Order).Order(StringComparer.Ordinal));

    [Fact]
    public void A_type_has_the_namespace_of_its_folder_or_stands_at_the_front_door()
    {
        foreach ((string space, string name, string room) in Library.Value.Types)
            Assert.True(
                space == "Inkling" || space == $"Inkling.{room.Replace('/', '.')}",
                $"{space}.{name} is in the folder {room}.");
    }

    [Fact]
    public void No_type_is_named_like_a_namespace()
    {
        HashSet<string> spaces = [.. Library.Value.Types.SelectMany(type => type.Namespace.Split('.'))];
        Assert.DoesNotContain(Library.Value.Types, type => spaces.Contains(type.Name));
    }

    [Fact]
    public void A_room_holds_no_more_than_a_dozen_files()
    {
        string root = Path.Combine(Repository.Folder, "src", "Inkling");
        foreach (string room in Order)
            Assert.InRange(Directory.GetFiles(Path.Combine(root, room), "*.cs").Length, 1, 12);
    }

    [Theory]
    [InlineData("A field", "class Above { Below below; }")]
    [InlineData("A call", "class Above { void Use() => Below.Call(); }")]
    [InlineData("A type argument", "class Above { object Use() => new System.Collections.Generic.List<Below[]>(); }")]
    [InlineData("A base", "class Above : Below;")]
    [InlineData("A lambda", "class Above { System.Action Use() => () => Below.Call(); }")]
    [InlineData("A nested type", "class Above { class Inner { Below? Use(Below? below) => below; } }")]
    [InlineData("An attribute", "[Mark(typeof(Below))] class Above; class MarkAttribute(System.Type t) : System.Attribute;")]
    [InlineData("A catch", "class Above { void Use() { try { Use(); } catch (Fault) { } } }")]
    [InlineData("A constraint", "class Above { void Use<T>() where T : Below { } }")]
    [InlineData("An enum", "class Above { string? Use() => System.Enum.GetName<Kind>(default); }")]
    public void A_use_of_a_room_below_is_found(string kind, string above)
    {
        Rooms planted = Compiled(
            ("/_/src/House/Numerics/Above.cs", above),
            ("/_/src/House/Reading/Below.cs", "class Below { public static void Call() { } }"),
            ("/_/src/House/Reading/Kind.cs", "enum Kind { One }"),
            ("/_/src/House/Reading/Fault.cs", "class Fault : System.Exception;"));
        Assert.NotEmpty(planted.OrderViolations(["Numerics", "Reading"]));
        Assert.Empty(planted.OrderViolations(["Reading", "Numerics"]));
        Assert.True(planted.OrderViolations(["Numerics"]).Any(use => use.Contains("not listed", StringComparison.Ordinal)), kind);
    }

    private static Rooms Compiled(params (string Path, string Text)[] sources)
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Planted",
            sources.Select(source => CSharpSyntaxTree.ParseText(
                SourceText.From($"#nullable enable\n{source.Text}", System.Text.Encoding.UTF8), path: source.Path)),
            new[] { "System.Private.CoreLib.dll", "System.Runtime.dll", "System.Collections.dll" }.Select(
                name => MetadataReference.CreateFromFile(Path.Combine(runtime, name))),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using MemoryStream assembly = new(), symbols = new();
        EmitResult result = compilation.Emit(
            assembly, symbols, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        assembly.Position = symbols.Position = 0;
        return new Rooms(assembly, symbols, "src/House/");
    }
}
