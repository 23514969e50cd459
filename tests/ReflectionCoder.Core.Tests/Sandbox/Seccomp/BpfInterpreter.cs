using System.Buffers.Binary;

namespace ReflectionCoder.Tests.Sandbox.Seccomp;

/// <summary>What a filter sees of a system call.</summary>
internal sealed record CallData(uint Number, uint Architecture, params ulong[] Arguments);

/// <summary>Runs a filter as the kernel does, and fails where the kernel wouldn't install it.</summary>
internal static class BpfInterpreter
{
    public static uint Run(ReadOnlySpan<byte> program, CallData call)
    {
        Span<byte> data = stackalloc byte[64];
        data.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(data, call.Number);
        BinaryPrimitives.WriteUInt32LittleEndian(data[4..], call.Architecture);
        BinaryPrimitives.WriteUInt64LittleEndian(data[8..], 0x7fff_1234_5678); // the instruction pointer
        for (int i = 0; i < call.Arguments.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data[(16 + (8 * i))..], call.Arguments[i]);
        }

        uint accumulator = 0;
        for (int at = 0; ; at++)
        {
            ReadOnlySpan<byte> instruction = program.Slice(at * 8, 8);
            uint operand = BinaryPrimitives.ReadUInt32LittleEndian(instruction[4..]);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(instruction))
            {
                case 0x20:
                    Assert.True(operand % 4 == 0 && operand < 64, $"instruction {at} loads from {operand}");
                    accumulator = BinaryPrimitives.ReadUInt32LittleEndian(data[(int)operand..]);
                    break;
                case 0x54:
                    accumulator &= operand;
                    break;
                case 0x05:
                    at += checked((int)operand);
                    break;
                case 0x15:
                    at += accumulator == operand ? instruction[2] : instruction[3];
                    break;
                case 0x35:
                    at += accumulator >= operand ? instruction[2] : instruction[3];
                    break;
                case 0x06:
                    return operand;
                default:
                    throw new InvalidOperationException($"Instruction {at} is none that a filter may have.");
            }
        }
    }
}
