using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The same memory under another shape; -1 is worked out. Throws where strides forbid it.</summary>
        public Tensor view(params long[] shape) => Ops.view.Tensor(this, shape);

        public Tensor view_as(Tensor other) => Ops.view_as.Tensor(this, other);

        /// <summary>Another shape: a view where possible, else a copy.</summary>
        public Tensor reshape(params long[] shape) => Ops.reshape.Tensor(this, shape);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Ops.flatten_using_ints.Tensor(this, start_dim, end_dim);

        public Tensor unflatten(long dim, params long[] sizes)
        {
            var position = dim < 0 ? dim + ndim : dim;
            long[] result = [.. shape[..(int)position], .. sizes, .. shape[(int)(position + 1)..]];
            return view(result);
        }

        public Tensor ravel() => Ops.ravel.Tensor(this);

        public Tensor transpose(long dim0, long dim1) => Ops.transpose_int.Tensor(this, dim0, dim1);

        public Tensor transpose_(long dim0, long dim1) => InPlace(Ops.transpose_, this, dim0, dim1);

        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);

        public Tensor swapdims(long dim0, long dim1) => transpose(dim0, dim1);

        /// <summary>The transpose of a matrix.</summary>
        public Tensor t() => Ops.t.Tensor(this);

        /// <summary>All dimensions in reverse.</summary>
        public Tensor T => Ops.numpy_T.Tensor(this);

        /// <summary>The last two dimensions exchanged.</summary>
        public Tensor mT => Ops.mT.Tensor(this);

        public Tensor permute(params long[] permutation) => Ops.permute.Tensor(this, permutation);

        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());

        public Tensor movedim(long[] source, long[] destination) => Ops.movedim_intlist.Tensor(this, source, destination);

        public Tensor moveaxis(long[] source, long[] destination) => movedim(source, destination);

        public Tensor squeeze(long? dim = null) => dim is { } d ? Ops.squeeze_dim.Tensor(this, d) : Ops.squeeze.Tensor(this);

        public Tensor squeeze_(long? dim = null) => dim is { } d ? InPlace(Ops.squeeze__dim, this, d) : InPlace(Ops.squeeze_, this);

        public Tensor unsqueeze(long dim) => Ops.unsqueeze.Tensor(this, dim);

        public Tensor unsqueeze_(long dim) => InPlace(Ops.unsqueeze_, this, dim);

        /// <summary>Repeats dimensions of size 1 without copying; -1 keeps a dimension.</summary>
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Ops.expand.Tensor(this, sizes.ToArray(), isImplicit);

        public Tensor expand(long[] sizes, bool isImplicit = false) => Ops.expand.Tensor(this, sizes, isImplicit);

        public Tensor expand(params long[] sizes) => Ops.expand.Tensor(this, sizes);

        public Tensor expand(Size sizes, bool isImplicit = false) => expand(sizes.Shape, isImplicit);

        public Tensor expand_as(Tensor other) => Ops.expand_as.Tensor(this, other);

        public Tensor broadcast_to(params long[] shape) => Ops.broadcast_to.Tensor(this, shape);

        /// <summary>Copies laid side by side, so many a dimension.</summary>
        public Tensor repeat(params long[] sizes) => Ops.repeat.Tensor(this, sizes);

        public Tensor tile(long[] reps) => Ops.tile.Tensor(this, reps);

        /// <summary>Each element repeated so often in place.</summary>
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            Ops.repeat_interleave_self_Tensor.Tensor(this, repeats, dim, output_size);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Ops.repeat_interleave_self_int.Tensor(this, repeats, dim, output_size);

        public Tensor[] chunk(long chunks, long dim = 0) => Ops.chunk.List(this, chunks, dim);

        /// <summary>Pieces of the given length along a dimension; the last may be shorter.</summary>
        public Tensor[] split(long size, int dim = 0) => Ops.split_Tensor.List(this, size, (long)dim);

        public Tensor[] split(long[] sizes, long dim = 0) => Ops.split_with_sizes.List(this, sizes, dim);

        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => split(sizes.ToArray(), dim);

        public Tensor[] split(params long[] sizes) => Ops.split_with_sizes.List(this, sizes);

        public Tensor[] unbind(long dimension = 0) => Ops.unbind_int.List(this, dimension);

        public Tensor flip(params long[] dims) => Ops.flip.Tensor(this, dims);

        public Tensor roll(long shifts, long? dims = null) => Ops.roll.Tensor(this, new[] { shifts }, dims is { } d ? new[] { d } : Array.Empty<long>());

        public Tensor roll((long, long) shifts, (long, long) dims) => roll([shifts.Item1, shifts.Item2], [dims.Item1, dims.Item2]);

        public Tensor roll((long, long, long) shifts, (long, long, long) dims) =>
            roll([shifts.Item1, shifts.Item2, shifts.Item3], [dims.Item1, dims.Item2, dims.Item3]);

        public Tensor roll(long[] shifts, long[] dims) => Ops.roll.Tensor(this, shifts, dims);

        public Tensor roll(long[] shifts) => Ops.roll.Tensor(this, shifts);

        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => roll(shifts.ToArray(), dims.ToArray());

        /// <summary>The lower triangle; the rest is 0.</summary>
        public Tensor tril(long diagonal = 0) => Ops.tril.Tensor(this, diagonal);

        public Tensor tril_(long diagonal = 0) => InPlace(Ops.tril_, this, diagonal);

        /// <summary>The upper triangle; the rest is 0.</summary>
        public Tensor triu(long diagonal = 0) => Ops.triu.Tensor(this, diagonal);

        public Tensor triu_(long diagonal = 0) => InPlace(Ops.triu_, this, diagonal);

        public Tensor diag(long diagonal = 0) => Ops.diag.Tensor(this, diagonal);

        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Ops.diagonal.Tensor(this, offset, dim1, dim2);

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) => Ops.as_strided.Tensor(this, size, strides, storageOffset);

        /// <summary>The tensor itself where its memory is dense and in order, else a copy that is.</summary>
        public Tensor contiguous() => Ops.contiguous.Tensor(this);
    }
}
