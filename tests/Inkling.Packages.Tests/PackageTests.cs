using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Inkling.Packages.Tests;

public sealed class PackageTests(PackedFeed packed) : IClassFixture<PackedFeed>
{
    private static readonly Guid
        EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE"),
        SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    [Fact]
    public async Task A_fresh_project_reads_a_number_in_five_lines()
    {
        string folder = Directory.CreateDirectory(Path.Combine(packed.Home, "a fresh project")).FullName;
        // Packages that are on this machine are not downloaded again; those restored here are deleted with the test's folder.
        string cache =
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await File.WriteAllTextAsync(Path.Combine(folder, "fresh.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{packed.Feed}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{packed.Home}/restored</RestorePackagesPath>
                <RestoreFallbackFolders>{cache}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Inkling.Imaging" Version="{packed.Version}" />
                <PackageReference Include="Inkling.Onnx" Version="{packed.Version}" />
                <PackageReference Include="Inkling.Plots" Version="{packed.Version}" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), """
            using Inkling;
            using Inkling.Imaging;
            DigitReader reader = DigitReader.Load();
            ReadingResult reading = reader.Read(args[0]);
            Console.WriteLine(reading.Text);
            """);
        Assert.Equal(
            "42",
            (await PackedFeed.DotnetAsync(
                folder, "run", "-c", "Release", Path.Combine(PackedFeed.Root, "samples", "42.png")))
                .Trim());
    }

