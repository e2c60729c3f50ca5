using Inkling.Execution.Ranks;
using Inkling.Mpi;

namespace Inkling.Cli;

/// <summary>
/// Runs a command that several processes do together where an MPI launcher started them (<c>mpirun -np 4 inkling train</c>).
/// Rank 0 prints; of the others only what ended the job is seen, once.
/// </summary>
internal static class RankedCommand
{
    /// <summary>Runs the command: alone, or as one of several ranks.</summary>
    /// <param name="json">Whether results are for programs.</param>
    /// <param name="timeout">How long a rank is waited for.</param>
    /// <param name="run">The command. Its ranks are null where this process is alone.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(bool json, TimeSpan timeout, Func<Terminal, RankAgreement?, Task<int>> run)
    {
        if (!MpiRanks.IsLaunched)
            return await run(new Terminal(json, isForwarded: MpiRanks.HasLauncher), null);
        using MpiRanks ranks = MpiRanks.Start(timeout);
        RankAgreement agreement = new(ranks);
        Terminal terminal = new(json, isSilent: ranks.Rank > 0, isForwarded: true);
        string? failure = null;
        bool isKnown = false; // to all ranks, which therefore end too
        int exitCode = CommandLine.Failed;
        try
        {
            exitCode = await run(terminal, agreement);
        }
        catch (OperationCanceledException e)
        {
            (failure, exitCode, isKnown) = ("Interrupted.", CommandLine.Interrupted, RankAgreement.IsKnownToAll(e));
        }
        catch (Exception e) when (e is InklingException or IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            (failure, isKnown) = (e.Message, RankAgreement.IsKnownToAll(e));
        }
        catch (Exception e) // an error of the program: the others are not left waiting for this rank
        {
            ranks.End(hasFailed: true, beforeAbort: () => Console.Error.WriteLine(e));
            throw;
        }

        if (failure is not null)
            terminal.Failure(failure);
        ranks.End(hasFailed: exitCode != CommandLine.Done && !isKnown, beforeAbort: () =>
        {
            string why = failure ?? "The others have not come to their end, so this rank ends the job.";
            if (failure is null || ranks.Rank > 0)
                new Terminal(json, isForwarded: true).Failure($"{agreement.NameOf(ranks.Rank)}: {why}");
        });
        return exitCode;
    }

    /// <summary>
    /// Does something on one rank of each machine before the others there, which then find the files that it may have fetched;
    /// on all ranks, or it fails on all.
    /// </summary>
    public static void DoHereFirst(this RankAgreement ranks, Action action)
    {
        bool isFirst = ((MpiRanks)ranks.Group).IsFirstHere;
        ranks.Do(() => Do(isFirst));
        ranks.Do(() => Do(!isFirst));

        void Do(bool isTurn)
        {
            if (isTurn)
                action();
        }
    }
}
