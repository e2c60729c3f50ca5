namespace Inkling.Gpu;

/// <summary>
/// An opened device in use. All uses of a device at a time share what was opened and compiled; the last one closes it.
/// </summary>
internal sealed class DeviceLease(GpuDevice device, DeviceSession session, Action giveBack) : IDisposable
{
    private bool _isGivenBack;

    public DeviceSession Session => session;

    /// <summary>Works on the device, one use at a time.</summary>
    /// <exception cref="InklingException">It has too little memory, or fails.</exception>
    public T Use<T>(Func<T> work)
    {
        try
        {
            lock (session)
            {
                session.Accelerator.Bind();
                return work();
            }
        }
        catch (Exception e) when (GpuDevice.IsFailure(e))
        {
            throw device.Failed(e);
        }
    }

    /// <summary>Frees buffers, which a device that was lost has no more.</summary>
    public void Free(DeviceMemory memory)
    {
        try
        {
            lock (session)
            {
                session.Accelerator.Bind();
                memory.Dispose();
            }
        }
        catch (Exception e) when (GpuDevice.IsFailure(e))
        {
        }
    }

    public void Dispose()
    {
        if (!_isGivenBack)
            giveBack();
        _isGivenBack = true;
    }
}
