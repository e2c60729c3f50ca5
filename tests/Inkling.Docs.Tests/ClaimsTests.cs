using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Inkling.Docs.Tests;

/// <summary>docs/claims.md names tests, files, commands and texts of the page that there are.</summary>
public sealed partial class ClaimsTests
{
    private const string Name = "docs/claims.md";

    private static readonly Lazy<string[]> TestSources = new(() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Page.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
    ]);

    private static readonly Lazy<HashSet<string>> KeysOfTexts = new(() =>
    [
        .. XDocument.Load(Path.Combine(Page.Root, "src", "Inkling.Web", "Shell", "Words.resx"))
            .Root!.Elements("data").Select(data => data.Attribute("name")!.Value)
    ]);

    public static TheoryData<string> Claims => [.. Rows(Page.Named(Name).Text).Select(row => row[0])];

    [Theory]
    [MemberData(nameof(Claims))]
    public void A_claim_is_borne_by_tests_files_and_commands_that_there_are(string claim)
    {
        string[] row = Rows(Page.Named(Name).Text).Single(row => row[0] == claim);
        Assert.Equal(3, row.Length);
        Assert.All(Spans(row[1]), key => Assert.Contains(key, KeysOfTexts.Value));
        Assert.True(row[1].StartsWith("README", StringComparison.Ordinal) || Spans(row[1]).Any(), $"Where is said: {claim}");
        Assert.NotEmpty(Spans(row[2]));
        Assert.All(Spans(row[2]), span => Assert.Null(Problem(span)));
    }

    [Theory]
    [InlineData("ClaimsTests.Something_that_is_not_tested")]
    [InlineData("NoSuchTests.A_claim_is_borne_by_tests_files_and_commands_that_there_are")]
    [InlineData("docs/measured/nothing.json")]
    [InlineData("dotnet run bench/nothing.cs")]
    [InlineData("inkling experiment nothing")]
    [InlineData("anything")]
    public void What_bears_a_claim_and_does_not_exist_is_found(string span) => Assert.NotNull(Problem(span));

    [Fact]
    public void No_claim_is_made_twice() => Assert.Distinct(Rows(Page.Named(Name).Text).Select(row => row[0]));

    private static IEnumerable<string[]> Rows(string text) => text.Split('\n')
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Where(line => !line.StartsWith("| ---", StringComparison.Ordinal))
        .Where(line => !line.StartsWith("| claim ", StringComparison.Ordinal))
        .Select(line => line.Trim('|', ' ').Split(" | "));

    private static IEnumerable<string> Spans(string cell) =>
        CodeSpan().Matches(cell).Select(match => match.Groups["code"].Value);

    /// <summary>What is wrong with a code span of the last column; null where it exists.</summary>
    private static string? Problem(string span)
    {
        if (TestName().Match(span) is { Success: true } test)
        {
            Regex type = Word($"class {test.Groups["class"].Value}"), method = Word($" {test.Groups["method"].Value}");
            return TestSources.Value.Any(source => type.IsMatch(source) && method.IsMatch(source))
                ? null
                : $"There is no test {span}.";
        }

        if (span.StartsWith("inkling ", StringComparison.Ordinal))
        {
            string[] words = [.. span.Split(' ')[1..].TakeWhile(word => word.All(char.IsAsciiLetterLower))];
            try
            {
                string help = InklingCommand.OutputOf($"{words[0]} --help");
                // The experiments stand in the command's help, each with what it does.
                bool isThere = words is not ["experiment", var name] || help.Contains($"{name}: ", StringComparison.Ordinal);
                return isThere ? null : $"There is no {span}.";
            }
            catch (InvalidDataException exception)
            {
                return exception.Message;
            }
        }

        string[] paths = [.. span.Split(' ').Where(word => word.Contains('/', StringComparison.Ordinal))];
        return paths.Length == 0 ? $"{span} is no test, no command and no file."
            : paths.FirstOrDefault(path => !Path.Exists(Path.Combine(Page.Root, path))) is { } missing ? $"There is no {missing}."
            : null;
    }

    private static Regex Word(string text) =>
        new($@"{Regex.Escape(text)}\b", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"^(?<class>[A-Z]\w*Tests)\.(?<method>[A-Z]\w*)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestName();
}
