using Spectre.Console;

namespace Inkling.Cli;

/// <summary>Shared by <c>read</c> and <c>evaluate --images</c>: a progress bar.</summary>
internal static class PictureReading
{
    /// <summary>Does the action with each picture, in order; shows a progress bar for many pictures in a live terminal.</summary>
    public static void ForEach(
        IReadOnlyList<string> files,
        Terminal terminal,
        Action<string> action,
        CancellationToken cancellationToken)
    {
        const int many = 4;
        if (files.Count < many || !terminal.IsLive)
        {
            Run(_ => { });
            return;
        }

        terminal.People.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
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
