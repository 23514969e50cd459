using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What forward leaves for backward.</summary>
        public unsafe class AutogradContext : IDisposable
        {
            private readonly Dictionary<string, object> data = [];
            private readonly Func<AutogradContext, List<Tensor>, List<Tensor?>> backward;
            private List<Tensor> toSave = [];
            private List<Tensor> dirty = [];
            private List<Tensor> constant = [];
            private bool[] isTensor = [];
            private nint graph;

            internal AutogradContext(Func<AutogradContext, List<Tensor>, List<Tensor?>> backward) => this.backward = backward;

            /// <summary>Whether backward gets zeros where no gradient came in.</summary>
            public bool MaterializeGrads { get; private set; } = true;

            /// <summary>Keeps inputs or outputs of forward; null entries stay null.</summary>
            public void save_for_backward(List<Tensor> tensors) => toSave = tensors;

            public void save_data(string key, object value) => data[key] = value;

            public object get_data(string key) => data.GetValueOrDefault(key)!;

            /// <summary>Names the inputs that forward changed in place.</summary>
            public void mark_dirty(List<Tensor> tensors) => dirty = [.. tensors];

            /// <summary>Names the outputs that have no gradient.</summary>
            public void mark_non_differentiable(List<Tensor> tensors) => constant = [.. tensors];

            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            /// <summary>The tensors that were saved. Only backward can read them, and not once the graph has been freed.</summary>
            public List<Tensor> get_saved_variables()
            {
                if (graph == 0) return [];
                nint* handles;
                int count;
                Native.Check(Native.rc_function_saved(graph, &handles, &count));
                var tensors = new List<Tensor>(count);
                for (var k = 0; k < count; k++) tensors.Add(handles[k] == 0 ? null! : Tensor.FromHandle(handles[k]));
                Native.rc_free((nint)handles);
                return tensors;
            }

            /// <summary>Nothing to give back by hand: the graph owns what was saved.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing) => data.Clear();

            /// <summary>Puts a node with this context behind the outputs.</summary>
            internal List<Tensor> Join(object?[] vars, List<Tensor> outputs)
            {
                isTensor = Array.ConvertAll(vars, static v => v is Tensor { IsInvalid: false });
                nint[] inputs = Handles([.. vars.OfType<Tensor>().Where(static t => !t.IsInvalid)]), outs = Handles(outputs), results = new nint[outs.Length];
                nint[] changed = Handles(dirty), fixedOutputs = Handles(constant), saved = Handles(toSave);
                fixed (nint* i = inputs, o = outs, d = changed, c = fixedOutputs, s = saved, r = results)
                {
                    Native.Check(Native.rc_function_join(i, inputs.Length, o, outs.Length, d, changed.Length, c, fixedOutputs.Length, s, saved.Length,
                        &OnBackward, &OnRelease, GCHandle.ToIntPtr(GCHandle.Alloc(this)), MaterializeGrads ? 1 : 0, r));
                }
                GC.KeepAlive(vars);
                GC.KeepAlive(outputs);
                GC.KeepAlive(toSave);
                toSave = dirty = constant = [];
                return [.. results.Select(Tensor.FromHandle)];
            }

            /// <summary>The engine's call. An exception must not cross native frames: its text goes back instead.</summary>
            [UnmanagedCallersOnly]
            private static byte* OnBackward(nint context, nint graph, nint* grads, int gradCount, nint* results, int resultCount)
            {
                var self = (AutogradContext)GCHandle.FromIntPtr(context).Target!;
                try
                {
                    self.graph = graph;
                    // The engine holds what it goes on with; handles of ours would keep every gradient of a pass alive to its end.
                    using var scope = NewDisposeScope();
                    var given = new List<Tensor>(gradCount);
                    for (var k = 0; k < gradCount; k++) given.Add(Tensor.FromHandle(grads[k]));
                    self.Fill(self.backward(self, given), results, resultCount);
                    return null;
                }
                catch (Exception e)
                {
                    return ErrorText(e);
                }
                finally
                {
                    self.graph = 0;
                }
            }

            [UnmanagedCallersOnly]
            private static void OnRelease(nint context) => GCHandle.FromIntPtr(context).Free();

            /// <summary>One gradient a variable came back; the native side wants one a tensor.</summary>
            private void Fill(List<Tensor?> gradients, nint* results, int count)
            {
                var given = gradients.Count;
                while (given > isTensor.Length && gradients[given - 1] is null or { IsInvalid: true }) given--;
                if (given != isTensor.Length)
                {
                    throw new InvalidOperationException($"backward returned {gradients.Count} gradients for {isTensor.Length} inputs");
                }
                var next = 0;
                for (var k = 0; k < given; k++)
                {
                    var gradient = gradients[k] is { IsInvalid: false } present ? present : null;
                    if (!isTensor[k])
                    {
                        if (gradient is not null) throw new InvalidOperationException($"backward returned a gradient at position {k + 1}, where the input was no tensor");
                        continue;
                    }
                    if (gradient is not null && next < count) Native.Check(Native.rc_alias(gradient.Handle, &results[next]));
                    next++;
                }
                GC.KeepAlive(gradients);
            }

            private static byte* ErrorText(Exception e)
            {
                Marshal.FreeCoTaskMem(errorText);
                errorText = Marshal.StringToCoTaskMemUTF8($"{e.GetType().Name} in backward: {e.Message}");
                return (byte*)errorText;
            }

            [ThreadStatic] private static nint errorText;
        }
    }
}
