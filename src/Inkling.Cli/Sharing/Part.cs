using System.CommandLine;
using System.Globalization;

namespace Inkling.Cli.Sharing;

/// <summary>
/// Which part of a job this process is, as its launcher says in the environment: MPI's mpirun, Slurm, or Kubernetes. Processes
/// claim work one item at a time (<see cref="SharedWork"/>), so a part only says where in the list this process begins: a wrong
/// count, or a part that never starts, loses nothing.
/// </summary>
/// <param name="Index">From 0.</param>
/// <param name="Count">How many parts there are.</param>
internal sealed record Part(int Index, int Count)
{
    private const string SlurmStep = "SLURM_STEP_ID";

    /// <summary>The processes of one launch by mpirun or srun, which start and end together; 1 where there is none.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Which of <see cref="Ranks"/> this process is. Rank 0 speaks for all of them.</summary>
    public int Rank { get; init; }

    /// <summary>How many of the ranks share this machine's cores; 1 where the launcher does not say.</summary>
    public int RanksHere { get; init; } = 1;

    /// <summary>Whether this process prints what concerns all parts: each prints, but of one launch rank 0 alone.</summary>
    public bool IsSpeaker => Rank == 0;

    /// <summary>The threads of a process that is told none: the cores that it may use, shared with the ranks here.</summary>
    public int Threads => Math.Max(1, Environment.ProcessorCount / RanksHere);

    /// <summary>Whether mpirun started this process.</summary>
    public static bool IsUnderMpi =>
        (Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_SIZE") ?? Environment.GetEnvironmentVariable("PMI_SIZE"))
            is { Length: > 0 };

    /// <summary>Whether mpirun or srun started this process, and so others like it at the same time.</summary>
    public static bool IsRank => IsUnderMpi || Environment.GetEnvironmentVariable(SlurmStep) is not null;

    /// <summary>An option that says it where no launcher does, as <c>2/8</c>.</summary>
    public static Option<Part?> Option() => new("--part")
    {
        Description =
            "Which part of how many this process is, as 2/8: where mpirun, Slurm or Kubernetes start it, they say so themselves",
        HelpName = "I/N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            int[] numbers = [.. text.Split('/').Select(number => Whole(number) ?? 0)];
            if (numbers is [var index and >= 1, var count] && index <= count)
                return new Part(index - 1, count);
            result.AddError($"--part takes a part from 1 on and how many there are, as 2/8, not \"{text}\".");
            return null;
        },
    };

    /// <summary>Finds the part in the environment.</summary>
    /// <param name="given">What the option says, which goes before the launcher's word; null where it is not given.</param>
    /// <param name="variable">Returns the value of an environment variable; null for the process's own.</param>
    /// <exception cref="InklingException">A launcher's variable has no sense.</exception>
    /// <remarks>
    /// Open MPI sets OMPI_COMM_WORLD_RANK and _SIZE; MPICH and Intel MPI set PMI_RANK and PMI_SIZE; srun sets SLURM_PROCID and
    /// SLURM_NTASKS. Each may run inside a task of a Slurm array (SLURM_ARRAY_TASK_ID, with _MIN, _STEP and _COUNT) or of a
    /// Kubernetes Indexed Job, which sets JOB_COMPLETION_INDEX alone: as many parts as it has before it are assumed.
    /// </remarks>
    public static Part Of(Part? given, Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        (int, int)? mpi = Pair("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE") ?? Pair("PMI_RANK", "PMI_SIZE");
        (int rank, int ranks) = mpi ?? Pair("SLURM_PROCID", "SLURM_NTASKS") ?? (0, 1);
        (int task, int tasks) = ArrayTask() ?? (Number("JOB_COMPLETION_INDEX") is { } index ? (index, index + 1) : (0, 1));
        Part part = given ?? new Part(Limited(((long)task * ranks) + rank), Limited((long)tasks * ranks));
        // A batch script has Slurm's variables, too, though nothing but srun starts it several times.
        bool areTogether = mpi is not null || variable(SlurmStep) is not null;
        int here = Number("OMPI_COMM_WORLD_LOCAL_SIZE") ?? Number("MPI_LOCALNRANKS") ?? 1;
        return part with
        {
            Rank = areTogether ? rank : 0,
            Ranks = areTogether ? ranks : 1,
            RanksHere = Math.Max(1, here),
        };

        (int, int)? Pair(string rankName, string sizeName)
        {
            if (Number(rankName) is not { } own || Number(sizeName) is not { } size)
                return null;
            return own < size
                ? (own, size)
                : throw Senseless(rankName, $"with {sizeName} {Invariant(size)}");
        }

        (int, int)? ArrayTask()
        {
            const string Task = "SLURM_ARRAY_TASK_";
            if (Number(Task + "ID") is not { } id)
                return null;
            int first = Number(Task + "MIN") ?? 0, step = Math.Max(1, Number(Task + "STEP") ?? 1),
                last = Math.Max(id, Number(Task + "MAX") ?? id),
                count = Math.Max(1, Number(Task + "COUNT") ?? ((last - first) / step) + 1);
            // The tasks of an array may be any numbers, as 1,3,9: where they lie unevenly, two may begin at the same place.
            return (Math.Max(0, id - first) / step % count, count);
        }

        int? Number(string name) => variable(name) is not { Length: > 0 } text
            ? null
            : Whole(text) ?? throw Senseless(name, "which is no whole number");

        static int Limited(long number) => (int)Math.Min(number, int.MaxValue);

        InklingException Senseless(string name, string why) => new(
            $"{name} is \"{variable(name)}\" in the environment, {why}. Unset it where no launcher has set it.");
    }

    private static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < int.MaxValue
            ? number
            : null;

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);
}
