using System.Globalization;
using Inkling.Data;
using Inkling.Files;

namespace Inkling.Web.Storage;

/// <summary>
/// Saved networks and corrections that several servers share: they are in the database, and each server has copies in its own
/// folder, in the same files as a server without a database.
/// </summary>
internal sealed class SharedFiles(PostgresDatabase database, WebSettings settings)
{
    private const string Ending = ".safetensors";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _copied = new(StringComparer.Ordinal);
    private List<byte> _pixels = [], _digits = [];
    private long _corrections, _lastCorrection; // how many are copied, and the last one's number

    private string Networks => Path.Combine(settings.SharedFolder, "networks");

    private string Corrections => Path.Combine(settings.SharedFolder, "corrections");

    /// <summary>Stores a network that was saved under a name, in place of an earlier one of that name.</summary>
    /// <exception cref="InklingException">It cannot be stored.</exception>
    public void Publish(string name, string file)
    {
        lock (_gate)
        {
            object? saved = database.Write(
                $"save network {name}",
                """
                INSERT INTO networks (name, saved, content) VALUES (@name, nextval('saves'), @content)
                    ON CONFLICT (name) DO UPDATE SET saved = excluded.saved, content = excluded.content RETURNING saved
                """,
                [("name", name), ("content", File.ReadAllBytes(file))]);
            _copied[name] = Convert.ToInt64(saved, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Stores a correction.</summary>
    /// <returns>How many are stored now.</returns>
    /// <exception cref="InklingException">It cannot be stored.</exception>
    public int AddCorrection(byte[] glyph, int digit)
    {
        database.Write(
            "add a correction",
            "INSERT INTO corrections (pixels, digit) VALUES (@pixels, @digit)",
            [("pixels", glyph), ("digit", (long)digit)]);
        return Convert.ToInt32(database.Read("SELECT count(*) FROM corrections")[0][0], CultureInfo.InvariantCulture);
    }

    /// <summary>Empties the folder: what is there is of an earlier start, perhaps with another database.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach (string folder in new[] { Networks, Corrections }.Where(Directory.Exists))
                Directory.Delete(folder, recursive: true);
            _copied.Clear();
            (_pixels, _digits, _corrections, _lastCorrection) = ([], [], 0, 0);
        }
    }

    /// <summary>Copies what is new in the database.</summary>
    /// <exception cref="InklingException">It cannot be read, or not be written here.</exception>
    public void Copy()
    {
        lock (_gate)
        {
            CopyNetworks();
            CopyCorrections();
        }
    }

    private void CopyNetworks()
    {
        List<object[]> stored = database.Read("SELECT name, saved FROM networks");
        foreach (object[] row in stored)
        {
            (string name, long saved) = ((string)row[0], (long)row[1]);
            bool isAName = name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') && name[0] != '.';
            if (!isAName || _copied.GetValueOrDefault(name) == saved)
                continue; // other names are none that this program gives
            if (database.Read("SELECT content FROM networks WHERE name = @name", ("name", name)) is [[byte[] content]])
                AtomicFile.Write(Path.Combine(Networks, name + Ending), stream => stream.Write(content));
            _copied[name] = saved;
        }

        foreach (string gone in _copied.Keys.Except(stored.Select(row => (string)row[0]), StringComparer.Ordinal).ToArray())
        {
            File.Delete(Path.Combine(Networks, gone + Ending));
            _copied.Remove(gone);
        }
    }

    private void CopyCorrections()
    {
        const int Pixels = MnistNormalisation.Side * MnistNormalisation.Side;
        long stored = (long)database.Read("SELECT count(*) FROM corrections")[0][0];
        if (stored == _corrections)
            return;
        (List<byte> pixels, List<byte> digits) = ([.. _pixels], [.. _digits]);
        List<object[]> added = After(_lastCorrection);
        long copied = _corrections + added.Count;
        if (copied != stored)
        {
            // Numbers are given before a transaction ends, so that a smaller one may be seen later than a greater one.
            (pixels, digits) = ([], []);
            added = After(0);
            copied = added.Count;
        }

        if (added.Count == 0)
            return;
        foreach (object[] row in added.Where(row => row[1] is byte[] { Length: Pixels } && row[2] is >= 0L and <= 9L))
        {
            pixels.AddRange((byte[])row[1]);
            digits.Add((byte)(long)row[2]);
        }

        IdxFile.Write(
            Path.Combine(Corrections, "corrections-images-idx3-ubyte"),
            IdxArray.Create([.. pixels], digits.Count, MnistNormalisation.Side, MnistNormalisation.Side));
        IdxFile.Write(
            Path.Combine(Corrections, "corrections-labels-idx1-ubyte"), IdxArray.Create([.. digits], digits.Count));
        (_pixels, _digits, _corrections, _lastCorrection) = (pixels, digits, copied, (long)added[^1][0]);

        List<object[]> After(long id) => database.Read(
            "SELECT id, pixels, digit FROM corrections WHERE id > @last ORDER BY id", ("last", id));
    }
}
