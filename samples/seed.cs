#:project ../src/Inkling/Inkling.csproj
// The seed's session. Run it with: dotnet run samples/seed.cs
using Inkling;

ImageData mnist = await Mnist.LoadAsync();
Network net = new([784, 30, 10], seed: 1);
net.Sgd(mnist.Training, epochs: 30, miniBatchSize: 10, eta: 3.0, testData: mnist.Test);
