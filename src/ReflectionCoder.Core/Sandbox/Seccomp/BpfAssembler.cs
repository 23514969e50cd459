namespace ReflectionCoder.Sandbox.Seccomp;

/// <summary>Collects instructions and resolves their jumps. Classic BPF jumps forward only.</summary>
internal sealed class BpfAssembler
{
    private const int MaxInstructions = 4096;

    /// <summary>The target of an instruction that doesn't jump.</summary>
    private const int NoLabel = -1;

    private readonly List<(BpfInstruction Instruction, int Label)> instructions = [];
    private readonly List<int> positions = [];

    /// <summary>Makes a label, which a later <see cref="Mark"/> places.</summary>
    public int CreateLabel()
    {
        positions.Add(-1);
        return positions.Count - 1;
    }

    /// <summary>Places a label before the next instruction.</summary>
    public void Mark(int label) => positions[label] = instructions.Count;

    /// <summary>Loads 32 bits of struct seccomp_data.</summary>
    public void Load(uint offset) => Add(BpfInstruction.Load, offset);

    /// <summary>Clears the accumulator's bits that the mask hasn't.</summary>
    public void And(uint mask) => Add(BpfInstruction.And, mask);

    /// <summary>Ends the program.</summary>
    public void Return(uint answer) => Add(BpfInstruction.Return, answer);

    /// <summary>Jumps in any case.</summary>
    public void Jump(int label) => Add(BpfInstruction.Jump, 0, label);

    /// <summary>Jumps if the accumulator equals the value, and goes on otherwise.</summary>
    public void JumpIfEqual(uint value, int label) => Add(BpfInstruction.JumpIfEqual, value, label);

    /// <summary>Jumps if the accumulator, unsigned, is the value or more, and goes on otherwise.</summary>
    public void JumpIfAtLeast(uint value, int label) => Add(BpfInstruction.JumpIfAtLeast, value, label);

    /// <summary>The program's bytes.</summary>
    /// <exception cref="InvalidOperationException">The program is longer than the kernel takes, or a comparison jumps too far.</exception>
    public byte[] Assemble()
    {
        if (instructions.Count > MaxInstructions)
        {
            throw new InvalidOperationException($"A filter has at most {MaxInstructions} instructions, and this has {instructions.Count}.");
        }

        byte[] program = new byte[instructions.Count * BpfInstruction.Size];
        for (int i = 0; i < instructions.Count; i++)
        {
            (BpfInstruction instruction, int label) = instructions[i];
            Resolve(instruction, label, i).Write(program.AsSpan(i * BpfInstruction.Size));
        }

        return program;
    }

    private BpfInstruction Resolve(BpfInstruction instruction, int label, int position)
    {
        if (label == NoLabel)
        {
            return instruction;
        }

        int distance = positions[label] - position - 1;
        if (distance < 0 || (instruction.Code != BpfInstruction.Jump && distance > byte.MaxValue))
        {
            throw new InvalidOperationException($"Instruction {position} can't jump by {distance}: 0 to {byte.MaxValue} is possible.");
        }

        return instruction.Code == BpfInstruction.Jump
            ? instruction with
            {
                Operand = (uint)distance,
            }
            : instruction with
            {
                JumpTrue = (byte)distance,
            };
    }

    private void Add(ushort code, uint operand, int label = NoLabel) =>
        instructions.Add((new BpfInstruction(code, JumpTrue: 0, JumpFalse: 0, operand), label));
}
