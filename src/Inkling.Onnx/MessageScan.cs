using Google.Protobuf.Reflection;

namespace Inkling.Onnx;

/// <summary>
/// Counts a file's messages before they are parsed: an empty message takes two bytes in a file and hundreds in memory, so their
/// number is limited. The error for a truncated file names the field in which it ends.
/// </summary>
/// <remarks>The wire format: protobuf.dev/programming-guides/encoding.</remarks>
internal static class MessageScan
{
    /// <summary>The most messages in a file: a hundred times those of the largest network known for MNIST.</summary>
    private const int MostMessages = 20_000;

    private const int MostDepth = 16;

    /// <returns>How many messages the file has.</returns>
    /// <exception cref="InklingException">
    /// The file is truncated, is no protocol buffer of this kind, or has too many messages.
    /// </exception>
    public static int Require(ReadOnlySpan<byte> file, MessageDescriptor type, string name)
    {
        int messages = 0;
        Walk(file, type, 0, ref messages, name);
        return messages;
    }

    private static void Walk(ReadOnlySpan<byte> message, MessageDescriptor type, int depth, ref int messages, string name)
    {
        if (++messages > MostMessages || depth > MostDepth)
            throw new InklingException(
                $"{name}: it has more than {MostMessages:N0} nodes, attributes and tensors, which no network for digits has.");
        int at = 0;
        while (at < message.Length)
        {
            ulong tag = Varint(message, ref at, type, name);
            FieldDescriptor? field = tag >> 3 is > 0 and < 1 << 29
                ? type.FindFieldByNumber((int)(tag >> 3))
                : throw Damaged(name, type.Name);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at, type, name);
                    break;
                case 1:
                    Skip(message, ref at, 8, type, field, name);
                    break;
                case 5:
                    Skip(message, ref at, 4, type, field, name);
                    break;
                case 2:
                    ulong length = Varint(message, ref at, type, name);
                    int start = at;
                    Skip(message, ref at, length, type, field, name);
                    if (field?.FieldType == FieldType.Message)
                        Walk(message[start..at], field.MessageType, depth + 1, ref messages, name);
                    break;
                default:
                    throw Damaged(name, type.Name);
            }
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> message, ref int at, MessageDescriptor type, string name)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (at == message.Length)
                throw Damaged(name, type.Name);
            byte part = message[at++];
            value |= (ulong)(part & 0x7F) << Math.Min(shift, 63);
            if (part < 0x80)
                return value;
        }

        throw Damaged(name, type.Name);
    }

    private static void Skip(
        ReadOnlySpan<byte> message,
        ref int at,
        ulong length,
        MessageDescriptor type,
        FieldDescriptor? field,
        string name)
    {
        if (length > (ulong)(message.Length - at))
            throw new InklingException(
                $"{name}: truncated or damaged: {type.Name}{(field is null ? "" : $".{field.Name}")} "
                    + $"would be {length:N0} bytes long, but {message.Length - at:N0} follow. Export it again.");
        at += (int)length;
    }

    private static InklingException Damaged(string name, string where)
        => new($"{name}: truncated, damaged or no ONNX file (in {where}). Export it again.");
}
