using System.Globalization;
using System.Text;
using Inkling.Tests;

namespace Inkling.Fuzz.Tests;

/// <summary>
/// Whatever bytes a file holds, it is read or refused in one clear line. Each run of the tests tries a few thousand changed files
/// per format; INKLING_CASES sets how many, INKLING_SEED the first one's seed (a failure prints its own): see
/// <see cref="RandomCases"/>.
/// </summary>
public sealed class FuzzTests
{
    private const int UsualCases = 4000;

    private const int MaxMessage = 1500;

    /// <summary>With fewer cases than this, it is possible that none is refused.</summary>
    private const int EnoughToBeRefused = 100;

    public static TheoryData<string> Formats => [.. FileFormat.All.Select(format => format.Name)];

    /// <summary>Files that were once read wrongly, by format and name.</summary>
    public static TheoryData<string, string> Finds
    {
        get
        {
            TheoryData<string, string> finds = [];
            foreach (string folder in Directory.EnumerateDirectories(FindsFolder).Order(StringComparer.Ordinal))
            {
                foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
                    finds.Add(Path.GetFileName(folder), Path.GetFileName(file));
            }

            return finds;
        }
    }

    private static string FindsFolder => Path.Combine(AppContext.BaseDirectory, "Finds");

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_sound_file_is_read(string name)
    {
        FileFormat format = Named(name);
        Assert.NotEmpty(format.Seeds);
        foreach (byte[] seed in format.Seeds)
            format.Read(seed);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_damaged_file_is_read_or_refused_in_one_clear_line(string name)
    {
        FileFormat format = Named(name);
        using StateFile state = new(name);
        long taken = 0, refused = 0;
        (long count, long first) = RandomCases.ForEach(name, UsualCases / format.Cost, seed =>
        {
            state.Begin(seed);
            if (Refusal(format, Case(format, seed), seed) is null)
                Interlocked.Increment(ref taken);
            else
                Interlocked.Increment(ref refused);
        });
        TestContext.Current.SendDiagnosticMessage($"{name}: {taken:N0} taken, {refused:N0} refused, first seed {first}");
        Assert.True(refused > 0 || count < EnoughToBeRefused, "no change was noticed: is anything read at all?");
    }

    [Theory]
    [MemberData(nameof(Finds))]
    public void A_file_that_was_once_read_wrongly_is_read_or_refused_in_one_clear_line(string name, string file) =>
        Refusal(Named(name), File.ReadAllBytes(Path.Combine(FindsFolder, name, file)), file);

    private static FileFormat Named(string name) => FileFormat.All.First(format => format.Name == name);

    /// <summary>The changed file that belongs to a seed.</summary>
    private static byte[] Case(FileFormat format, long caseSeed)
    {
        Random random = new(HashOf(caseSeed));
        byte[] seed = format.Seeds[random.Next(format.Seeds.Count)];
        byte[] other = format.Seeds[random.Next(format.Seeds.Count)];
        return format.Mend(Mutation.Of(seed, other, random), random);
    }

    /// <summary>Mixes the bits of a seed. <see cref="HashCode"/> would differ from process to process.</summary>
    private static int HashOf(long seed)
    {
        ulong mixed = (ulong)seed * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        return (int)(mixed ^ (mixed >> 31));
    }

    /// <summary>Returns the message with which a file was refused; null if it was accepted.</summary>
    private static string? Refusal(FileFormat format, byte[] file, object which)
    {
        try
        {
            format.Read(file);
            return null;
        }
        catch (InklingException e) when (e.Message.Length <= MaxMessage && !e.Message.Any(char.IsControl))
        {
            return e.Message;
        }
        catch (Exception e)
        {
            string folder = Path.Combine(Path.GetTempPath(), "inkling-finds", format.Name);
            string find = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{which}");
            File.WriteAllBytes(find, file);
            Assert.Fail($"{format.Name}, file {which}, kept as {find}: {e}");
            throw;
        }
    }

    /// <summary>Records on disk which case is being read, in case reading it kills the process.</summary>
    private sealed class StateFile(string format) : IDisposable
    {
        private const int Line = 21;

        private readonly FileStream _file = new(
            Path.Combine(Path.GetTempPath(), $"inkling-fuzz-{format}-{Environment.ProcessId}.state"),
            FileMode.Create,
            FileAccess.Write,
            FileShare.ReadWrite,
            bufferSize: 0);

        /// <summary>Records the seed that the current thread begins; each thread has one line of the file.</summary>
        public void Begin(long seed)
        {
            byte[] line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed,20}\n"));
            RandomAccess.Write(_file.SafeFileHandle, line, (long)Line * Environment.CurrentManagedThreadId);
        }

        public void Dispose()
        {
            _file.Dispose();
            File.Delete(_file.Name);
        }
    }
}
