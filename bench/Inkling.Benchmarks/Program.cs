using BenchmarkDotNet.Running;
using Inkling;
using Inkling.Benchmarks;
using Inkling.Benchmarks.Compare;

// "compare [PIECES] [FOLDER] …" compares Inkling with other libraries; "busy [RUNS] [FOLDER]" the default number of threads with
// one on a busy machine; "growth [FOLDER]" measures how the cost of training grows; anything else goes to BenchmarkDotNet.
if (args is ["compare", .. string[] compared])
{
    try
    {
        return await Comparison.RunAsync(CompareOptions.Parse(compared));
    }
    catch (InklingException exception)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}

if (args is ["busy", .. string[] rest])
{
    int runs = rest.Length > 0 ? int.Parse(rest[0], System.Globalization.CultureInfo.InvariantCulture) : 5;
    return await Busy.RunAsync(runs, rest.Length > 1 ? rest[1] : "busy");
}

if (args is ["spin"])
    return Busy.Spin();

if (args is ["growth", .. string[] folder])
    return await Growth.RunAsync(folder.FirstOrDefault("growth"));

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
