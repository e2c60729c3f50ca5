using Inkling.Files;

namespace Inkling.Cli.Sharing;

/// <summary>
/// Work that any number of processes, on any number of machines, share through a folder. An item is done when its file exists,
/// which is written beside and renamed; who works on an item holds a lock beside that file (<see cref="FileLock"/>), which the
/// system releases when the process ends, however it ends. So nothing is lost or done twice, and no clocks are compared.
/// </summary>
/// <remarks>
/// Where a file system has no locks, two processes may do the same item; the second result replaces the first, with the same
/// content. An item's file is in a subfolder of the name's first two digits, so that no folder has more than a few hundred.
/// </remarks>
internal sealed class SharedWork
{
    private const int PrefixLength = 2;

    private readonly string _folder, _ending;
    private readonly IReadOnlyList<string> _names;
    private readonly Dictionary<string, int> _indexOf = new(StringComparer.Ordinal);
    private readonly int[] _order;
    private readonly bool[] _isDone, _isHeld; // held by this process
    private readonly Lock _gate = new();
    private int _position, _done;

    /// <summary>Finds out which items are done.</summary>
    /// <param name="folder">Where the results are; need not exist.</param>
    /// <param name="ending">The ending of their files, as <c>.json</c>.</param>
    /// <param name="names">The items: distinct names of hexadecimal digits, in the order in which they are done.</param>
    /// <param name="part">Which of them this process does first.</param>
    public SharedWork(string folder, string ending, IReadOnlyList<string> names, Part part)
    {
        (_folder, _ending, _names) = (folder, ending, names);
        for (int i = 0; i < names.Count; i++)
            _indexOf.Add(names[i], i);
        (_isDone, _isHeld) = (new bool[names.Count], new bool[names.Count]);
        _order = OrderFor(names.Count, part);
        Refresh();
    }

    /// <summary>How many items are done, as far as is known (<see cref="Refresh"/>).</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>How many items there are.</summary>
    public int Count => _names.Count;

    /// <summary>Whether all items are done.</summary>
    public bool IsComplete => Done == Count;

    /// <summary>The file of an item.</summary>
    public string FileOf(string name) => Path.Combine(_folder, name[..PrefixLength], name + _ending);

    /// <summary>
    /// The order in which a part looks for items: its own, which are every <see cref="Part.Count"/>-th; then the others' from
    /// the last on, since those who own them begin at the first.
    /// </summary>
    public static int[] OrderFor(int items, Part part)
    {
        IEnumerable<int> all = Enumerable.Range(0, items);
        return
        [
            .. all.Where(i => i % part.Count == part.Index),
            .. all.Where(i => i % part.Count != part.Index).Reverse(),
        ];
    }

    /// <summary>
    /// Claims an item that is not done and that nobody works on. Items of processes that have ended meanwhile are found, too.
    /// </summary>
    /// <returns>Null where there is none now.</returns>
    /// <exception cref="InklingException">The folder cannot be written.</exception>
    public Claim? TryClaim()
    {
        lock (_gate)
        {
            bool isSecondLook = _position == 0;
            while (true)
            {
                while (_position < _order.Length)
                {
                    if (TryClaim(_order[_position++]) is { } claim)
                        return claim;
                }

                _position = 0;
                if (isSecondLook)
                    return null;
                isSecondLook = true;
            }
        }
    }

    /// <summary>Counts what other processes have done meanwhile.</summary>
    public void Refresh()
    {
        foreach (string file in Files(_folder, _ending))
        {
            if (_indexOf.TryGetValue(Path.GetFileNameWithoutExtension(file), out int i))
                MarkDone(i);
        }
    }

    /// <summary>The files of all results in a folder, also of items that are none of this work's.</summary>
    public static IEnumerable<string> Files(string folder, string ending) =>
        Entries(folder, Directory.GetDirectories)
            .Where(path => Path.GetFileName(path).Length == PrefixLength)
            .SelectMany(path => Entries(path, subfolder => Directory.GetFiles(subfolder, "*" + ending)))
            .Where(file => file.EndsWith(ending, StringComparison.Ordinal)); // Windows' wildcards match more

    /// <summary>
    /// Deletes the locks of items that are done: those of processes that were killed between writing the result and releasing
    /// the lock. Nobody claims such an item again and deletes its lock with it.
    /// </summary>
    public static void DeleteAbandonedLocks(string folder, string ending)
    {
        foreach (string file in Files(folder, ending + FileLock.Ending).Select(path => path[..^FileLock.Ending.Length]))
        {
            if (!File.Exists(file))
                continue;
            try
            {
                FileLock.TryTake(file)?.Dispose();
            }
            catch (Exception e) when (e is InklingException or IOException or UnauthorizedAccessException)
            {
                // something else than a lock, or it cannot be deleted: nothing depends on it
            }
        }
    }

    /// <summary>What is in a folder; nothing where another process has deleted it.</summary>
    private static string[] Entries(string folder, Func<string, string[]> list)
    {
        if (!Directory.Exists(folder))
            return [];
        try
        {
            return list(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private Claim? TryClaim(int i)
    {
        if (_isDone[i] || _isHeld[i])
            return null;
        string file = FileOf(_names[i]);
        if (File.Exists(file))
        {
            MarkDone(i);
            return null;
        }

        FileLock? taken;
        try
        {
            taken = FileLock.TryTake(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InklingException($"{file}{FileLock.Ending}: cannot be written: {e.Message}", e);
        }

        if (taken is null)
            return null;
        if (File.Exists(file)) // done between the look and the lock
        {
            taken.Dispose();
            MarkDone(i);
            return null;
        }

        _isHeld[i] = true;
        return new Claim(this, i, taken);
    }

    private void MarkDone(int i)
    {
        lock (_gate)
        {
            if (_isDone[i])
                return;
            _isDone[i] = true;
            _done++;
        }
    }

    /// <summary>An item that this process works on; released when disposed.</summary>
    internal sealed class Claim : IDisposable
    {
        private readonly SharedWork _work;
        private readonly FileLock _lock;

        public Claim(SharedWork work, int index, FileLock held) => (_work, Index, _lock) = (work, index, held);

        /// <summary>The item's index in the list of names.</summary>
        public int Index { get; }

        /// <summary>Writes the result, with which the item is done.</summary>
        /// <exception cref="InklingException">It cannot be written.</exception>
        public void Complete(byte[] result)
        {
            AtomicFile.Write(_work.FileOf(_work._names[Index]), stream => stream.Write(result));
            _work.MarkDone(Index);
        }

        public void Dispose()
        {
            _lock.Dispose();
            lock (_work._gate)
                _work._isHeld[Index] = false;
        }
    }
}
