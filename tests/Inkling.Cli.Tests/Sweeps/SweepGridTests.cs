using System.CommandLine;
using Inkling.Cli.Sweeps;

namespace Inkling.Cli.Tests.Sweeps;

/// <summary>Which runs the options of a sweep stand for.</summary>
public sealed class SweepGridTests
{
    private static readonly ImageData Digits = GeneratedDigits.CreateData(60, 20, 20);

    [Fact]
    public void A_grid_has_every_combination_of_its_values_and_each_run_a_name_of_its_own()
    {
        IReadOnlyList<SweepJob> jobs = JobsOf(
            "--layers 784,30,10 784,100,10 --eta 0.5,1,3,10 --mini-batch 5,10,20 --seeds 1-50 --epochs 30");
        Assert.Equal(2 * 4 * 3 * 50, jobs.Count);
        Assert.Equal(jobs.Count, jobs.Select(job => job.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(jobs.Count, jobs.Select(job => RunOptions.Of(job.Cell, job.Seed)).Distinct().Count());
        Assert.All(jobs, job => Assert.Equal(30, job.Cell.Recipe.Options.Epochs));
    }

    [Fact]
    public void A_run_has_the_same_name_in_another_grid_and_another_with_any_other_option()
    {
        string name = Assert.Single(JobsOf("--eta 3")).Name;
        IReadOnlyList<SweepJob> larger =
            JobsOf("--eta 1,3.0 --seeds 1-3 --optimizer sgd,sgd:0.9 --layers 784,30,10 784,10");
        Assert.Contains(name, larger.Select(job => job.Name));
        string[] others =
        [
            "--eta 2.9", "--seeds 2", "--epochs 29", "--mini-batch 9", "--cost cross-entropy", "--init scaled",
            "--optimiser sgd:0.1", "--schedule cosine", "--l2 1", "--patience 3", "--layers 784,31,10", "--model seed-100",
        ];
        Assert.All(others, other => Assert.NotEqual(name, Assert.Single(JobsOf(other)).Name));
    }

    [Theory]
    [InlineData("--eta 3", "784,30,10")]
    [InlineData("--layers 784,030,10", "784,30,10")]
    [InlineData("--model seed-100", "seed-100")]
    [InlineData("--architecture 784\tdense:30\tsigmoid\tdense:010\tsoftmax", "784 dense:30 sigmoid dense:10 softmax")]
    public void A_network_has_one_name_however_it_is_written(string options, string name) =>
        Assert.Equal(name, Assert.Single(JobsOf(options)).Cell.Network);

    [Fact]
    public void Without_a_learning_rate_each_optimiser_has_its_own()
    {
        IReadOnlyList<SweepJob> jobs = JobsOf("--optimiser sgd,adam --cost quadratic,cross-entropy");
        Assert.Equal([3, 0.5, 0.001, 0.001], jobs
            .OrderBy(job => job.Cell.Recipe.Options.Optimiser is Optimiser.Adam)
            .ThenBy(job => job.Cell.Recipe.Architecture.Cost)
            .Select(job => job.Cell.Recipe.Options.LearningRate));
    }

    [Theory]
    [InlineData("--eta fast", "--eta takes a number", "not \"fast\"")]
    [InlineData("--eta 1,,3", "--eta takes a number", "not \"\"")]
    [InlineData("--eta @rates", "--eta takes a number", "not \"@rates\"")]
    [InlineData("--epochs 0", "--epochs takes a whole number from 1", "not \"0\"")]
    [InlineData("--layers 784,30,10 784", "--layers takes at least two", "not \"784\"")]
    [InlineData("--cost quadratic,cubic", "--cost takes one of", "not \"cubic\"")]
    [InlineData("--architecture 28", "--architecture:", "")]
    [InlineData("--seeds 50-1", "--seeds takes", "not \"50-1\"")]
    [InlineData("--seeds 1-9,5", "--seeds takes", "not \"1-9,5\"")]
    [InlineData("--seeds 1-", "--seeds takes", "not \"1-\"")]
    public void A_value_that_train_would_not_take_is_refused_as_train_refuses_it(string options, string start, string end)
    {
        string message = Parse(options).Errors[0].Message;
        Assert.StartsWith(start, message, StringComparison.Ordinal);
        Assert.Contains(end, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "--seeds 1-250000 --eta 1,2 --epochs 1,2",
        "The grid has 1,000,000 runs (2 × 2 × 250,000 seeds); a sweep has 100,000 at most. Divide it into several.")]
    [InlineData("--seeds 0-2147483646 --eta 1,2", "The grid has 4,294,967,294 runs (2 × 2,147,483,647 seeds); a sweep has")]
    [InlineData("--eta 1,1.0", "The grid has the same run twice: network 784,30,10, cost quadratic,")]
    [InlineData("--cost log-likelihood", "--cost log-likelihood: ")]
    public void A_grid_that_cannot_be_is_told_in_one_line(string options, string line) =>
        Assert.StartsWith(line, Assert.Throws<InklingException>(() => JobsOf(options)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("784,30,10", "784,100,10")]
    [InlineData("784,30", "784,30,10")]
    [InlineData("0.5", "3")]
    [InlineData("3", "10")]
    [InlineData("1e-05", "0.001")]
    [InlineData("quadratic", "softmax")]
    [InlineData("sgd:0.5", "sgd:0.9")]
    public void Values_are_in_the_order_of_their_numbers(string first, string second)
    {
        Assert.True(RunOptions.Compare(first, second) < 0);
        Assert.True(RunOptions.Compare(second, first) > 0);
        Assert.Equal(0, RunOptions.Compare(first, first));
    }

    [Fact]
    public void Of_two_sweeps_on_other_data_that_open_a_new_folder_at_once_the_second_is_refused()
    {
        string folder = Directory.CreateTempSubdirectory("inkling sweep ").FullName;
        try
        {
            SweepLedger first = SweepLedger.Open(folder, Digits), same = SweepLedger.Open(folder, Digits),
                other = SweepLedger.Open(folder, GeneratedDigits.CreateData(61, 20, 20));
            first.Write(3, TestContext.Current.CancellationToken);
            Assert.Contains(
                "has results on other data",
                Assert.Throws<InklingException>(() => other.Write(3, TestContext.Current.CancellationToken)).Message,
                StringComparison.Ordinal);
            same.Write(5, TestContext.Current.CancellationToken);
            Assert.Equal((5, first.DataHash), (SweepLedger.Read(folder).Runs, SweepLedger.Read(folder).DataHash));
            Assert.Equal("sweep.json", Path.GetFileName(Assert.Single(Directory.GetFiles(folder))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_picture_of_too_many_cells_is_not_drawn_though_few_of_them_have_runs()
    {
        string folder = Directory.CreateTempSubdirectory("inkling sweep ").FullName;
        try
        {
            SweepLedger ledger = SweepLedger.Open(folder, Digits);
            Assert.Contains(ledger.PictureFile, new SweepTable(Diagonal(40), "digits").Save(ledger));
            Assert.DoesNotContain(ledger.PictureFile, new SweepTable(Diagonal(50), "digits").Save(ledger));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static RunResult[] Diagonal(int runs) =>
        [
            .. Enumerable.Range(1, runs).Select(i => new RunResult(
                $"{i}",
                "1",
                "digits",
                new RunOptions("784,10", "quadratic", "scaled", "sgd", "constant", 1, 10, Eta: i, L2: i, 0, 1),
                new RunScore(i, 100),
                new RunScore(i, 100),
                Weights: null,
                Failure: null,
                Epochs: null))
        ];
    }

    [Fact]
    public void Seeds_are_written_as_they_were_given() => Assert.Equal("1-50,77", SeedRanges.Parse("1-50,77")!.ToString());

    [Fact]
    public void The_time_that_is_left_is_told_of_runs_made_since_the_start()
    {
        SweepPace pace = new(before: 100, runs: 1000);
        Assert.Equal("100 of 1,000 runs", pace.At(100, TimeSpan.FromSeconds(5)));
        Assert.Equal("120 of 1,000 runs, 2.0 a second, 0:07:20 left", pace.At(120, TimeSpan.FromSeconds(10)));
        Assert.Equal("101 of 1,000 runs, one in 10.0 seconds, 2:29:50 left", pace.At(101, TimeSpan.FromSeconds(10)));
    }

    private static IReadOnlyList<SweepJob> JobsOf(string options)
    {
        (SweepAxes axes, ParseResult parsed) = ParseAxes(options);
        return axes.GridOf(parsed).JobsFor(SweepLedger.Open(Path.Combine(Path.GetTempPath(), "inkling no sweep"), Digits));
    }

    private static ParseResult Parse(string options) => ParseAxes(options).Parsed;

    private static (SweepAxes Axes, ParseResult Parsed) ParseAxes(string options)
    {
        SweepAxes axes = new();
        RootCommand command = [.. axes.All];
        command.Validators.Add(axes.Validate);
        return (axes, command.Parse(options.Split(' '), new ParserConfiguration { ResponseFileTokenReplacer = null }));
    }
}
