using System.Text.Json.Nodes;
using Inkling.Benchmarks.Compare;

namespace Inkling.Benchmarks.Tests;

/// <summary>What <c>compare</c> takes, and the file that it writes.</summary>
public sealed class CompareTests
{
    [Fact]
    public void Pieces_folder_and_peers_are_taken_in_any_order()
    {
        string here = Path.GetFullPath(".");
        Assert.Equal(new CompareOptions(), CompareOptions.Parse([]));
        Assert.Equal(
            new CompareOptions(7, "results", "wide", here, here, here),
            CompareOptions.Parse(
                ["--chroot", ".", "7", "--only", "wide", "results", "--fast-mnist-nn", ".", "--grensen", "."]));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    [InlineData("5 folder more")]
    [InlineData("--chroot")]
    [InlineData("--chroot no-such-folder")]
    [InlineData("--quick")]
    [InlineData("--only everything")]
    public void What_is_mistyped_is_named(string arguments) =>
        Assert.Contains(
            arguments.Split(' ')[^1],
            Assert.Throws<InklingException>(() => CompareOptions.Parse(arguments.Split(' '))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("AMD EPYC (AVX-512), 2 cores", "amd-epyc-avx-512-2-cores")]
    [InlineData("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz (AVX2), 8 cores", "intel-core-i7-8650u-avx2-8-cores")]
    [InlineData("Arm64 (NEON), 4 cores", "arm64-neon-4-cores")]
    public void A_processors_file_has_its_name(string machine, string name) =>
        Assert.Equal(name, MeasuredFile.FileNameOf(machine));

    [Fact]
    public void Results_that_are_kept_are_of_quiet_machines_and_named_after_them()
    {
        string folder = Path.Combine(Inkling.Tests.Repository.Folder, "docs", "benchmarks");
        string[] files = [.. Directory.GetFiles(folder, "*.json")
            .Where(file => !file.EndsWith(".noisy.json", StringComparison.Ordinal))];
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            JsonNode content = JsonNode.Parse(File.ReadAllText(file))!;
            Assert.Null(content["noise"]);
            Assert.Equal(MeasuredFile.FileNameOf(content["machine"]!.ToString()), Path.GetFileNameWithoutExtension(file));
        });
    }

    [Fact]
    public void The_file_holds_times_ratios_and_what_the_machine_gave_to_each_piece()
    {
        Report report = new(new CompareOptions()) { Peak = (100.4, 200) };
        report.Add("original", [
            (new("Inkling", () => 1), [new(0.5, null, new(1, 1.98, [0.99, 1], [0, 0.014]))]),
            (new("numpy", () => 1), [new(40, 80, new(1, 1, [0.99, 0.02], [0, 0]))]),
            (Implementation.Absent("PyTorch", "not installed"), [])
        ]);
        JsonObject figures = report.Figures(["other programs took 20 % of a core"], ["numpy 1.24"]);

        Assert.Equal("""["other programs took 20 % of a core"]""", figures["noise"]!.ToJsonString());
        Assert.Equal("numpy 1.24", figures["peers"]!.ToString());
        Assert.Equal("PyTorch: not installed", figures["notes"]!["original, not run"]!.ToString());
        Assert.Equal(
            """
            [{"work":"original","implementation":"Inkling","seconds":[0.5],"relative":null,"ratios":null,
            "coresUsed":[1.98],"coresUsedByOthers":[0.01],"busy":[[0.99],[1]],"stolen":[[0],[0.014]]},
            {"work":null,"implementation":"numpy","seconds":[40],"relative":80,"ratios":[80],
            "coresUsed":[1],"coresUsedByOthers":[0.01],"busy":[[0.99],[0.02]],"stolen":[[0],[0]]}]
            """.ReplaceLineEndings(""),
            figures["measurements"]!.ToJsonString());
        Assert.Null(report.Figures([], [])["noise"]);
    }

    [Fact]
    public void What_the_machine_gave_is_unknown_where_the_system_does_not_tell()
    {
        Report report = new(new CompareOptions());
        report.Add("original", [(new("Inkling", () => 1), [new(0.5, null, new(1, 1, null, null))])]);
        JsonNode measurement = report.Figures([], [])["measurements"]![0]!;
        Assert.All(
            ["coresUsedByOthers", "busy", "stolen"],
            (string name) => Assert.Equal("unknown", measurement[name]!.ToString()));
    }

    [Fact]
    public void The_numbers_of_an_array_stand_in_one_line()
    {
        string path = Path.Combine(Path.GetTempPath(), $"inkling-{Guid.NewGuid():N}.json");
        try
        {
            JsonObject figures = new() { ["seconds"] = new JsonArray(0.5, 1e-5), ["peers"] = "[1 2]" };
            MeasuredFile.Write(path, "times", "compare", 2, figures);
            string text = File.ReadAllText(path);
            Assert.Contains("\"seconds\": [0.5, 1E-05]", text, StringComparison.Ordinal);
            Assert.Equal("times", JsonNode.Parse(text)!["what"]!.ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }
}
