using System.Globalization;

namespace Inkling.Mpi;

/// <summary>Which MPI a process was started by.</summary>
internal enum Launcher
{
    /// <summary>Open MPI's mpirun.</summary>
    OpenMpi,

    /// <summary>MPICH's mpirun, those of its relatives, or Slurm's srun in the same manner (PMI).</summary>
    Mpich,

    /// <summary>Another that speaks PMIx, such as Slurm's srun; the library may be Open MPI or MPICH.</summary>
    Pmix,
}

/// <summary>What a launcher says in the environment of the processes that it starts.</summary>
/// <param name="By">The launcher.</param>
/// <param name="Rank">The process's rank.</param>
/// <param name="Count">How many ranks there are; 0 where it does not say.</param>
internal sealed record Launch(Launcher By, int Rank, int Count)
{
    /// <summary>How this process was started; null where it was not by a launcher of MPI.</summary>
    /// <param name="variable">The value of an environment variable; null where it is not set.</param>
    public static Launch? Find(Func<string, string?> variable)
    {
        if (Number("OMPI_COMM_WORLD_RANK") is { } rank && Number("OMPI_COMM_WORLD_SIZE") is { } count)
            return new Launch(Launcher.OpenMpi, rank, count);
        if (Number("PMI_RANK") is { } pmiRank && Number("PMI_SIZE") is { } pmiCount)
            return new Launch(Launcher.Mpich, pmiRank, pmiCount);
        return Number("PMIX_RANK") is { } pmixRank
            ? new Launch(Launcher.Pmix, pmixRank, Number("SLURM_STEP_NUM_TASKS") ?? 0)
            : null;

        int? Number(string name) => int.TryParse(
            variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
    }
}
