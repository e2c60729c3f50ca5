using System.CommandLine;
using Inkling.Gpu;

namespace Inkling.Cli;

/// <summary><c>--device</c>: where networks are trained and evaluated.</summary>
internal static class DeviceOption
{
    /// <param name="description">What is done there.</param>
    public static Option<string?> Create(string description) => new("--device")
    {
        Description = $"{description}: cpu, gpu, or a part of a name that \"inkling devices\" lists (default: cpu)",
        HelpName = "NAME",
    };

    /// <summary>Finds a device, before any long work.</summary>
    /// <param name="name">The name; null where none was given.</param>
    /// <param name="terminal">Where it is said that a device is only emulated.</param>
    /// <returns>The device; null for the processor.</returns>
    /// <exception cref="InklingException">There is none of this name.</exception>
    public static GpuDevice? Find(string? name, Terminal terminal)
    {
        if (name is null || string.Equals(name, "cpu", StringComparison.OrdinalIgnoreCase))
            return null;
        try
        {
            GpuDevice device = GpuDevice.Named(name);
            if (device.IsEmulated)
                terminal.Message("The emulated device is for tests of its programs: it is far slower than the processor.");
            return device;
        }
        catch (InklingException e)
        {
            throw new InklingException($"--device {name}: {e.Message} \"inkling devices\" lists what is found.", e);
        }
    }
}
