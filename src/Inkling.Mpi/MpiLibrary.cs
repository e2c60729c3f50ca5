using System.Runtime.InteropServices;
using System.Text;

namespace Inkling.Mpi;

/// <summary>
/// The functions of an installed MPI library that are needed, and its handles: those of Open MPI are addresses of exported
/// objects, those of MPICH whole numbers of 32 bits, and those of MPI 5's standard ABI numbers in pointers.
/// </summary>
/// <remarks>
/// MPI Forum, "MPI: A Message-Passing Interface Standard", version 5.0, chapter 20 (the ABI); ompi/include/mpi.h of Open MPI 4.1;
/// src/include/mpi.h of MPICH 4.
/// </remarks>
internal sealed unsafe class MpiLibrary
{
    /// <summary>The variable that names an MPI library's file, in place of the names under which systems install them.</summary>
    public const string PathVariable = "INKLING_MPI";

    private const int StatusBytes = 64; // more than any library's MPI_Status

    private readonly nint _world, _byte;
    private readonly int _handleBytes, _serialized;
    private readonly delegate* unmanaged[Cdecl]<int*, void*, int, int*, int> _initThread;
    private readonly delegate* unmanaged[Cdecl]<int> _finalize;
    private readonly delegate* unmanaged[Cdecl]<nint, int*, int> _rank, _size;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, void*, int> _send, _receive;
    private readonly delegate* unmanaged[Cdecl]<int, void*, int*, void*, int> _testAll;
    private readonly delegate* unmanaged[Cdecl]<void*, int*, void*, int> _test;
    private readonly delegate* unmanaged[Cdecl]<nint, void*, int> _barrier;
    private readonly delegate* unmanaged[Cdecl]<nint, int, int> _abort;
    private readonly delegate* unmanaged[Cdecl]<byte*, int*, int> _version, _processorName;

    private MpiLibrary(nint library, string file)
    {
        File = file;
        if (NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _world))
        {
            (_byte, _handleBytes, _serialized) = (Export("ompi_mpi_byte"), sizeof(nint), 2);
        }
        else
        {
            // Nothing that it exports tells it from MPICH, so the standard's name for the file does.
            bool isStandard = Path.GetFileName(file).Contains("mpi_abi", StringComparison.Ordinal);
            (_world, _byte) = isStandard ? (0x101, 0x247) : (0x44000000, 0x4c00010d);
            (_handleBytes, _serialized) = isStandard ? (sizeof(nint), 2048) : (sizeof(int), 2);
        }

        _initThread = (delegate* unmanaged[Cdecl]<int*, void*, int, int*, int>)Export("MPI_Init_thread");
        _finalize = (delegate* unmanaged[Cdecl]<int>)Export("MPI_Finalize");
        _rank = (delegate* unmanaged[Cdecl]<nint, int*, int>)Export("MPI_Comm_rank");
        _size = (delegate* unmanaged[Cdecl]<nint, int*, int>)Export("MPI_Comm_size");
        _send = (delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, void*, int>)Export("MPI_Isend");
        _receive = (delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, void*, int>)Export("MPI_Irecv");
        _testAll = (delegate* unmanaged[Cdecl]<int, void*, int*, void*, int>)Export("MPI_Testall");
        _test = (delegate* unmanaged[Cdecl]<void*, int*, void*, int>)Export("MPI_Test");
        _barrier = (delegate* unmanaged[Cdecl]<nint, void*, int>)Export("MPI_Ibarrier");
        _abort = (delegate* unmanaged[Cdecl]<nint, int, int>)Export("MPI_Abort");
        _version = (delegate* unmanaged[Cdecl]<byte*, int*, int>)Export("MPI_Get_library_version");
        _processorName = (delegate* unmanaged[Cdecl]<byte*, int*, int>)Export("MPI_Get_processor_name");

