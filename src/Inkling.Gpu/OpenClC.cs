using System.Reflection;
using ILGPU.Backends.OpenCL;

namespace Inkling.Gpu;

/// <summary>What must be mended in the OpenCL C that ILGPU writes.</summary>
internal static class OpenClC
{
    /// <summary>
    /// Makes a barrier order shared memory too. ILGPU 1.5.3 writes <c>work_group_barrier(CLK_GLOBAL_MEM_FENCE)</c>, after which
    /// OpenCL does not promise that a thread sees what others wrote to shared memory (OpenCL C 3.0, 6.15.8).
    /// </summary>
    /// <exception cref="NotSupportedException">Another version of ILGPU has no such table.</exception>
    public static void FenceSharedMemory()
    {
        string[] flags = typeof(CLInstructions).GetField("MemoryFenceFlags", BindingFlags.Static | BindingFlags.NonPublic)
            ?.GetValue(null) as string[]
            ?? throw new NotSupportedException("This version of ILGPU keeps the flags of OpenCL's barriers elsewhere.");
        flags[0] = "CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE";
    }
}
