using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Joins tensors along a dimension.</summary>
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => cat(tensors.ToArray(), dim);

    /// <summary>Joins tensors along a dimension; a lone one comes back as an alias, none at all is an <see cref="ArgumentException"/>, as in the real library.</summary>
    public static Tensor cat(Tensor[] tensors, long dim = 0) => tensors.Length switch
    {
        0 => throw new ArgumentException("There is nothing to join.", nameof(tensors)),
        1 => tensors[0].alias(),
        _ => Ops.cat.Tensor(tensors, dim),
    };

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => cat(tensors.ToArray(), dim);

    /// <summary>Joins tensors of one shape along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Ops.stack.Tensor(tensors.ToArray(), dim);

    /// <summary>x where the condition holds, else y.</summary>
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => Ops.where_self.Tensor(condition, x, y);

    /// <summary>The coordinates where the condition holds, a tensor a dimension.</summary>
    public static Tensor[] where(Tensor condition) => Ops.where.List(condition);

    /// <summary>Products summed over the indices the equation drops.</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors) => Ops.einsum.Tensor(equation, tensors);

    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

    public static Tensor norm(Tensor input) => input.norm();

    public static Tensor[] unbind(Tensor tensor, int dim = 0) => tensor.unbind(dim);

    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad = false) => Ops.gather.Tensor(input, dim, index, sparse_grad);

    public static Tensor divide_(Tensor left, Scalar right) => left.div_(right);

    public static Tensor movedim(Tensor input, long source, long destination) => input.movedim([source], [destination]);

    public static Tensor moveaxis(Tensor input, long source, long destination) => input.movedim([source], [destination]);
}
