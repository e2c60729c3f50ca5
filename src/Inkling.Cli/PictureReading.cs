using Spectre.Console;

namespace Inkling.Cli;

/// <summary>What <c>read</c> and <c>evaluate --images</c> share: the pictures in a folder, and a reader for a network.</summary>
internal static class PictureReading
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"];

    public static DigitReader ReaderOf(Network network, string file)
    {
        try
        {
            return new DigitReader(network);
        }
        catch (ArgumentException e)
        {
            throw new InklingException($"{file}: {e.Message}", e);
        }
    }

    /// <summary>The picture files in a folder and the folders in it, by name.</summary>
    /// <exception cref="InklingException">There is no such folder, or no picture in it.</exception>
    public static IReadOnlyList<string> PicturesIn(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InklingException($"{folder}: there is no such folder.");
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new InklingException($"{folder}: no picture in it ({string.Join(", ", Extensions)}).");
    }

    /// <summary>Does something with each picture, in order, under a bar where there are many and somebody looks.</summary>
    public static void ForEach(IReadOnlyList<string> files, Terminal terminal, Action<string> action, CancellationToken cancellationToken)
    {
        const int many = 4;
        if (files.Count < many || !terminal.IsLive)
        {
            Run(_ => { });
            return;
        }

        terminal.People.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(context =>
        {
            ProgressTask bar = context.AddTask("reading", maxValue: files.Count);
            Run(done => bar.Value = done);
        });

        void Run(Action<int> progress)
        {
            for (int i = 0; i < files.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                action(files[i]);
                progress(i + 1);
            }
        }
    }
}
