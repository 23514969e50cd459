using System.Buffers.Binary;

namespace ReflectionCoder.Sandbox.Seccomp;

/// <summary>One instruction of classic BPF, the kernel's struct sock_filter.</summary>
/// <param name="Code">What it does; one of the constants.</param>
/// <param name="JumpTrue">Instructions to skip if the comparison holds.</param>
/// <param name="JumpFalse">Instructions to skip if it doesn't.</param>
/// <param name="Operand">The constant to load from, compare with, jump by or return.</param>
internal readonly record struct BpfInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint Operand)
{
    /// <summary>Loads the 32 bits at an offset of struct seccomp_data into the accumulator.</summary>
    public const ushort Load = 0x20;

    /// <summary>Keeps the accumulator's bits that the operand has too.</summary>
    public const ushort And = 0x54;

    /// <summary>Skips as many instructions as the operand says.</summary>
    public const ushort Jump = 0x05;

    /// <summary>Compares the accumulator with the operand: equal?</summary>
    public const ushort JumpIfEqual = 0x15;

    /// <summary>Compares the accumulator with the operand, both unsigned: greater or equal?</summary>
    public const ushort JumpIfAtLeast = 0x35;

    /// <summary>Ends the program with the operand as its answer.</summary>
    public const ushort Return = 0x06;

    /// <summary>Size of an instruction in bytes.</summary>
    public const int Size = 8;

    /// <summary>Writes the instruction as the kernel of a little-endian machine reads it.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Code);
        destination[2] = JumpTrue;
        destination[3] = JumpFalse;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Operand);
    }
}
