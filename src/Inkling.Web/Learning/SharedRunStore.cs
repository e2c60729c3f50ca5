using System.Globalization;
using System.Text.Json;
using Inkling.Files;
using Inkling.Web.Storage;

namespace Inkling.Web.Learning;

/// <summary>
/// The runs of several servers, replicas of each other, in a PostgreSQL, with their checkpoints and networks. A replica trains a
/// run while it holds a lease on it: its name, a time by the database's clock, and a term that grows with each new holder. Every
/// change of a run is refused where the term is over (a fencing token), so that a replica that was thought dead changes nothing.
/// </summary>
internal sealed class SharedRunStore(RunFolder folder, PostgresDatabase database, WebSettings settings) : RunStore(folder)
{
    private const string Checkpoint = "checkpoint", Network = "network";

    /// <summary>The condition of every change, and what tells other replicas of it.</summary>
    private const string Fence =
        "UPDATE runs SET changed = changed + 1 WHERE id = @id AND owner = @owner AND term = @term RETURNING id";

    private const string PutFile =
        """
        INSERT INTO files (run, name, content) VALUES (@id, @file, @content)
            ON CONFLICT (run, name) DO UPDATE SET content = excluded.content;
        """;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, long> _terms = []; // of the leases that are held
    private readonly Dictionary<int, (long Changed, KeptRun? Run)> _known = [];

    /// <summary>This replica, for as long as the process lives.</summary>
    private readonly string _owner = $"{Environment.MachineName} {Environment.ProcessId} {Guid.NewGuid():N}";

    private int _copies = RunSettings.MostEpochs; // their files' names are no epoch's

    /// <summary>Runs that were found damaged are told once.</summary>
    private readonly HashSet<int> _damaged = [];

    protected override Database Database => database;

    protected override string Name => $"The {database.Name}";

    private double LeaseSeconds => settings.LeaseTime.TotalSeconds;

    public override int Add(RunSettings settings, RunState state)
    {
        int id = Convert.ToInt32(
            database.Write(
                "add a run",
                """
                INSERT INTO runs (settings, state, owner, term, until)
                    VALUES (@settings, @state, @owner, 1, clock_timestamp() + make_interval(secs => @seconds)) RETURNING id
                """,
                [
                    ("settings", JsonSerializer.Serialize(settings)),
                    ("state", state.ToString()),
                    ("owner", _owner),
                    ("seconds", LeaseSeconds),
                ]),
            CultureInfo.InvariantCulture);
        Hold(id, 1);
        return id;
    }

    /// <summary>Deletes a run with its files, whoever holds it: the holder's next change is refused.</summary>
    public override void Remove(int id)
    {
        database.Write( // in the order in which the holder writes, so that the two do not wait for each other
            $"remove run {id}",
            "DELETE FROM files WHERE run = @id; DELETE FROM epochs WHERE run = @id; DELETE FROM runs WHERE id = @id",
            [("id", (long)id)]);
        lock (_gate)
            _terms.Remove(id);
    }

    public override bool Holds(int id)
    {
        lock (_gate)
            return _terms.ContainsKey(id);
    }

    public override bool TryTake(int id)
    {
        if (Holds(id))
            return true;
        object? term = database.Write(
            $"take run {id}",
            """
            UPDATE runs SET owner = @owner, term = term + 1, until = clock_timestamp() + make_interval(secs => @seconds)
                WHERE id = @id AND (owner IS NULL OR until < clock_timestamp()) RETURNING term
            """,
            [("id", (long)id), ("owner", _owner), ("seconds", LeaseSeconds)]);
        if (term is not long taken)
            return false;
        Hold(id, taken); // so that the lease is renewed while the checkpoint comes
        try
        {
            byte[]? checkpoint = ContentOf(id, Checkpoint);
            Folder.Delete(Folder.FilesOf(id)); // from an earlier lease
            if (checkpoint is not null)
                AtomicFile.Write(Folder.PathOf(RunFolder.CheckpointOf(id)), stream => stream.Write(checkpoint));
        }
        catch
        {
            Lose(id, taken);
            throw;
        }

        return Holds(id);
    }

    /// <summary>Prolongs the leases on some runs, and gives the others back.</summary>
    /// <returns>The runs whose leases have ended: another replica has them, or they were removed.</returns>
    public IReadOnlyList<int> Renew(Func<int, bool> isNeeded)
    {
        KeyValuePair<int, long>[] held;
        lock (_gate)
            held = [.. _terms];
        List<int> lost = [];
        foreach ((int id, long term) in held)
        {
            bool keeps = isNeeded(id);
            object? found = database.Write(
                $"renew run {id}",
                keeps
                    ? """
                    UPDATE runs SET until = clock_timestamp() + make_interval(secs => @seconds)
                        WHERE id = @id AND owner = @owner AND term = @term RETURNING id
                    """
                    : """
                    UPDATE runs SET owner = NULL, until = NULL
                        WHERE id = @id AND owner = @owner AND term = @term AND @seconds > 0 RETURNING id
                    """,
                [("id", (long)id), ("owner", _owner), ("term", term), ("seconds", LeaseSeconds)]);
            if ((found is null || !keeps) && Lose(id, term) && found is null)
                lost.Add(id);
        }

        return lost;
    }

