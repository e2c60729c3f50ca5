using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Inkling.Tests.House;

/// <summary>
/// The rooms (folders) of a compiled library, and which types of one use types of another. The room of a type is the folder of its source,
/// which the debug symbols name; what it uses is read from its signatures and its code.
/// </summary>
internal sealed class Rooms
{
    private readonly Dictionary<string, string> _roomOf = new(StringComparer.Ordinal);

    private readonly List<(TypeDefinition User, TypeDefinition Used)> _uses = [];

    /// <summary>Reads a library.</summary>
    /// <param name="assembly">The library.</param>
    /// <param name="symbols">Its portable debug symbols.</param>
    /// <param name="root">The folder of its sources, as the symbols' paths hold it: <c>src/Inkling/</c>.</param>
    public Rooms(Stream assembly, Stream symbols, string root)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(assembly, new ReaderParameters(ReadingMode.Immediate));
        using SourceFiles sources = new(symbols);
        TypeDefinition[] types = [.. module.GetAllTypes().Where(type => type.Name != "<Module>")];
        foreach (TypeDefinition type in types)
        {
            string? path = sources.Of(type.MetadataToken.ToInt32(), type.Methods.Select(method => method.MetadataToken.ToInt32()))
                .FirstOrDefault(path => path.Contains(root, StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal));
            if (path is not null)
                _roomOf[type.FullName] = Path.GetDirectoryName(path[(path.LastIndexOf(root, StringComparison.Ordinal) + root.Length)..])!.Replace('\\', '/');
        }

        foreach (TypeDefinition type in types.Where(type => RoomOf(type) is not null))
        {
            foreach (TypeDefinition used in ReferencesOf(type).SelectMany(PartsOf).Select(used => used.Resolve()).Where(used => used?.Module == module).Distinct())
                _uses.Add((type, used));
        }

        Types = [.. types.Where(type => type.DeclaringType is null && RoomOf(type) is not null).Select(type => (type.Namespace, type.Name, RoomOf(type)!))];
    }

    /// <summary>The types that are in no other, and the room of each.</summary>
    public IReadOnlyList<(string Namespace, string Name, string Room)> Types { get; }

    /// <summary>Where a type uses one of a room that comes after its own, or of none in the list.</summary>
    /// <param name="order">The rooms from the one that knows none to the one that may know all.</param>
    public IEnumerable<string> UsesAgainst(IReadOnlyList<string> order)
    {
        Dictionary<string, int> place = order.Select((room, i) => (room, i)).ToDictionary(pair => pair.room, pair => pair.i, StringComparer.Ordinal);
        foreach ((TypeDefinition user, TypeDefinition used) in _uses)
        {
            string from = RoomOf(user)!;
            if (RoomOf(used) is not { } to)
                continue; // made by the compiler
            if (!place.TryGetValue(from, out int fromPlace) || !place.TryGetValue(to, out int toPlace))
                yield return $"{user.FullName} is in {from}, {used.FullName} in {to}: a room that is not listed";
            else if (toPlace > fromPlace)
                yield return $"{from}: {user.FullName} uses {to}: {used.FullName}";
        }
    }

    private string? RoomOf(TypeDefinition type)
    {
        for (TypeDefinition? at = type; at is not null; at = at.DeclaringType)
        {
            if (_roomOf.TryGetValue(at.FullName, out string? room))
                return room;
        }

        return null;
    }

    private static IEnumerable<TypeReference?> ReferencesOf(TypeDefinition type)
    {
        yield return type.BaseType;
        foreach (TypeReference reference in type.Interfaces.Select(implemented => implemented.InterfaceType).Concat(type.Fields.Select(field => field.FieldType)))
            yield return reference;
        foreach (TypeReference reference in type.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType))
            yield return reference;
        foreach (MethodDefinition method in type.Methods)
        {
            foreach (TypeReference reference in method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType))
                yield return reference;
            if (!method.HasBody)
                continue;
            foreach (TypeReference reference in method.Body.Variables.Select(variable => variable.VariableType))
                yield return reference;
            foreach (Instruction instruction in method.Body.Instructions)
            {
                switch (instruction.Operand)
                {
                    case TypeReference reference:
                        yield return reference;
                        break;
                    case MethodReference called:
                        yield return called.DeclaringType;
                        yield return called.ReturnType;
                        foreach (TypeReference argument in called is GenericInstanceMethod generic ? generic.GenericArguments : [])
                            yield return argument;
                        break;
                    case FieldReference field:
                        yield return field.DeclaringType;
                        yield return field.FieldType;
                        break;
                }
            }
        }
    }

    /// <summary>A type and what it is made of: <c>Dictionary&lt;Network, Shape[]&gt;</c> has four parts.</summary>
    private static IEnumerable<TypeReference> PartsOf(TypeReference? type)
    {
        if (type is null or GenericParameter)
            return [];
        IEnumerable<TypeReference> arguments = type is GenericInstanceType generic ? generic.GenericArguments.SelectMany(PartsOf) : [];
        return type is TypeSpecification specification ? arguments.Concat(PartsOf(specification.ElementType)) : [type];
    }
}
