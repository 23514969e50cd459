using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>
            /// softmax(query keyᵀ / √E) value over [.., L, E], [.., S, E] and [.., S, D], with dropout p on the weights. A boolean mask
            /// keeps where true, a floating one is added; is_casual lets row i see keys 0 to i. libtorch 2's fused operator where there
            /// is one, else by chunks of queries that backward recomputes (native/attention.cpp).
            /// </summary>
            public static unsafe Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null,
                double p = 0.0, bool is_casual = false)
            {
                if (p < 0) throw new ArgumentException("Dropout probability must be greater than or equal to zero.");
                if (is_casual && attn_mask is not null) throw new ArgumentException("Casual attention masking cannot pass a mask.");
                if (Ops.scaled_dot_product_attention.Exists)
                {
                    return Ops.scaled_dot_product_attention.Tensor(query, key, value, attn_mask, p, is_casual);
                }
                nint result;
                Native.Check(Native.rc_attention(query.Handle, key.Handle, value.Handle, attn_mask?.Handle ?? 0, p, is_casual ? 1 : 0, &result));
                GC.KeepAlive(query);
                GC.KeepAlive(key);
                GC.KeepAlive(value);
                GC.KeepAlive(attn_mask);
                return Tensor.FromHandle(result);
            }
        }
    }
}