    /// <summary>All runs as they are stored now. Epochs are read only of runs that have changed.</summary>
    public IReadOnlyList<SharedRun> Look()
    {
        List<SharedRun> runs = [];
        foreach (object[] row in database.Read(
            """
            SELECT id, settings, state, message, network, changed, owner IS NULL OR until < clock_timestamp(),
                EXISTS (SELECT 1 FROM commands WHERE run = runs.id) FROM runs ORDER BY id
            """))
        {
            if (row[0] is not (long and >= 1 and <= int.MaxValue))
                continue; // this program gives no run such a number
            int id = Convert.ToInt32(row[0], CultureInfo.InvariantCulture);
            long changed = (long)row[5];
            if (!_known.TryGetValue(id, out (long Changed, KeptRun? Run) known) || known.Changed != changed)
            {
                ILookup<int, RunEpoch> epochs = EpochsOf(database.Read(
                    "SELECT run, epoch, cost, correct, total, seconds FROM epochs WHERE run = @id ORDER BY epoch",
                    ("id", (long)id)));
                _known[id] = known = (changed, KeptRun.Of(row, id, [.. epochs[id]]));
            }

            if (known.Run is { } run)
                runs.Add(new SharedRun(run, IsFree: row[6] is true, IsCommanded: row[7] is true));
            else if (_damaged.Add(id))
                DamageFound.Add(DamageOf(id));
        }

        foreach (int gone in _known.Keys.Except(runs.Select(run => run.Kept.Id)).Where(id => !_damaged.Contains(id)).ToArray())
            _known.Remove(gone);
        return runs;
    }

    /// <summary>Asks the replica that holds a run to do something; it looks about once a second.</summary>
    public void Send(int id, RunCommand command) => database.Write(
        $"send {command} to run {id}",
        "INSERT INTO commands (run, command) SELECT id, @command FROM runs WHERE id = @id",
        [("id", (long)id), ("command", command.ToString())]);

    /// <summary>Takes the commands for the runs that are held here, the oldest first.</summary>
    public IReadOnlyList<(int Run, RunCommand Command)> Receive() =>
    [
        .. database.Read(
                "DELETE FROM commands WHERE run IN (SELECT id FROM runs WHERE owner = @owner) RETURNING id, run, command",
                ("owner", _owner))
            .OrderBy(row => (long)row[0])
            .Where(row => Enum.TryParse(row[2] as string, out RunCommand command) && Enum.IsDefined(command))
            .Select(row => (Convert.ToInt32(row[1], CultureInfo.InvariantCulture), Enum.Parse<RunCommand>((string)row[2]))),
    ];

    public override void KeepCheckpoint(int id)
    {
        string path = Folder.PathOf(RunFolder.CheckpointOf(id));
        if (File.Exists(path))
            Write(id, $"keep checkpoint of run {id}", PutFile, [], Checkpoint, path);
    }

    public override bool HasNetwork(string file) => true; // it is stored in the transaction that names it

    public override Network LoadNetwork(int id, string file)
    {
        byte[] content = ContentOf(id, Network) ?? throw new InklingException($"Run {id} has no network any more.");
        string copy = RunFolder.NetworkOf(id, Interlocked.Increment(ref _copies));
        AtomicFile.Write(Folder.PathOf(copy), stream => stream.Write(content));
        try
        {
            return Inkling.Network.Load(Folder.PathOf(copy));
        }
        finally
        {
            Folder.Delete(copy);
        }
    }

    protected override void Change(
        int id, string what, string sql, (string Name, object? Value)[] parameters, string? network = null)
    {
        if (network is null)
        {
            Write(id, what, sql, parameters, null, null);
            return;
        }

        Write(id, what, PutFile + sql, parameters, Network, Folder.PathOf(network)); // what is large first: nothing is locked yet
        Folder.Delete(network); // it was a working copy
    }

    protected override string DamageOf(int id) => $"{Name}: run {id} is damaged and left out.";

    private void Write(
        int id, string what, string sql, (string Name, object? Value)[] parameters, string? file, string? path)
    {
        long term;
        lock (_gate)
        {
            if (!_terms.TryGetValue(id, out term))
                throw new LeaseLostException($"{what}: another replica trains it now.");
        }

        Folder.BeforeChange?.Invoke(what);
        (string, object?)[] content = file is null ? [] : [("file", file), ("content", File.ReadAllBytes(path!))];
        database.Write(what, sql, [("id", (long)id), ("owner", _owner), ("term", term), .. parameters, .. content], Fence);
    }

    private byte[]? ContentOf(int id, string name) => database
        .Read("SELECT content FROM files WHERE run = @id AND name = @name", ("id", (long)id), ("name", name))
        .FirstOrDefault()?[0] as byte[];

    private void Hold(int id, long term)
    {
        lock (_gate)
            _terms[id] = term;
    }

    /// <returns>Whether it was held in that term until now.</returns>
    private bool Lose(int id, long term)
    {
        lock (_gate)
            return _terms.TryGetValue(id, out long held) && held == term && _terms.Remove(id);
    }
}

/// <summary>A run as it is stored for several servers.</summary>
/// <param name="Kept">Its settings, state and epochs.</param>
/// <param name="IsFree">Whether no replica holds it.</param>
/// <param name="IsCommanded">Whether a command waits for the replica that holds it.</param>
internal sealed record SharedRun(KeptRun Kept, bool IsFree, bool IsCommanded);

/// <summary>What a page on one replica asks of a run that another trains.</summary>
internal enum RunCommand
{
    Start,
    Pause,
    StepMiniBatch,
    StepEpoch,
}
