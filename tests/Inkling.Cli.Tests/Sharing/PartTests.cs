using System.CommandLine;
using Inkling.Cli.Sharing;

namespace Inkling.Cli.Tests.Sharing;

/// <summary>Which part of how many a process is, by its launcher's variables.</summary>
public sealed class PartTests
{
    [Theory]
    [InlineData("", 0, 1)]
    [InlineData("OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=4", 2, 4)]
    [InlineData("PMI_RANK=1 PMI_SIZE=3", 1, 3)]
    [InlineData("SLURM_PROCID=5 SLURM_NTASKS=8 SLURM_STEP_ID=0", 5, 8)]
    [InlineData("SLURM_PROCID=0 SLURM_NTASKS=1 OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2", 1, 2)] // mpirun in a batch job
    [InlineData("SLURM_ARRAY_TASK_ID=12 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_MAX=14 SLURM_ARRAY_TASK_COUNT=5", 2, 5)]
    [InlineData(
        "SLURM_ARRAY_TASK_ID=8 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=16 SLURM_ARRAY_TASK_STEP=4 SLURM_ARRAY_TASK_COUNT=5",
        2,
        5)]
    [InlineData("SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=4", 2, 4)]
    [InlineData("SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=3 SLURM_PROCID=1 SLURM_NTASKS=2 SLURM_STEP_ID=0", 3, 6)]
    [InlineData("SLURM_ARRAY_TASK_ID=4000000 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=4000000", 3999999, 4000000)]
    [InlineData("JOB_COMPLETION_INDEX=3", 3, 4)]
    [InlineData("JOB_COMPLETION_INDEX=0", 0, 1)]
    public void A_launcher_s_variables_say_which_part_of_how_many(string variables, int index, int count) =>
        Assert.Equal((index, count), (Of(variables).Index, Of(variables).Count));

    [Fact]
    public void Rank_0_speaks_for_all_ranks_and_a_task_of_an_array_for_itself()
    {
        Assert.True(Of("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=4").IsSpeaker);
        Assert.False(Of("OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4").IsSpeaker);
        Assert.True(Of("SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=4").IsSpeaker);
        Assert.True(Of("SLURM_PROCID=0 SLURM_NTASKS=8").Ranks == 1, "A batch script is one process.");
    }

    [Fact]
    public void Ranks_on_one_machine_share_its_cores() =>
        Assert.Equal(1, Of($"PMI_RANK=0 PMI_SIZE=4096 MPI_LOCALNRANKS=4096").Threads);

    [Theory]
    [InlineData("OMPI_COMM_WORLD_RANK=4 OMPI_COMM_WORLD_SIZE=4", "OMPI_COMM_WORLD_RANK is \"4\"")]
    [InlineData("PMI_RANK=two PMI_SIZE=3", "PMI_RANK is \"two\"")]
    [InlineData("JOB_COMPLETION_INDEX=-1", "JOB_COMPLETION_INDEX is \"-1\"")]
    [InlineData("SLURM_ARRAY_TASK_ID=99999999999", "SLURM_ARRAY_TASK_ID is \"99999999999\"")]
    public void A_variable_without_sense_is_named(string variables, string named) =>
        Assert.StartsWith(named, Assert.Throws<InklingException>(() => Of(variables)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("2/8", 1, 8)]
    [InlineData("1/1", 0, 1)]
    public void The_option_counts_from_one_and_goes_before_the_launcher(string text, int index, int count)
    {
        Option<Part?> option = Part.Option();
        Part? given = new RootCommand { option }.Parse(["--part", text]).GetValue(option);
        Part part = Part.Of(given, name => name.EndsWith("RANK", StringComparison.Ordinal) ? "3"
            : name.EndsWith("SIZE", StringComparison.Ordinal) ? "4"
            : null);
        Assert.Equal((index, count), (part.Index, part.Count));
    }

    [Theory]
    [InlineData("0/8")]
    [InlineData("9/8")]
    [InlineData("8")]
    [InlineData("1/9999999999")]
    [InlineData("1/2/3")]
    [InlineData("one/2")]
    public void A_part_that_is_none_is_refused(string text) =>
        Assert.Contains(
            $"not \"{text}\"",
            Assert.Single(new RootCommand { Part.Option() }.Parse(["--part", text]).Errors).Message,
            StringComparison.Ordinal);

    private static Part Of(string variables)
    {
        Dictionary<string, string> values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return Part.Of(given: null, name => values.GetValueOrDefault(name));
    }
}
