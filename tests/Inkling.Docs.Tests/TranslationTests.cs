namespace Inkling.Docs.Tests;

/// <summary>Who reads a page in Chinese reads what the English page says.</summary>
public sealed class TranslationTests
{
    private const string Index = "docs/zh/README.md";

    private static readonly string[] EnglishOnly =
    [
        "docs/claims.md", "docs/comparison.md", "docs/gpu.md", "docs/kernels.md", "docs/many-machines.md", "docs/performance.md",
        "docs/replicas.md", "docs/sweeps.md",
    ];

    public static TheoryData<string> Translated =>
        [.. Page.All.Where(page => page.IsTranslation && page.Name != Index).Select(page => Path.GetFileName(page.Name))];

    [Theory]
    [MemberData(nameof(Translated))]
    public void A_page_in_Chinese_has_the_parts_code_figures_and_links_of_the_English_one(string file)
    {
        Page english = Page.Named($"docs/{file}"), chinese = Page.Named($"docs/zh/{file}");
        Assert.Empty(Translation.Differences(english, chinese));
        Assert.Contains($"English · [简体中文](zh/{file})", english.Text, StringComparison.Ordinal);
        Assert.Contains($"[English](../{file}) · 简体中文", chinese.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_page_is_in_Chinese_or_named_as_English_only()
    {
        string index = Page.Named(Index).Text;
        foreach (Page page in Page.All.Where(page => page.Name.StartsWith("docs/", StringComparison.Ordinal) && !page.IsChinese))
        {
            string file = Path.GetFileName(page.Name);
            bool isEnglishOnly = EnglishOnly.Contains(page.Name, StringComparer.Ordinal);
            Assert.True(isEnglishOnly != File.Exists(Path.Combine(Page.Root, "docs", "zh", file)), page.Name);
            Assert.Contains(isEnglishOnly ? $"](../{file})" : $"]({file})", index, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_text_of_the_figures_that_has_Chinese_words_is_on_a_page()
    {
        foreach ((string english, string chinese) in Figures.ChineseTexts())
            Assert.True(
                Page.All.Any(page => page.IsChinese && page.Text.Contains(chinese, StringComparison.Ordinal)),
                $"docs/zh/words.json: no page shows \"{english}\" (or eng/docs.cs was not run).");
    }

    [Theory]
    [InlineData("a heading of another level", "## 二", "### 二", "part 4")]
    [InlineData("a paragraph that is missing", "一段\n接着。\n\n另一段", "一段\n接着。", "part 3")]
    [InlineData("a row that is missing", "| 2 |\n", "", "part 8")]
    [InlineData("an item that is missing", "- b\n", "", "part 10")]
    [InlineData("other code", "int a = 1;", "int a = 2;", "code 1")]
    [InlineData("a command that is missing", "```sh\ninkling models    # 列出网络\n```\n", "", "code 2")]
    [InlineData("another figure", "figure: best.size", "figure: tiny.size", "generated part 1")]
    [InlineData("another row", "{best.size}", "{best.sise}", "generated part 2")]
    [InlineData("a link elsewhere", "(formats.md#格式)", "(models.md#格式)", "link 1")]
    public void What_a_translation_lacks_is_found(string kind, string was, string becomes, string found)
    {
        Page english = new(
            "docs/a.md",
            """
            # One
            A paragraph
            goes on.

            Another, of <!-- figure: best.size -->7<!-- end --> bytes: [there](formats.md#formats).
            ## Two
            ```csharp
            int a = 1;    // one
            ```
            <!-- rows
            | {best.size} |
            -->
            | a |
            | --- |
            | 1 |
            | 2 |

            - a
              goes on
            - b
            ```sh
            inkling models    # lists the networks
            ```

            """);
        string chinese =
            """
            # 一
            一段
            接着。

            另一段，<!-- figure: best.size -->7<!-- end --> 字节：[那里](formats.md#格式)。
            ## 二
            ```csharp
            int a = 1;  // 一
            ```
            <!-- rows
            | {best.size} |
            -->
            | a |
            | --- |
            | 1 |
            | 2 |

            - a
              接着
            - b
            ```sh
            inkling models    # 列出网络
            ```

            """;
        Assert.Empty(Translation.Differences(english, new Page("docs/zh/a.md", chinese)));
        string changed = chinese.Replace(was, becomes, StringComparison.Ordinal);
        Assert.NotEqual(chinese, changed);
        IEnumerable<string> differences = Translation.Differences(english, new Page("docs/zh/a.md", changed));
        Assert.True(differences.First().StartsWith($"{found}:", StringComparison.Ordinal), $"{kind}: {differences.First()}");
    }
}
