using Inkling.Web.Storage;

namespace Inkling.Web.Learning;

/// <summary>
/// The runs of several servers that share a database. Each looks at it about once a second: it renews its leases, shows what
/// others train, does what their pages ask of its runs, and takes over runs whose server does not renew its lease any more.
/// </summary>
internal sealed partial class RunBook
{
    private string? _away;

    /// <summary>Grows when there is something new to show beside the runs' own versions.</summary>
    public int Looks { get; private set; }

    /// <summary>Why the database cannot be used now, for the pages; null where it can.</summary>
    public string? Away
    {
        get
        {
            lock (_gate)
                return _away;
        }

        set
        {
            lock (_gate)
            {
                if (_away == value)
                    return;
                _away = value;
                Looks++;
            }
        }
    }

    /// <summary>Looks at the database once.</summary>
    /// <exception cref="InklingException">It cannot be used; nothing is lost.</exception>
    public void LookAtDatabase()
    {
        SharedRunStore store = (SharedRunStore)_store;
        lock (_commands)
        {
            if (_isStopping)
                return;
            foreach ((int id, RunCommand command) in store.Receive())
                Obey(Find(id), command);
            foreach (Run held in Runs.Where(run => store.Holds(run.Id)))
                held.Record(); // where that failed before
            store.Renew(IsNeededHere);
            foreach (Run lost in Runs.Where(run => run.IsLoaded && !store.Holds(run.Id)))
                lost.RequestStop(); // it follows the other replica as soon as its thread has ended
            IReadOnlyList<SharedRun> stored = store.Look();
            TellDamage();
            foreach (Run gone in Runs.Where(run => stored.All(row => row.Kept.Id != run.Id) && !store.Holds(run.Id)))
                Forget(gone);
            foreach (SharedRun row in stored)
            {
                Run run = Find(row.Kept.Id) ?? Add(row.Kept);
                if (store.Holds(run.Id))
                    continue;
                run.Follow(row.Kept);
                if (row.IsFree && !run.IsLoaded && (run.State == RunState.Running || row.IsCommanded) && MayTrain(run))
                    TakeOver(run, store);
            }
        }
    }

    /// <summary>Renews the leases that are held; for a timer of its own, since a look waits for downloads and threads.</summary>
    /// <exception cref="InklingException">The database cannot be used.</exception>
    public void RenewLeases() => ((SharedRunStore)_store).Renew(_ => true);

    /// <summary>Whether the lease on a run is kept: while its thread lives.</summary>
    private bool IsNeededHere(int id) => Find(id)?.IsLoaded == true;

    private bool MayTrain(Run run) => HasWhatItNeeds(run.Settings) && MakeRoom(run, run.Settings) is null;

    private bool HasWhatItNeeds(RunSettings settings) =>
        _data.Available().Any(data => data.Name == settings.Data)
        && (settings.Device is not { } device || _devices.Any(known => known.Name == device));

    private void TakeOver(Run run, SharedRunStore store)
    {
        if (!Take(run, store))
            return; // another replica was faster
        LogNotice($"Run {run.Id} is trained here now, from its last checkpoint.");
        if (run.State == RunState.Running)
            run.Start();
    }

    /// <summary>Whether a command was sent to the replica that holds a run, or will, since this one has not what it needs;
    /// otherwise this one holds it now.</summary>
    private bool IsSent(Run run, RunCommand command)
    {
        if (_store is not SharedRunStore store || store.Holds(run.Id))
            return false;
        if ((command == RunCommand.Pause || HasWhatItNeeds(run.Settings)) && Take(run, store))
            return false;
        store.Send(run.Id, command);
        return true;
    }

    /// <summary>Makes this replica the one that trains a run it does not hold, from where others have left it by now.</summary>
    private static bool Take(Run run, SharedRunStore store)
    {
        if (!store.TryTake(run.Id))
            return false;
        if (store.Look().FirstOrDefault(row => row.Kept.Id == run.Id) is { } row)
            run.Follow(row.Kept);
        return true;
    }

    private void Obey(Run? run, RunCommand command)
    {
        if (run is null)
            return;
        RunRefusal? refusal = command == RunCommand.Pause ? Pause(run) : Go(run, command);
        if (refusal is not null)
            run.Pause("There was no room for it on the server that has it. Resume it later.");
    }

    private Run Add(KeptRun kept)
    {
        Run run = NewRun(kept.Id, kept.Settings);
        run.Restore(kept);
        lock (_gate)
            _runs.Add(run);
        return run;
    }

    private void Forget(Run run)
    {
        run.Stop();
        lock (_gate)
        {
            _runs.Remove(run);
            Looks++;
        }

        run.Dispose();
        _store.Folder.Delete(_store.Folder.FilesOf(run.Id));
    }

    private void TellDamage()
    {
        foreach (string notice in _store.Notices.Except(Notices, StringComparer.Ordinal).ToArray())
        {
            LogNotice(notice);
            lock (_gate)
            {
                _notices.Add(notice);
                Looks++;
            }
        }
    }

    /// <summary>Gives back all leases when the server stops, so that others go on at once.</summary>
    private void LeaveToOthers()
    {
        try
        {
            (_store as SharedRunStore)?.Renew(_ => false);
        }
        catch (InklingException)
        {
            // the leases end by themselves
        }
    }
}
