using Inkling;
using Inkling.Benchmarks.Gpu;
using Inkling.Gpu;

// One part of what bench/gpu.sh measures: PART [--device NAME] [--tiny]. Rows of its table go to standard output, with tabs
// between the columns; a failure is one line on standard error.
const string Usage = "Usage: PART [--device NAME] [--tiny], where PART is one of";
try
{
    string part = args.FirstOrDefault("");
    int name = Array.IndexOf(args, "--device") + 1;
    if (!Parts.All.TryGetValue(part, out Action<Bench>? measure) || (name > 0 && name == args.Length))
        throw new InklingException($"{Usage} {string.Join(", ", Parts.All.Keys)}.");
    GpuDevice device = GpuDevice.Named(name > 0 ? args[name] : "gpu");
    measure(new Bench(device, args.Contains("--tiny", StringComparer.Ordinal) ? Sizes.Tiny : Sizes.Full));
    return 0;
}
catch (InklingException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
