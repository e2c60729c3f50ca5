namespace Inkling.Execution;

/// <summary>
/// A pool of passes: a call takes an idle one, or makes one, and gives it back. Safe from several threads at once.
/// </summary>
/// <param name="make">Makes a pass.</param>
internal sealed class PassPool(Func<Backpropagation> make)
{
    private readonly Lock _gate = new();
    private readonly Stack<Backpropagation> _idle = new();
    private int _made;

    /// <summary>How many passes have been made so far.</summary>
    public int Made => _made;

    /// <summary>How often the idle ones have made room for their inputs.</summary>
    public int Builds
    {
        get
        {
            lock (_gate)
                return _idle.Sum(pass => pass.Builds);
        }
    }

    public Backpropagation Take()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out Backpropagation? pass))
                return pass;
        }

        Interlocked.Increment(ref _made);
        return make();
    }

    /// <summary>Keeps a pass for a later call, or disposes of it where one for each core is idle already.</summary>
    public void GiveBack(Backpropagation pass)
    {
        lock (_gate)
        {
            if (_idle.Count < Environment.ProcessorCount)
            {
                _idle.Push(pass);
                return;
            }
        }

        pass.Dispose();
    }
}
