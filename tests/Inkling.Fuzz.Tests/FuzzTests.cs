using System.Globalization;
using System.Text;

namespace Inkling.Fuzz.Tests;

/// <summary>
/// Whatever bytes a file holds, it is read or refused in one clear line. A few thousand changed files a format with every run of
/// the tests; INKLING_CASES sets how many, INKLING_SEED the seed (a failure prints the one it used): see CONTRIBUTING.md.
/// </summary>
public sealed class FuzzTests
{
    private const int UsualCases = 4000;

    private const int MaxMessage = 1500;

    private static readonly long? Cases = FromEnvironment("INKLING_CASES");

    private static readonly int Seed = (int)(FromEnvironment("INKLING_SEED") ?? Random.Shared.Next());

    public static TheoryData<string> Formats => [.. FileFormat.All.Select(format => format.Name)];

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
        Parallel.For(0, Cases ?? (UsualCases / format.Cost), i =>
        {
            state.Begin(Seed, i);
            byte[] file = Case(format, i);
            if (Refusal(format, file, i) is null)
                Interlocked.Increment(ref taken);
            else
                Interlocked.Increment(ref refused);
        });
        TestContext.Current.SendDiagnosticMessage($"{name}: {taken:N0} taken, {refused:N0} refused, seed {Seed}");
        Assert.True(refused > 0, "no change was noticed: is anything read at all?");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_file_that_was_once_read_wrongly_is_read_or_refused_in_one_clear_line(string name)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Finds", name);
        foreach (string file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [])
            Refusal(Named(name), File.ReadAllBytes(file), Path.GetFileName(file));
    }

    private static FileFormat Named(string name) => FileFormat.All.First(format => format.Name == name);

    /// <summary>The <paramref name="i"/>th changed file, by random numbers of its own: one alone can be made again.</summary>
    private static byte[] Case(FileFormat format, long i)
    {
        Random random = new(HashOf(Seed, i));
        byte[] seed = format.Seeds[random.Next(format.Seeds.Count)];
        byte[] other = format.Seeds[random.Next(format.Seeds.Count)];
        return format.Mend(Mutation.Of(seed, other, random), random);
    }

    /// <summary>Not <see cref="HashCode"/>, which is another in every process.</summary>
    private static int HashOf(int seed, long i)
    {
        ulong mixed = ((ulong)(uint)seed << 32 | (uint)(i >> 32)) * 0x9E3779B97F4A7C15 + (uint)i;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        return (int)(mixed ^ (mixed >> 31));
    }

    /// <summary>What was said of a file; null where it was taken.</summary>
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
            string find = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{Seed}-{which}");
            File.WriteAllBytes(find, file);
            Assert.Fail($"{format.Name}, INKLING_SEED={Seed}, file {which}, kept as {find}: {e}");
            throw;
        }
    }

    private static long? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } number
        ? long.Parse(number, CultureInfo.InvariantCulture)
        : null;

    /// <summary>Keeps which file is being read, outside the process, which a reader may kill.</summary>
    private sealed class StateFile(string format) : IDisposable
    {
        private const int Line = 26;

        private readonly FileStream _file = new(
            Path.Combine(Path.GetTempPath(), $"inkling-fuzz-{format}-{Environment.ProcessId}.state"),
            FileMode.Create,
            FileAccess.Write,
            FileShare.ReadWrite,
            bufferSize: 0);

        /// <summary>A line for each thread.</summary>
        public void Begin(int seed, long i)
        {
            byte[] line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed,12} {i,12}\n"));
            RandomAccess.Write(_file.SafeFileHandle, line, (long)Line * Environment.CurrentManagedThreadId);
        }

        public void Dispose()
        {
            _file.Dispose();
            File.Delete(_file.Name);
        }
    }
}
