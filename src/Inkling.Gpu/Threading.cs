using System.Runtime.ExceptionServices;

namespace Inkling.Gpu;

/// <summary>Loops on the processor's threads.</summary>
internal static class Threading
{
    /// <summary>Runs a body for each number; of several exceptions the first is thrown.</summary>
    public static void For(int count, ParallelOptions options, Action<int> body)
    {
        try
        {
            Parallel.For(0, count, options, body);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
