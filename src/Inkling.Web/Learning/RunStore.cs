using System.Globalization;
using Inkling.Web.Storage;

namespace Inkling.Web.Learning;

/// <summary>
/// Runs as stored in a database: their settings, their state, each epoch's figures, and the name of the file that has the network
/// of the last of these epochs. A row is written only when the file it names is complete.
/// </summary>
/// <param name="folder">Where the runs' files are.</param>
internal abstract class RunStore(RunFolder folder) : IDisposable
{
    /// <summary>Where the runs' files are; those of a shared store are working copies.</summary>
    public RunFolder Folder => folder;

    /// <summary>What was found damaged and what was done about it, a line each.</summary>
    public IReadOnlyList<string> Notices => DamageFound;

    protected List<string> DamageFound { get; } = [];

    protected abstract Database Database { get; }

    /// <summary>The database's name in messages.</summary>
    protected abstract string Name { get; }

    /// <summary>All runs that can be read; damaged rows become notices and are left as they are.</summary>
    /// <returns>The runs, and the numbers of those that cannot be read.</returns>
    public (IReadOnlyList<KeptRun> Runs, IReadOnlySet<int> Unreadable) All()
    {
        ILookup<int, RunEpoch> epochsOf = EpochsOf(
            Database.Read("SELECT run, epoch, cost, correct, total, seconds FROM epochs ORDER BY run, epoch"));
        List<KeptRun> runs = [];
        HashSet<int> unreadable = [];
        foreach (object[] row in Database.Read("SELECT id, settings, state, message, network FROM runs ORDER BY id"))
        {
            if (row[0] is not (long and >= 1 and <= int.MaxValue))
                continue; // this program gives no run such a number
            int id = Convert.ToInt32(row[0], CultureInfo.InvariantCulture);
            if (KeptRun.Of(row, id, [.. epochsOf[id]]) is { } run)
                runs.Add(run);
            else if (unreadable.Add(id))
                DamageFound.Add(DamageOf(id));
        }

        return (runs, unreadable);
    }

    /// <returns>The run's number.</returns>
    public abstract int Add(RunSettings settings, RunState state);

    public void Set(int id, RunState state, string? message) => Change(
        id,
        $"set run {id} {state}",
        "UPDATE runs SET state = @state, message = @message WHERE id = @id",
        [("state", state.ToString()), ("message", message)]);

    /// <summary>Stores an epoch's figures, and with them the name of its network's file.</summary>
    /// <param name="id">The run.</param>
    /// <param name="epoch">The figures.</param>
    /// <param name="network">The network's file, written already; null to leave the one that is named.</param>
    public void Add(int id, RunEpoch epoch, string? network) => Change(
        id,
        $"add epoch {epoch.Epoch} of run {id}",
        """
        INSERT INTO epochs (run, epoch, cost, correct, total, seconds)
            VALUES (@id, @epoch, @cost, @correct, @total, @seconds)
            ON CONFLICT (run, epoch) DO UPDATE SET
                cost = excluded.cost, correct = excluded.correct, total = excluded.total, seconds = excluded.seconds;
        UPDATE runs SET network = coalesce(@network, network) WHERE id = @id;
        """,
        [
            ("epoch", (long)epoch.Epoch),
            ("cost", double.IsNaN(epoch.Cost) ? null : epoch.Cost),
            ("correct", (long)epoch.Correct),
            ("total", (long)epoch.Total),
            ("seconds", epoch.Seconds),
            ("network", network),
        ],
        network);

    /// <summary>A run has ended; its last network is written already.</summary>
    public void Finish(int id, string network) => Change(
        id,
        $"finish run {id}",
        "UPDATE runs SET state = @state, message = NULL, network = @network WHERE id = @id",
        [("state", nameof(RunState.Done)), ("network", network)],
        network);

    /// <summary>Deletes a run's rows. From then on there is no such run, and its files are leftovers.</summary>
    public abstract void Remove(int id);

    /// <summary>Whether this server may train a run. What it holds, no other server trains.</summary>
    public abstract bool Holds(int id);

    /// <summary>Makes this server the one that trains a run, unless another does, and brings its checkpoint here.</summary>
    public abstract bool TryTake(int id);

    /// <summary>The checkpoint in the folder is a new one.</summary>
    /// <exception cref="InklingException">It cannot be stored.</exception>
    public abstract void KeepCheckpoint(int id);

    /// <summary>Whether a network that a row names is there.</summary>
    public abstract bool HasNetwork(string file);

    /// <exception cref="InklingException">It cannot be read.</exception>
    public abstract Network LoadNetwork(int id, string file);

    public void Dispose()
    {
        Database?.Dispose(); // null where the constructor threw
        GC.SuppressFinalize(this);
    }

    /// <summary>Changes a run that this server holds, in one transaction.</summary>
    /// <param name="id">The run; in the statements <c>@id</c>.</param>
    /// <param name="what">The change.</param>
    /// <param name="sql">The statements.</param>
    /// <param name="parameters">Their other parameters.</param>
    /// <param name="network">The file of a new network in <see cref="Folder"/>.</param>
    protected abstract void Change(
        int id, string what, string sql, (string Name, object? Value)[] parameters, string? network = null);

    /// <summary>The epochs of each run; damaged ones become notices.</summary>
    protected ILookup<int, RunEpoch> EpochsOf(IEnumerable<object[]> rows)
    {
        List<(int Run, RunEpoch Epoch)> epochs = [];
        foreach (object[] row in rows)
        {
            if (RunEpoch.Of(row) is { } epoch)
                epochs.Add((Convert.ToInt32(row[0], CultureInfo.InvariantCulture), epoch));
            else if ($"{Name}: epoch {row[1]} of run {row[0]} is damaged and left out." is var damage
                && !DamageFound.Contains(damage, StringComparer.Ordinal))
                DamageFound.Add(damage);
        }

        return epochs.ToLookup(row => row.Run, row => row.Epoch);
    }

    /// <summary>Tells that a run's row is damaged.</summary>
    protected abstract string DamageOf(int id);
}

/// <summary>A run as it is stored.</summary>
internal sealed record KeptRun(
    int Id,
    RunSettings Settings,
    RunState State,
    string? Message,
    string? Network,
    IReadOnlyList<RunEpoch> Epochs)
{
    /// <summary>Parses a row of the store: id, settings, state, message, network; null where it is damaged.</summary>
    public static KeptRun? Of(object[] row, int id, IReadOnlyList<RunEpoch> epochs) =>
        RunSettings.Parse(row[1] as string) is { } settings
        && Enum.TryParse(row[2] as string, out RunState state)
        && Enum.IsDefined(state)
            ? new KeptRun(id, settings, state, row[3] as string, row[4] as string, epochs)
            : null;
}
