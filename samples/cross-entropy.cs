#:project ../src/Inkling/Inkling.csproj
// Why chapter 3 of Nielsen's book changes the cost: a neuron that is badly wrong learns slowly with the quadratic cost, since its
// error is multiplied by the slope of the sigmoid, and fast with cross-entropy. First one neuron, then the network on MNIST.
// Run it with: dotnet run samples/cross-entropy.cs
using Inkling;

double quadratic = 2, crossEntropy = 2; // the weight; the bias is the same. The input is 1, and the output should be 0
for (int epoch = 0; epoch <= 150; epoch++)
{
    double a = Output(quadratic), b = Output(crossEntropy);
    if (epoch % 25 == 0)
        Console.WriteLine($"epoch {epoch,3}: quadratic {a:0.00}, cross-entropy {b:0.00}");
    quadratic -= 0.15 * a * a * (1 - a);    // eta × dC/dw with C = a² / 2
    crossEntropy -= 0.15 * b;               // eta × dC/dw with C = -ln(1 - a)
}

ImageData mnist = await Mnist.LoadAsync();
foreach (Cost cost in new[] { Cost.Quadratic, Cost.CrossEntropy })
{
    Network net = new(Architecture.FullyConnected([784, 30, 10], cost), Initialisation.StandardNormal, seed: 1);
    net.Train(mnist.Training, new TrainingOptions { Epochs = 10, MiniBatchSize = 10, LearningRate = 0.5 });
    Console.WriteLine($"{cost}: {net.Evaluate(mnist.Test).Accuracy:P2} of the test images");
}

static double Output(double weight) => 1 / (1 + Math.Exp(-(weight + weight)));