    [Fact]
    public async Task The_tool_is_installed_and_lists_its_models()
    {
        string folder = Path.Combine(packed.Home, "my tools");
        await PackedFeed.DotnetAsync(
            packed.Home,
            "tool", "install", "Inkling.Cli",
            "--version", packed.Version,
            "--tool-path", folder,
            "--add-source", packed.Feed);
        string command = Path.Combine(folder, OperatingSystem.IsWindows() ? "inkling.exe" : "inkling");
        string models = await PackedFeed.RunAsync(packed.Home, command, "models", "--json");
        Assert.Contains("\"name\":\"best\"", models, StringComparison.Ordinal);
        Assert.StartsWith(
            "42",
            await PackedFeed.RunAsync(packed.Home, command, "read", Path.Combine(PackedFeed.Root, "samples", "42.png")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_depends_on_nothing_and_is_under_4_megabytes()
    {
        Assert.DoesNotContain(Specification("Inkling").Descendants(), element => element.Name.LocalName == "dependency");
        Assert.InRange(new FileInfo(packed.PathOf("Inkling")).Length, 1, 4_000_000);
    }

    [Fact]
    public void Whoever_reads_picture_files_gets_SkiaSharp_and_LibTiff_and_nothing_that_draws_plots()
    {
        IEnumerable<string> dependencies =
            from element in Specification("Inkling.Imaging").Descendants()
            where element.Name.LocalName == "dependency"
            select (string)element.Attribute("id")!;

        string[] expected = ["BitMiracle.LibTiff.NET", "Inkling", "SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies"];
        Assert.Equal(expected, dependencies.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_package_that_sees_internals_of_another_needs_exactly_its_version()
    {
        int friends = 0;
        string[] libraries = [.. PackedFeed.Ids.Where(id => id != "Inkling.Cli")]; // the tool contains its assemblies
        foreach (string id in libraries)
        {
            foreach (string friend in FriendsOf(id).Intersect(libraries))
            {
                XElement dependency = Specification(friend).Descendants()
                    .Single(element => element.Name.LocalName == "dependency" && (string)element.Attribute("id")! == id);
                Assert.Equal($"[{packed.Version}]", (string)dependency.Attribute("version")!);
                friends++;
            }
        }

        Assert.Equal(4, friends); // Gpu, Imaging, Onnx and Plots
    }

    [Fact]
    public void The_licence_of_the_typeface_comes_with_the_plots()
    {
        using ZipArchive package = ZipFile.OpenRead(packed.PathOf("Inkling.Plots"));
        Assert.NotNull(package.GetEntry("OFL.txt"));
    }

    [Theory]
    [InlineData("Inkling")]
    [InlineData("Inkling.Cli")]
    [InlineData("Inkling.Gpu")]
    [InlineData("Inkling.Imaging")]
    [InlineData("Inkling.Mpi")]
    [InlineData("Inkling.Onnx")]
    [InlineData("Inkling.Plots")]
    public void A_package_says_what_it_is_and_whose(string id)
    {
        Dictionary<string, string> said = Specification(id).Descendants()
            .Where(element => !element.HasElements)
            .GroupBy(element => element.Name.LocalName)
            .ToDictionary(group => group.Key, group => group.First().Value);
        Assert.Equal((id, "MIT", "icon.png", "README.md"), (said["id"], said["license"], said["icon"], said["readme"]));
        Assert.NotEqual("Package Description", said["description"]);
        using ZipArchive package = ZipFile.OpenRead(packed.PathOf(id));
        Assert.Superset(
            new HashSet<string>(["icon.png", "README.md"]),
            package.Entries.Select(entry => entry.FullName).ToHashSet());
        Assert.Contains(package.Entries, entry => entry.Name == $"{id}.xml" || id == "Inkling.Cli");
    }

    [Theory]
    [InlineData("Inkling")]
    [InlineData("Inkling.Gpu")]
    [InlineData("Inkling.Imaging")]
    [InlineData("Inkling.Mpi")]
    [InlineData("Inkling.Onnx")]
    [InlineData("Inkling.Plots")]
    public void A_debugger_finds_the_source_of_every_method(string id)
    {
        using ZipArchive symbols = ZipFile.OpenRead(packed.PathOf(id, "snupkg"));
        using MemoryStream copy = new();
        using (Stream pdb = symbols.GetEntry($"lib/net10.0/{id}.pdb")!.Open())
            pdb.CopyTo(copy);
        copy.Position = 0;
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(copy);
        MetadataReader reader = provider.GetMetadataReader();
        HashSet<Guid> ofModule = KindsOf(MetadataTokens.EntityHandle(0x00000001));
        Assert.All(reader.Documents, document => Assert.True(
            ofModule.Contains(SourceLink) || KindsOf(document).Contains(EmbeddedSource),
            reader.GetString(reader.GetDocument(document).Name)));

        HashSet<Guid> KindsOf(EntityHandle of)
            => [
                .. reader.GetCustomDebugInformation(of)
                    .Select(handle => reader.GetGuid(reader.GetCustomDebugInformation(handle).Kind))
            ];
    }

    [Fact]
    public async Task Packing_again_gives_the_same_bytes()
    {
        string again = Path.Combine(packed.Home, "again");
        await packed.PackAsync("Inkling", again);
        foreach (string ending in new[] { "nupkg", "snupkg" })
            Assert.Equal(
                await File.ReadAllBytesAsync(packed.PathOf("Inkling", ending)),
                await File.ReadAllBytesAsync(Path.Combine(again, Path.GetFileName(packed.PathOf("Inkling", ending)))));
    }

    /// <summary>The assemblies that see the internals of a package's.</summary>
    private string[] FriendsOf(string id)
    {
        using ZipArchive package = ZipFile.OpenRead(packed.PathOf(id));
        using MemoryStream copy = new();
        using (Stream assembly = package.GetEntry($"lib/net10.0/{id}.dll")!.Open())
            assembly.CopyTo(copy);
        copy.Position = 0;
        using PEReader file = new(copy);
        MetadataReader reader = file.GetMetadataReader();
        return
        [
            .. reader.GetAssemblyDefinition().GetCustomAttributes()
                .Select(reader.GetCustomAttribute)
                .Where(attribute => NameOf(attribute) == "InternalsVisibleToAttribute")
                .Select(Argument)
        ];

        string NameOf(CustomAttribute attribute)
        {
            MemberReference constructor = reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
            return reader.GetString(reader.GetTypeReference((TypeReferenceHandle)constructor.Parent).Name);
        }

        string Argument(CustomAttribute attribute)
        {
            BlobReader value = reader.GetBlobReader(attribute.Value);
            value.ReadUInt16(); // the prolog of every attribute's arguments
            return value.ReadSerializedString()!;
        }
    }

    private XDocument Specification(string id)
    {
        using ZipArchive package = ZipFile.OpenRead(packed.PathOf(id));
        using Stream text = package.GetEntry($"{id}.nuspec")!.Open();
        return XDocument.Load(text);
    }
}
