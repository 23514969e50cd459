using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Whether autograd follows this tensor. Only leaves can be changed.</summary>
        public bool requires_grad
        {
            get => (Meta().Flags & MetaFlags.RequiresGrad) != MetaFlags.None;
            set
            {
                Native.Check(Native.rc_set_requires_grad(Handle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>The accumulated gradient, a new tensor object over the same memory each time; null where there is none.</summary>
        public unsafe Tensor? grad
        {
            get
            {
                nint result;
                Native.Check(Native.rc_grad(Handle, &result));
                GC.KeepAlive(this);
                return result == 0 ? null : FromHandle(result);
            }
            set
            {
                Native.Check(Native.rc_set_grad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(value);
                GC.KeepAlive(this);
            }
        }

        /// <summary>Keeps the gradient of a tensor that is no leaf.</summary>
        public void retain_grad()
        {
            Native.Check(Native.rc_retain_grad(Handle));
            GC.KeepAlive(this);
        }

        /// <summary>Adds the gradient of this scalar to the leaves it depends on.</summary>
        public void backward() => autograd.backward([this]);

        /// <summary>Adds the gradient of this tensor, weighted with grad_tensors, to its leaves or only to the inputs.</summary>
        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>The same memory outside the graph.</summary>
        public Tensor detach() => Ops.detach.Tensor(this);

        public Tensor detach_() => InPlace(Ops.detach_, this);
    }
}
