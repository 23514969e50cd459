namespace ReflectionCoder.SourceCode;

/// <summary>A logical line: one statement, or the header of a block.</summary>
/// <param name="Index">Which logical line of the source, from 0.</param>
/// <param name="First">Index of its first token in <see cref="PythonSource.Code"/>.</param>
/// <param name="Last">Index of its last token in <see cref="PythonSource.Code"/>.</param>
/// <param name="Indentation">Width of its indentation.</param>
/// <param name="Start">Position where its first physical line starts, before the indentation.</param>
/// <param name="End">Position after the line feed that ends it.</param>
internal sealed record PythonLine(int Index, int First, int Last, int Indentation, int Start, int End);

/// <summary>A function of the source.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The names of its parameters.</param>
/// <param name="Header">Its <c>def</c> line.</param>
/// <param name="BodyEnd">Index of the first line after its body.</param>
/// <param name="Names">Names that have a value in it: parameters, then assigned names and loop variables in order of appearance.</param>
/// <param name="IsRecursive">Whether it calls itself.</param>
internal sealed record PythonFunction(
    string Name,
    IReadOnlyList<string> Parameters,
    PythonLine Header,
    int BodyEnd,
    IReadOnlyList<string> Names,
    bool IsRecursive
);
