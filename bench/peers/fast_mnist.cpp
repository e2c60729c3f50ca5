// The peer of the seed's job in fast-mnist-nn (C++): 784-30-10, learned image by image, as its API does it; evaluated after each
// epoch. Compiled with its sources by "compare --fast-mnist-nn DIR":
//   g++ -std=c++17 -O3 -march=native -fopenmp -DFAST_MNIST_USE_OPENMP=1 -I DIR/include fast_mnist.cpp DIR/src/*.cpp
// usage: fast_mnist MNIST_FOLDER, with files that are not compressed. Writes "ready"; then, for each line it reads, it trains for
// an epoch and writes the seconds that this took.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "fast_mnist/NeuralNet.h"

static std::vector<unsigned char> idx(const std::string& path, std::size_t header) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error(path + ": cannot be read");
    file.ignore(static_cast<std::streamsize>(header));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

static std::vector<Matrix> images(const std::string& path) {
    const auto pixels = idx(path, 16);
    std::vector<Matrix> all;
    for (std::size_t start = 0; start + 784 <= pixels.size(); start += 784) {
        all.emplace_back(784, 1);
        for (std::size_t i = 0; i < 784; i++)
            all.back()[i][0] = pixels[start + i] / 255.0;
    }
    return all;
}

static int brightest(const Matrix& outputs) {
    int best = 0;
    for (int digit = 1; digit < 10; digit++)
        if (outputs[digit][0] > outputs[best][0])
            best = digit;
    return best;
}

int main(int argc, char** argv) {
    if (argc != 2)
        return 2;
    const std::string folder = std::string(argv[1]) + "/";
    const auto training = images(folder + "train-images-idx3-ubyte"), test = images(folder + "t10k-images-idx3-ubyte");
    const auto labels = idx(folder + "train-labels-idx1-ubyte", 8), testLabels = idx(folder + "t10k-labels-idx1-ubyte", 8);
    std::vector<Matrix> targets(10, Matrix(10, 1));
    for (int digit = 0; digit < 10; digit++)
        targets[digit][digit][0] = 1;
    std::vector<std::size_t> order(50000);
    for (std::size_t i = 0; i < order.size(); i++)
        order[i] = i;
    std::mt19937 random(1);
    NeuralNet network({784, 30, 10});

    std::cout << "ready fast-mnist-nn" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        const auto start = std::chrono::steady_clock::now();
        std::shuffle(order.begin(), order.end(), random);
        for (const std::size_t i : order)
            network.learn(training[i], targets[labels[i]]);
        int correct = 0;
        for (std::size_t i = 0; i < test.size(); i++)
            correct += brightest(network.classify(test[i])) == testLabels[i];
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        std::cout << seconds.count() << std::endl;
        std::cerr << correct << " right" << std::endl;
    }
}
