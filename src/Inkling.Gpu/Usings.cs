global using Floats = ILGPU.ArrayView<float>;
