using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The sum of all elements, added up in <paramref name="type"/> where given.</summary>
        public Tensor sum(ScalarType? type = null) => Ops.sum.Tensor(this, type);

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Ops.sum_dim_IntList.Tensor(this, dim, keepdim, type);

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => sum(dim.ToArray(), keepdim, type);

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum([dim], keepdim, type);

        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1], keepdim, type);

        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1, dim2], keepdim, type);

        /// <summary>The mean of all elements.</summary>
        public Tensor mean() => Ops.mean.Tensor(this);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Ops.mean_dim.Tensor(this, dimensions, keepdim, type);

        /// <summary>The product of all elements.</summary>
        public Tensor prod(ScalarType? type = null) => Ops.prod.Tensor(this, type);

        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Ops.prod_dim_int.Tensor(this, dim, keepdim, type);

        /// <summary>Standard deviation; divided by n - 1 when unbiased.</summary>
        public Tensor std(bool unbiased = true) => Ops.std.Tensor(this, unbiased);

        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Typed(type).Apply(dimensions, unbiased, keepdim, Ops.std_dim);

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std(dimensions.ToArray(), unbiased, keepdim, type);

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std([dim], unbiased, keepdim, type);

        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim.Item1, dim.Item2], unbiased, keepdim, type);

        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        /// <summary>The p-norm of all elements.</summary>
        public Tensor norm(float p = 2.0f) => Ops.norm_Scalar.Tensor(this, (double)p);

        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Ops.norm_ScalarOpt_dim.Tensor(this, (double)p, new long[] { dim }, keepdim);

        /// <summary>Whether all elements are true.</summary>
        public Tensor all() => Ops.all.Tensor(this);

        public Tensor all(long dim, bool keepdim = false) => Ops.all_dim.Tensor(this, dim, keepdim);

        /// <summary>Whether any element is true.</summary>
        public Tensor any() => Ops.any.Tensor(this);

        public Tensor any(long dim, bool keepdim = false) => Ops.any_dim.Tensor(this, dim, keepdim);

        /// <summary>The largest element.</summary>
        public Tensor max() => Ops.max.Tensor(this);

        public Tensor max(Tensor other) => Ops.max_other.Tensor(this, other);

        /// <summary>The largest elements along a dimension, and where they are.</summary>
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Ops.max_dim.Two(this, dim, keepdim);

        /// <summary>The smallest element.</summary>
        public Tensor min() => Ops.min.Tensor(this);

        public Tensor min(Tensor other) => Ops.min_other.Tensor(this, other);

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Ops.min_dim.Two(this, dim, keepdim);

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => Into(Ops.amax.Tensor(this, dims, keepdim), @out);

        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => amax(dims.ToArray(), keepdim, @out);

        public Tensor amax(params long[] dims) => Ops.amax.Tensor(this, dims);

        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => Into(Ops.amin.Tensor(this, dims, keepdim), @out);

        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => amin(dims.ToArray(), keepdim, @out);

        public Tensor amin(params long[] dims) => Ops.amin.Tensor(this, dims);

        public Tensor argmax() => Ops.argmax.Tensor(this);

        public Tensor argmax(long dim, bool keepdim = false) => Ops.argmax.Tensor(this, dim, keepdim);

        public Tensor argmin() => Ops.argmin.Tensor(this);

        public Tensor argmin(long dim, bool keepdim = false) => Ops.argmin.Tensor(this, dim, keepdim);

        public Tensor count_nonzero(long[]? dims = null) =>
            dims is null ? Ops.count_nonzero.Tensor(this) : Ops.count_nonzero_dim_IntList.Tensor(this, dims);

        public Tensor logsumexp(long dim, bool keepdim = false) => Ops.logsumexp.Tensor(this, new long[] { dim }, keepdim);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Ops.softmax_int.Tensor(this, dim, dtype);

        public unsafe Tensor log_softmax(long dim, ScalarType? dtype = null)
        {
            nint result = 0;
            if (dim is 1 or -1 && (dtype ?? ScalarType.Float32) == ScalarType.Float32)
            {
                Native.Check(Native.rc_log_softmax(Handle, &result)); // native/softmax.cpp
                GC.KeepAlive(this);
            }
            return result != 0 ? FromHandle(result) : Ops.log_softmax_int.Tensor(this, dim, dtype);
        }

        public Tensor cumsum(long dim, ScalarType? type = null) => Ops.cumsum.Tensor(this, dim, type);

        public Tensor cumprod(long dim, ScalarType? type = null) => Ops.cumprod.Tensor(this, dim, type);

        public Tensor logcumsumexp(long dim) => Ops.logcumsumexp.Tensor(this, dim);

        public Tensor median() => Ops.median.Tensor(this);

        public Tensor nansum() => Ops.nansum.Tensor(this);

        /// <summary>The k largest (or smallest) elements along a dimension, and where they are.</summary>
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Ops.topk.Two(this, (long)k, (long)dim, largest, sorted);

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Ops.sort_stable.Two(this, stable, dim, descending);

        public Tensor argsort(long dim = -1, bool descending = false) => Ops.argsort.Tensor(this, dim, descending);

        /// <summary>How often each value from 0 on occurs.</summary>
        public Tensor bincount(Tensor? weights, long minlength = 0) => Ops.bincount.Tensor(this, weights, minlength);

        /// <summary>Where each element would go among sorted boundaries.</summary>
        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) =>
            Ops.bucketize_Tensor.Tensor(this, boundaries, outInt32, right);

        private Tensor Typed(ScalarType? type) => type is { } t && t != dtype ? to_type(t) : this;

        private Tensor Apply(long[] dimensions, bool unbiased, bool keepdim, Op op) => op.Tensor(this, dimensions, unbiased, keepdim);

        private static Tensor Into(Tensor result, Tensor? target)
        {
            if (target is null) return result;
            Ops.resize_.InPlace(target, result.shape);
            target.copy_(result);
            result.Dispose();
            return target;
        }
    }
}
