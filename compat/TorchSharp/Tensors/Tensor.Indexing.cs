using System.Runtime.CompilerServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>length elements along a dimension from start on, as a view.</summary>
        public Tensor narrow(long dim, long start, long length) => Ops.narrow.Tensor(this, dim, start, length);

        /// <summary>Elements start, start + step, … before finish along a dimension, as a view.</summary>
        public Tensor slice(long dim, long start, long finish, long step) => Ops.slice_Tensor.Tensor(this, dim, start, finish, step);

        /// <summary>One place along a dimension, which goes away.</summary>
        public Tensor select(long dim, long index) => Ops.select_int.Tensor(this, dim, index);

        public Tensor index_select(long dim, Tensor index) => Ops.index_select.Tensor(this, dim, index);

        /// <summary>Adds alpha times each row of source to the row its index names.</summary>
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Ops.index_add.Tensor(this, dim, index, source, alpha);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => InPlace(Ops.index_add_, this, dim, index, source, alpha);

        public Tensor index_copy(long dim, Tensor index, Tensor source) => Ops.index_copy.Tensor(this, dim, index, source);

        public Tensor index_copy_(long dim, Tensor index, Tensor source) => InPlace(Ops.index_copy_, this, dim, index, source);

        public Tensor index_fill(long dim, Tensor index, Scalar value) => Ops.index_fill_int_Scalar.Tensor(this, dim, index, value);

        public Tensor index_fill_(long dim, Tensor index, Scalar value) => InPlace(Ops.index_fill__int_Scalar, this, dim, index, value);

        /// <summary>Along a dimension, the element each index names.</summary>
        public Tensor gather(long dim, Tensor index) => Ops.gather.Tensor(this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Ops.scatter_src.Tensor(this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => InPlace(Ops.scatter__src, this, dim, index, src);

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Ops.scatter_add.Tensor(this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => InPlace(Ops.scatter_add_, this, dim, index, src);

        public Tensor take(Tensor index) => Ops.take.Tensor(this, index);

        public Tensor masked_fill(Tensor mask, Scalar value) => Ops.masked_fill_Scalar.Tensor(this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value) => InPlace(Ops.masked_fill__Scalar, this, mask, value);

        public Tensor masked_select(Tensor mask) => Ops.masked_select.Tensor(this, mask);

        public Tensor masked_scatter(Tensor mask, Tensor value) => Ops.masked_scatter.Tensor(this, mask, value);

        public Tensor masked_scatter_(Tensor mask, Tensor value) => InPlace(Ops.masked_scatter_, this, mask, value);

        /// <summary>The coordinates of the elements that are not 0, a row each.</summary>
        public Tensor nonzero() => Ops.nonzero.Tensor(this);

        /// <summary>This where the condition holds, else y.</summary>
        public Tensor where(Tensor condition, Tensor y) => Ops.where_self.Tensor(condition, this, y);

        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => index(Singles(indices));
            set => index_put_(value, Singles(indices));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => index_put_(value, Singles(i1));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => index(Singles(i1, i2));
            set => index_put_(value, Singles(i1, i2));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => index(Singles(i1, i2, i3));
            set => index_put_(value, Singles(i1, i2, i3));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => index(Singles(i1, i2, i3, i4));
            set => index_put_(value, Singles(i1, i2, i3, i4));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => index(Singles(i1, i2, i3, i4, i5));
            set => index_put_(value, Singles(i1, i2, i3, i4, i5));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => index(Singles(i1, i2, i3, i4, i5, i6));
            set => index_put_(value, Singles(i1, i2, i3, i4, i5, i6));
        }

        /// <summary>NumPy's indexing: numbers, slices, tensors, masks, ellipsis and new dimensions.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            var (view, tensors) = Resolve(indices);
            if (tensors is null) return view;
            var result = Ops.index_Tensor.Tensor(view, tensors);
            Release(view);
            return result;
        }

        public Tensor index(params Tensor[] indices) => Ops.index_Tensor.Tensor(this, indices);

        /// <summary>Writes the value to what the indices name.</summary>
        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            var (view, tensors) = Resolve(indices);
            if (tensors is not null) Ops.index_put_.InPlace(view, tensors, value, accumulate);
            else if (accumulate) view.add_(value);
            else view.copy_(value);
            Release(view);
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) => InPlace(Ops.index_put_, this, indices, value, accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var tensor = full(Array.Empty<long>(), value, dtype, device);
            return index_put_(tensor, indices, false);
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using var tensor = full(Array.Empty<long>(), value, dtype, device);
            return index_put_(tensor, indices, false);
        }

        private static TensorIndex[] Singles(params long[] indices) => Array.ConvertAll(indices, static i => TensorIndex.Single(i));

        private void Release(Tensor view)
        {
            if (!ReferenceEquals(view, this)) view.Dispose();
        }

        /// <summary>
        /// Splits the indices into a view (numbers, slices, new dimensions) and the tensors that index the view's dimensions; null where
        /// there are none. Intermediate views are disposed.
        /// </summary>
        private (Tensor View, Tensor?[]? Tensors) Resolve(TensorIndex[] indices)
        {
            var named = indices.Sum(static i => i.Consumed());
            var view = alias();
            var tensors = new List<Tensor?>();
            var dim = 0L;

            void Step(Tensor next)
            {
                view.Dispose();
                view = next;
            }

            foreach (var i in indices)
            {
                switch (i.kind)
                {
                    case TensorIndex.Kind.Single:
                        Step(view.select(dim, i.startIndexOrBoolOrSingle!.Value));
                        break;
                    case TensorIndex.Kind.Slice:
                        Step(Ops.slice_Tensor.Tensor(view, dim, i.startIndexOrBoolOrSingle, i.stopIndex, i.step ?? 1));
                        dim++;
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim += ndim - named;
                        break;
                    case TensorIndex.Kind.Null:
                    case TensorIndex.Kind.None:
                        Step(view.unsqueeze(dim));
                        dim++;
                        break;
                    case TensorIndex.Kind.Bool:
                        Step(view.unsqueeze(dim));
                        PadTo(dim);
                        tensors.Add(i.startIndexOrBoolOrSingle == 0 ? empty(new long[] { 0 }, ScalarType.Int64, device) : zeros(new long[] { 1 }, ScalarType.Int64, device));
                        dim++;
                        break;
                    default:
                        PadTo(dim);
                        tensors.Add(i.tensor);
                        dim += i.Consumed();
                        break;
                }
            }
            return (view, tensors.Exists(static t => t is not null) ? [.. tensors] : null);

            void PadTo(long position)
            {
                // A mask fills one entry but covers as many dimensions as it has.
                var covered = tensors.Sum(static t => t is { dtype: ScalarType.Bool or ScalarType.Byte } ? t.ndim : 1);
                for (; covered < position; covered++) tensors.Add(null);
            }
        }
    }
}
