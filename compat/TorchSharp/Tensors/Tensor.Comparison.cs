using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Where this is equal, elementwise.</summary>
        public Tensor eq(Tensor target) => Ops.eq_Tensor.Tensor(this, target);

        public Tensor eq(Scalar target) => Ops.eq_Scalar.Tensor(this, target);

        public Tensor eq_(Tensor target) => InPlace(Ops.eq__Tensor, this, target);

        public Tensor eq_(Scalar target) => InPlace(Ops.eq__Scalar, this, target);

        /// <summary>Where this is not equal, elementwise.</summary>
        public Tensor ne(Tensor target) => Ops.ne_Tensor.Tensor(this, target);

        public Tensor ne(Scalar target) => Ops.ne_Scalar.Tensor(this, target);

        public Tensor ne_(Tensor target) => InPlace(Ops.ne__Tensor, this, target);

        public Tensor ne_(Scalar target) => InPlace(Ops.ne__Scalar, this, target);

        /// <summary>Where this is less, elementwise.</summary>
        public Tensor lt(Tensor target) => Ops.lt_Tensor.Tensor(this, target);

        public Tensor lt(Scalar target) => Ops.lt_Scalar.Tensor(this, target);

        public Tensor lt_(Tensor target) => InPlace(Ops.lt__Tensor, this, target);

        public Tensor lt_(Scalar target) => InPlace(Ops.lt__Scalar, this, target);

        /// <summary>Where this is less or equal, elementwise.</summary>
        public Tensor le(Tensor target) => Ops.le_Tensor.Tensor(this, target);

        public Tensor le(Scalar target) => Ops.le_Scalar.Tensor(this, target);

        public Tensor le_(Tensor target) => InPlace(Ops.le__Tensor, this, target);

        public Tensor le_(Scalar target) => InPlace(Ops.le__Scalar, this, target);

        /// <summary>Where this is greater, elementwise.</summary>
        public Tensor gt(Tensor target) => Ops.gt_Tensor.Tensor(this, target);

        public Tensor gt(Scalar target) => Ops.gt_Scalar.Tensor(this, target);

        public Tensor gt_(Tensor target) => InPlace(Ops.gt__Tensor, this, target);

        public Tensor gt_(Scalar target) => InPlace(Ops.gt__Scalar, this, target);

        /// <summary>Where this is greater or equal, elementwise.</summary>
        public Tensor ge(Tensor target) => Ops.ge_Tensor.Tensor(this, target);

        public Tensor ge(Scalar target) => Ops.ge_Scalar.Tensor(this, target);

        public Tensor ge_(Tensor target) => InPlace(Ops.ge__Tensor, this, target);

        public Tensor ge_(Scalar target) => InPlace(Ops.ge__Scalar, this, target);

        /// <summary>Elementwise, unlike Python's torch.equal.</summary>
        public Tensor equal(Tensor target) => eq(target);

        public Tensor not_equal(Tensor target) => ne(target);

        public Tensor not_equal_(Tensor target) => ne_(target);

        public Tensor less(Tensor target) => lt(target);

        public Tensor less_equal(Tensor target) => le(target);

        public Tensor less_equal_(Tensor target) => le_(target);

        public Tensor greater(Tensor target) => gt(target);

        public Tensor greater_equal(Tensor target) => ge(target);

        /// <summary>Whether shape and every element agree.</summary>
        public bool Equals(Tensor target) => target is not null && Ops.equal.Bool(this, target);

        /// <summary>Whether every element agrees within atol + rtol * |target|.</summary>
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) =>
            Ops.allclose.Bool(this, target, rtol, atol, equal_nan);

        /// <summary>Where the elements agree within atol + rtol * |other|.</summary>
        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) =>
            Ops.isclose.Tensor(this, other, rtol, atol, nanEqual);

        public Tensor isfinite() => Ops.isfinite.Tensor(this);

        public Tensor isinf() => Ops.isinf.Tensor(this);

        public Tensor isnan() => Ops.isnan.Tensor(this);

        public Tensor isposinf() => Ops.isposinf.Tensor(this);

        public Tensor isneginf() => Ops.isneginf.Tensor(this);

        /// <summary>Where the element is one of the test elements.</summary>
        public Tensor isin(Tensor test_elements, bool assumeUnique = false, bool invert = false) =>
            Ops.isin_Tensor_Tensor.Tensor(this, test_elements, assumeUnique, invert);

        public Tensor logical_and(Tensor other) => Ops.logical_and.Tensor(this, other);

        public Tensor logical_and_(Tensor other) => InPlace(Ops.logical_and_, this, other);

        public Tensor logical_or(Tensor other) => Ops.logical_or.Tensor(this, other);

        public Tensor logical_or_(Tensor other) => InPlace(Ops.logical_or_, this, other);

        public Tensor logical_xor(Tensor other) => Ops.logical_xor.Tensor(this, other);

        public Tensor logical_xor_(Tensor other) => InPlace(Ops.logical_xor_, this, other);

        public Tensor logical_not() => Ops.logical_not.Tensor(this);

        public Tensor logical_not_() => InPlace(Ops.logical_not_, this);

        public Tensor bitwise_and(Tensor other) => Ops.bitwise_and_Tensor.Tensor(this, other);

        public Tensor bitwise_and_(Tensor other) => InPlace(Ops.bitwise_and__Tensor, this, other);

        public Tensor bitwise_or(Tensor other) => Ops.bitwise_or_Tensor.Tensor(this, other);

        public Tensor bitwise_or_(Tensor other) => InPlace(Ops.bitwise_or__Tensor, this, other);

        public Tensor bitwise_xor(Tensor other) => Ops.bitwise_xor_Tensor.Tensor(this, other);

        public Tensor bitwise_xor_(Tensor other) => InPlace(Ops.bitwise_xor__Tensor, this, other);

        public Tensor bitwise_not() => Ops.bitwise_not.Tensor(this);

        public Tensor bitwise_not_() => InPlace(Ops.bitwise_not_, this);

        /// <summary>The elementwise larger one; NaN if either is.</summary>
        public Tensor maximum(Tensor other) => Ops.maximum.Tensor(this, other);

        /// <summary>The elementwise smaller one; NaN if either is.</summary>
        public Tensor minimum(Tensor other) => Ops.minimum.Tensor(this, other);
    }
}
