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
    /// <returns>False where another version of ILGPU keeps the flags of barriers elsewhere: then nothing was changed.</returns>
    public static bool FenceSharedMemory()
    {
        if (typeof(CLInstructions).GetField("MemoryFenceFlags", BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null)
            is not string[] { Length: > 0 } flags)
            return false;
        flags[0] = "CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE";
        return true;
    }
}
