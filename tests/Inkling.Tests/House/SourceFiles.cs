using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Inkling.Tests.House;

/// <summary>The source files of types, as portable debug symbols name them.</summary>
internal sealed class SourceFiles(Stream symbols) : IDisposable
{
    // "Type definition documents", for types without code (docs/specs/PortablePdb-Metadata.md of dotnet/runtime).
    private static readonly Guid TypeDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private readonly MetadataReaderProvider _provider = MetadataReaderProvider.FromPortablePdbStream(symbols);

    /// <summary>The files of a type.</summary>
    /// <param name="type">Its metadata token.</param>
    /// <param name="methods">Its methods' tokens.</param>
    public IEnumerable<string> Of(int type, IEnumerable<int> methods)
    {
        MetadataReader reader = _provider.GetMetadataReader();
        foreach (CustomDebugInformation information in reader.GetCustomDebugInformation(MetadataTokens.EntityHandle(type))
            .Select(reader.GetCustomDebugInformation))
        {
            if (reader.GetGuid(information.Kind) != TypeDocuments)
                continue;
            for (BlobReader rows = reader.GetBlobReader(information.Value); rows.RemainingBytes > 0;)
                yield return NameOf(MetadataTokens.DocumentHandle(rows.ReadCompressedInteger()));
        }

        foreach (int method in methods)
        {
            MethodDebugInformation information =
                reader.GetMethodDebugInformation((MethodDefinitionHandle)MetadataTokens.EntityHandle(method));
            if (!information.Document.IsNil)
                yield return NameOf(information.Document);
        }

        string NameOf(DocumentHandle document) => reader.GetString(reader.GetDocument(document).Name).Replace('\\', '/');
    }

    public void Dispose() => _provider.Dispose();
}
