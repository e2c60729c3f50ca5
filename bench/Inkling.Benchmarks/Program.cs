using BenchmarkDotNet.Running;
using Inkling.Benchmarks;

// "compare [RUNS [EPOCHS]]" sets the seed's job beside numpy; anything else goes to BenchmarkDotNet.
if (args is ["compare", .. string[] rest])
    return await SeedComparison.RunAsync(runs: Number(0, standard: 3), peerEpochs: Number(1, standard: 30));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;

int Number(int index, int standard) => rest.Length > index ? int.Parse(rest[index], System.Globalization.CultureInfo.InvariantCulture) : standard;
