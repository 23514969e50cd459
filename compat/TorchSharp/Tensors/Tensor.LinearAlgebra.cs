using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Matrix product with broadcasting over leading dimensions.</summary>
        public Tensor matmul(Tensor target) => Ops.matmul.Tensor(this, target);

        /// <summary>Product of two matrices.</summary>
        public Tensor mm(Tensor target) => Ops.mm.Tensor(this, target);

        /// <summary>Product of two batches of matrices.</summary>
        public Tensor bmm(Tensor batch2) => Ops.bmm.Tensor(this, batch2);

        /// <summary>Product of a matrix and a vector.</summary>
        public Tensor mv(Tensor target) => Ops.mv.Tensor(this, target);

        public Tensor dot(Tensor target) => Ops.dot.Tensor(this, target);

        public Tensor vdot(Tensor target) => Ops.vdot.Tensor(this, target);

        public Tensor inner(Tensor vec2) => Ops.inner.Tensor(this, vec2);

        public Tensor outer(Tensor vec2) => Ops.outer.Tensor(this, vec2);

        public Tensor ger(Tensor vec2) => Ops.ger.Tensor(this, vec2);

        /// <summary>beta * this + alpha * mat1 mat2.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Ops.addmm.Tensor(this, mat1, mat2, (double)beta, (double)alpha);

        public unsafe Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1)
        {
            var done = 0;
            if (alpha == 1) Native.Check(Native.rc_addmm_(Handle, mat1.Handle, mat2.Handle, beta, &done)); // native/products.cpp
            GC.KeepAlive(this);
            GC.KeepAlive(mat1);
            GC.KeepAlive(mat2);
            return done != 0 ? this : InPlace(Ops.addmm_, this, mat1, mat2, (double)beta, (double)alpha);
        }

        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f) => Ops.addmv.Tensor(this, mat, vec, (double)beta, (double)alpha);

        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f) =>
            InPlace(Ops.addmv_, this, mat, vec, (double)beta, (double)alpha);

        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) => Ops.addr.Tensor(this, vec1, vec2, (double)beta, (double)alpha);

        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) =>
            InPlace(Ops.addr_, this, vec1, vec2, (double)beta, (double)alpha);

        /// <summary>beta * this + alpha * (sum over the batch of batch1 batch2).</summary>
        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Ops.addbmm.Tensor(this, batch1, batch2, (double)beta, (double)alpha);

        public Tensor addbmm_(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            InPlace(Ops.addbmm_, this, batch1, batch2, (double)beta, (double)alpha);

        public Tensor trace() => Ops.trace.Tensor(this);
    }
}