        nint Export(string name) => NativeLibrary.TryGetExport(library, name, out nint address)
            ? address
            : throw new InklingException($"{file}: no MPI library that Inkling knows: it has no {name}.");
    }

    /// <summary>The file's name, as the system found it.</summary>
    public string File { get; }

    /// <summary>The library's name and version: <c>Open MPI v4.1.4</c>.</summary>
    public string Version => Text(_version, 8192).Split([',', '\n'])[0].Replace("\t", " ", StringComparison.Ordinal).Trim();

    /// <summary>The name of this machine.</summary>
    public string ProcessorName => Text(_processorName, 1024);

    public int Rank => Number(_rank);

    public int Size => Number(_size);

    /// <summary>Loads the library of a launcher.</summary>
    /// <param name="launcher">Whose processes this one is among.</param>
    /// <exception cref="InklingException">There is none, or it lacks a function.</exception>
    public static MpiLibrary Load(Launcher launcher)
    {
        string[] openMpi = ["libmpi.so.40", "libmpi.40.dylib"],
            mpich = ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib"],
            standard = ["libmpi_abi.so.0", "libmpi_abi.so", "libmpi_abi.dylib"];
        string[] names = Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path ? [path] : launcher switch
        {
            Launcher.OpenMpi => [.. openMpi, .. standard],
            Launcher.Mpich => [.. mpich, .. standard],
            _ => [.. openMpi, .. mpich, .. standard],
        };
        // UCX, which a library may use, would catch SIGSEGV, by which .NET finds null references. It reads its variables when
        // it is loaded, from the C environment, which .NET's copy does not change; some versions warn of unknown ones.
        if (!OperatingSystem.IsWindows())
        {
            _ = SetVariable("UCX_ERROR_SIGNALS", "", 1);
            _ = SetVariable("UCX_WARN_UNUSED_ENV_VARS", "n", 0);
        }

        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
                return new MpiLibrary(library, name);
        }

        string started = launcher switch
        {
            Launcher.OpenMpi => "Open MPI",
            Launcher.Mpich => "MPICH, or in its manner",
            _ => "a launcher of MPI",
        };
        throw new InklingException(
            $"This process was started by {started}, but no such library is found ({string.Join(", ", names)}). "
            + $"Install it here, or name its file in {PathVariable}.");
    }

    /// <summary>Initialises MPI, for calls from any thread but one at a time.</summary>
    /// <exception cref="InklingException">It does not allow that.</exception>
    public void Initialise()
    {
        int provided;
        Check(_initThread(null, null, _serialized, &provided), "MPI_Init_thread");
        if (provided < _serialized)
        {
            throw new InklingException(
                $"{File}: this MPI library is built for one thread only, and Inkling's calls come from several.");
        }
    }

    /// <summary>Ends the use of MPI; whether that fails does not matter any more.</summary>
    public void Finalise() => _ = _finalize();

    /// <summary>Ends all processes of the job.</summary>
    public void Abort(int exitCode) => _ = _abort(_world, exitCode);

    /// <summary>Requests of messages under way.</summary>
    /// <param name="most">The most requests.</param>
    public Requests CreateRequests(int most) => new(this, most);

    private static int Number(delegate* unmanaged[Cdecl]<nint, int*, int> function, nint world)
    {
        int number;
        Check(function(world, &number), "MPI_Comm_rank or MPI_Comm_size");
        return number;
    }

    private int Number(delegate* unmanaged[Cdecl]<nint, int*, int> function) => Number(function, _world);

    private static string Text(delegate* unmanaged[Cdecl]<byte*, int*, int> function, int most)
    {
        byte[] text = new byte[most];
        int length;
        fixed (byte* start = text)
            Check(function(start, &length), "MPI_Get_library_version or MPI_Get_processor_name");
        return Encoding.UTF8.GetString(text, 0, Math.Clamp(length, 0, most)).TrimEnd('\0');
    }

    /// <summary>By default MPI ends the job itself where a function fails; otherwise this throws.</summary>
    private static void Check(int error, string function)
    {
        if (error != 0)
            throw new InklingException(FormattableString.Invariant($"{function} failed with MPI's error {error}."));
    }

    [DllImport("libc", EntryPoint = "setenv", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);

    /// <summary>
    /// Messages under way at the same time. Their memory must stay in its place until all are done. That of the requests is
    /// never freed: messages may still be under way when the process ends.
    /// </summary>
    internal sealed class Requests
    {
        private readonly MpiLibrary _mpi;
        private readonly byte* _handles, _statuses;
        private readonly int _most;
        private int _count;

        public Requests(MpiLibrary mpi, int most)
        {
            (_mpi, _most) = (mpi, most);
            _handles = (byte*)NativeMemory.AllocZeroed((nuint)(most * mpi._handleBytes));
            _statuses = (byte*)NativeMemory.AllocZeroed((nuint)(most * StatusBytes));
        }

        /// <summary>Forgets the requests, all of which are done.</summary>
        public void Clear() => _count = 0;

        public void Send(void* bytes, int count, int to, int tag) =>
            Check(_mpi._send(bytes, count, _mpi._byte, to, tag, _mpi._world, Next()), "MPI_Isend");

        public void Receive(void* bytes, int count, int from, int tag) =>
            Check(_mpi._receive(bytes, count, _mpi._byte, from, tag, _mpi._world, Next()), "MPI_Irecv");

        public void Barrier() => Check(_mpi._barrier(_mpi._world, Next()), "MPI_Ibarrier");

        /// <summary>Whether all are done; moves them on.</summary>
        public bool AreDone()
        {
            int isDone;
            Check(_mpi._testAll(_count, _handles, &isDone, _statuses), "MPI_Testall");
            return isDone != 0;
        }

        /// <summary>Whether one of them is done, in the order in which they were begun.</summary>
        public bool IsDone(int request)
        {
            int isDone;
            Check(_mpi._test(_handles + request * _mpi._handleBytes, &isDone, _statuses), "MPI_Test");
            return isDone != 0;
        }

        private void* Next()
        {
            if (_count == _most)
                throw new InvalidOperationException("More messages at once than there are ranks.");
            return _handles + _count++ * _mpi._handleBytes;
        }
    }
}
