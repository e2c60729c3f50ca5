using BenchmarkDotNet.Running;
using Inkling.Benchmarks;
using Inkling.Benchmarks.Compare;

// "compare [RUNS] [FOLDER]" compares Inkling with other libraries; "growth [FOLDER]" measures how the cost of training grows;
// anything else goes to BenchmarkDotNet.
if (args is ["compare", .. string[] rest])
{
    int runs = rest.Length > 0 ? int.Parse(rest[0], System.Globalization.CultureInfo.InvariantCulture) : 5;
    return await Comparison.RunAsync(runs, rest.Length > 1 ? rest[1] : "compare");
}

if (args is ["growth", .. string[] folder])
    return await Growth.RunAsync(folder.FirstOrDefault("growth"));

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
