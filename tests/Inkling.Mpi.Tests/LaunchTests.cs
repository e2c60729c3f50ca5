namespace Inkling.Mpi.Tests;

/// <summary>How a process is told that it is a rank, without an MPI library.</summary>
public class LaunchTests
{
    [Theory]
    [InlineData("OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 PMIX_RANK=3", "OpenMpi", 3, 4)]
    [InlineData("PMI_RANK=0 PMI_SIZE=2", "Mpich", 0, 2)]
    [InlineData("PMIX_RANK=5 SLURM_STEP_NUM_TASKS=8", "Pmix", 5, 8)]
    [InlineData("PMIX_RANK=5", "Pmix", 5, 0)]
    public void Each_launcher_is_known_by_its_variables(string variables, string by, int rank, int count)
    {
        Launch launch = Assert.IsType<Launch>(Find(variables));
        Assert.Equal((by, rank, count), (launch.By.ToString(), launch.Rank, launch.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("SLURM_NTASKS=4 SLURM_PROCID=0")] // a script of Slurm's, which started this process by itself
    [InlineData("PMI_RANK=x PMI_SIZE=2")]
    public void Other_processes_are_alone(string variables) => Assert.Null(Find(variables));

    [Theory]
    [InlineData("0", 1)]
    [InlineData("0-3", 4)]
    [InlineData("0-3,8,10-11", 7)]
    public void The_cores_that_a_process_may_use_are_counted_from_Linuxs_list(string list, int cores) =>
        Assert.Equal(cores, Cores.CountOf(list));

    [Theory]
    [InlineData(2, 8, 4)]
    [InlineData(3, 8, 2)]
    [InlineData(16, 8, 1)]
    public void Ranks_on_one_machine_share_its_cores(int processes, int cores, int share) =>
        Assert.Equal(share, Cores.ShareOf(processes, cores, allowed: cores, ofLauncher: cores));

    [Fact]
    public void Ranks_that_the_launcher_has_bound_take_their_own_cores_at_most()
    {
        Assert.Equal(1, Cores.ShareOf(processes: 4, own: 1, allowed: 1, ofLauncher: 8)); // each to a core
        Assert.Equal(2, Cores.ShareOf(processes: 4, own: 4, allowed: 4, ofLauncher: 8)); // two to each half of them
    }

    [Fact]
    public void Ranks_are_waited_for_some_time_at_least() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => MpiRanks.Start(TimeSpan.Zero));

    private static Launch? Find(string variables)
    {
        Dictionary<string, string> values = variables
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(variable => variable.Split('=')[0], variable => variable.Split('=')[1], StringComparer.Ordinal);
        return Launch.Find(values.GetValueOrDefault);
    }
}
