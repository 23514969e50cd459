using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Neural network building blocks.</summary>
    public static partial class nn
    {
        /// <summary>Layers as functions.</summary>
        public static partial class functional
        {
            /// <summary>input weightsᵀ + bias, with weights of shape [out, in].</summary>
            public static unsafe Tensor linear(Tensor input, Tensor weights, Tensor? bias = null)
            {
                nint result;
                Native.Check(Native.rc_linear(input.Handle, weights.Handle, &result)); // native/products.cpp
                GC.KeepAlive(input);
                GC.KeepAlive(weights);
                if (result == 0) return Ops.linear.Tensor(input, weights, bias);
                var product = Tensor.FromHandle(result);
                if (bias is null) return product;
                using (product) return product.add(bias);
            }

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (!inplace) return Ops.dropout.Tensor(input, p, training);
                Ops.dropout_.InPlace(input, p, training);
                return input.alias();
            }

            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? x.silu_().alias() : x.silu();

            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_().alias() : x.relu();

            public static Tensor sigmoid(Tensor x, bool inplace) => inplace ? x.sigmoid_().alias() : x.sigmoid();

            public static Tensor sigmoid(Tensor x) => x.sigmoid();

            public static Tensor logsigmoid(Tensor x) => x.log_sigmoid();

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) =>
                Ops.layer_norm.Tensor(input, normalized_shape, weight, bias, eps);

            /// <summary>Divides by the p-norm along a dimension, at least eps.</summary>
            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12)
            {
                using var scope = NewDisposeScope();
                var norm = Ops.norm_ScalarOpt_dim.Tensor(input, p, new[] { dim }, true).clamp_min(eps);
                return input.div(norm.expand_as(input)).MoveToOuterDisposeScope();
            }

            /// <summary>A 1 at the place each index names; as many places as the largest index asks for, or num_classes.</summary>
            public static Tensor one_hot(Tensor x, long num_classes = -1) => x.dtype == ScalarType.Int64
                ? Ops.one_hot.Tensor(x, num_classes)
                : throw new ArgumentException("OneHot input tensor must have elements of type Int64");
        }

        /// <summary>Helpers over parameters.</summary>
        public static partial class utils
        {
            /// <summary>Scales the gradients so that their common norm is at most max_norm; returns the norm before.</summary>
            public static double clip_grad_norm_(IEnumerable<Modules.Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var scope = NewDisposeScope();
                var grads = tensors.Select(static p => p.grad).OfType<Tensor>().ToArray();
                if (grads.Length == 0) return 0;
                var norms = stack(grads.Select(g => Ops.norm_Scalar.Tensor(g.detach(), norm_type).to(grads[0].device)));
                var total = Ops.norm_Scalar.Tensor(norms, norm_type).ToDouble();
                var scale = max_norm / (total + 1e-6);
                if (scale < 1)
                {
                    foreach (var grad in grads) grad.detach().mul_(scale);
                }
                return total;
            }
        }
    }
}
