using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>this + target.</summary>
        public Tensor add(Tensor target) => Ops.add_Tensor.Tensor(this, target);

        /// <summary>this + alpha * target.</summary>
        public Tensor add(Tensor target, Scalar alpha) => Ops.add_Tensor.Tensor(this, target, alpha);

        public Tensor add(Scalar scalar) => Ops.add_Scalar.Tensor(this, scalar);

        public Tensor add(Scalar scalar, Scalar alpha) => Ops.add_Scalar.Tensor(this, scalar, alpha);

        public Tensor add_(Tensor target) => InPlace(Ops.add__Tensor, this, target);

        public Tensor add_(Tensor target, Scalar alpha) => InPlace(Ops.add__Tensor, this, target, alpha);

        public Tensor add_(Scalar scalar) => InPlace(Ops.add__Scalar, this, scalar);

        public Tensor add_(Scalar scalar, Scalar alpha) => InPlace(Ops.add__Scalar, this, scalar, alpha);

        /// <summary>this - target.</summary>
        public Tensor sub(Tensor target) => Ops.sub_Tensor.Tensor(this, target);

        public Tensor sub(Scalar target) => Ops.sub_Scalar.Tensor(this, target);

        public Tensor sub_(Tensor target) => InPlace(Ops.sub__Tensor, this, target);

        public Tensor sub_(Scalar target) => InPlace(Ops.sub__Scalar, this, target);

        public Tensor subtract(Tensor target) => sub(target);

        public Tensor subtract(Scalar target) => sub(target);

        public Tensor subtract_(Tensor target) => sub_(target);

        public Tensor subtract_(Scalar target) => sub_(target);

        /// <summary>this * target.</summary>
        public Tensor mul(Tensor target) => Ops.mul_Tensor.Tensor(this, target);

        public Tensor mul(Scalar target) => Ops.mul_Scalar.Tensor(this, target);

        public Tensor mul_(Tensor target) => InPlace(Ops.mul__Tensor, this, target);

        public Tensor mul_(Scalar target) => InPlace(Ops.mul__Scalar, this, target);

        public Tensor multiply(Tensor target) => mul(target);

        public Tensor multiply(Scalar target) => mul(target);

        /// <summary>this / target, rounded as told.</summary>
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None
            ? Ops.div_Tensor.Tensor(this, target)
            : Ops.div_Tensor_mode.Tensor(this, target, rounding_mode.ToString());

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None
            ? Ops.div_Scalar.Tensor(this, target)
            : Ops.div_Scalar_mode.Tensor(this, target, rounding_mode.ToString());

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None
            ? InPlace(Ops.div__Tensor, this, target)
            : InPlace(Ops.div__Tensor_mode, this, target, rounding_mode.ToString());

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None
            ? InPlace(Ops.div__Scalar, this, target)
            : InPlace(Ops.div__Scalar_mode, this, target, rounding_mode.ToString());

        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);

        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);

        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div_(target, rounding_mode);

        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div_(target, rounding_mode);

        public Tensor true_divide(Tensor other) => Ops.true_divide_Tensor.Tensor(this, other);

        public Tensor true_divide(Scalar other) => Ops.true_divide_Scalar.Tensor(this, other);

        public Tensor true_divide_(Tensor other) => InPlace(Ops.true_divide__Tensor, this, other);

        public Tensor true_divide_(Scalar other) => InPlace(Ops.true_divide__Scalar, this, other);

        public Tensor floor_divide(Tensor other) => Ops.floor_divide.Tensor(this, other);

        public Tensor floor_divide(Scalar other) => Ops.floor_divide_Scalar.Tensor(this, other);

        public Tensor floor_divide_(Tensor other) => InPlace(Ops.floor_divide__Tensor, this, other);

        public Tensor floor_divide_(Scalar other) => InPlace(Ops.floor_divide__Scalar, this, other);

        /// <summary>The remainder with the divisor's sign.</summary>
        public Tensor remainder(Tensor target) => Ops.remainder_Tensor.Tensor(this, target);

        public Tensor remainder(Scalar scalar) => Ops.remainder_Scalar.Tensor(this, scalar);

        public Tensor remainder_(Tensor target) => InPlace(Ops.remainder__Tensor, this, target);

        public Tensor remainder_(Scalar scalar) => InPlace(Ops.remainder__Scalar, this, scalar);

        /// <summary>The remainder with the dividend's sign.</summary>
        public Tensor fmod(Tensor target) => Ops.fmod_Tensor.Tensor(this, target);

        public Tensor fmod(Scalar scalar) => Ops.fmod_Scalar.Tensor(this, scalar);

        public Tensor fmod_(Tensor target) => InPlace(Ops.fmod__Tensor, this, target);

        public Tensor fmod_(Scalar scalar) => InPlace(Ops.fmod__Scalar, this, scalar);

        public Tensor pow(Tensor exponent) => Ops.pow_Tensor_Tensor.Tensor(this, exponent);

        public Tensor pow(Scalar exponent) => Ops.pow_Tensor_Scalar.Tensor(this, exponent);

        public Tensor pow_(Tensor exponent) => InPlace(Ops.pow__Tensor, this, exponent);

        public Tensor pow_(Scalar exponent) => InPlace(Ops.pow__Scalar, this, exponent);

        /// <summary>this + value * tensor1 / tensor2.</summary>
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Ops.addcdiv.Tensor(this, tensor1, tensor2, value);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Ops.addcdiv.Tensor(this, tensor1, tensor2);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => InPlace(Ops.addcdiv_, this, tensor1, tensor2, value);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => InPlace(Ops.addcdiv_, this, tensor1, tensor2);

        /// <summary>this + value * tensor1 * tensor2.</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Ops.addcmul.Tensor(this, tensor1, tensor2, value);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => InPlace(Ops.addcmul_, this, tensor1, tensor2, value);

        /// <summary>this + weight * (end - this).</summary>
        public Tensor lerp(Tensor end, Tensor weight) => Ops.lerp_Tensor.Tensor(this, end, weight);

        public Tensor lerp_(Tensor end, Tensor weight) => InPlace(Ops.lerp__Tensor, this, end, weight);

        /// <summary>Limits the elements to [min, max]; a null border is open.</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Ops.clamp.Tensor(this, min, max);

        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Ops.clamp_Tensor.Tensor(this, min, max);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => InPlace(Ops.clamp_, this, min, max);

        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => InPlace(Ops.clamp__Tensor, this, min, max);

        public Tensor clip(Scalar? min = null, Scalar? max = null) => Ops.clip.Tensor(this, min, max);

        public Tensor clamp_max(Scalar max) => Ops.clamp_max.Tensor(this, max);

        public Tensor clamp_max_(Scalar max) => InPlace(Ops.clamp_max_, this, max);

        public Tensor clamp_min(Scalar min) => Ops.clamp_min.Tensor(this, min);

        public Tensor clamp_min_(Scalar min) => InPlace(Ops.clamp_min_, this, min);

        /// <summary>log(exp(this) + exp(other)), without overflow.</summary>
        public Tensor logaddexp(Tensor other) => Ops.logaddexp.Tensor(this, other);

        /// <summary>this * log(y), and 0 where this is 0.</summary>
        public Tensor xlogy(Tensor y) => Ops.xlogy_Tensor.Tensor(this, y);

        public Tensor xlogy(Scalar y) => Ops.xlogy_Scalar_Other.Tensor(this, y);

        public Tensor xlogy_(Tensor y) => InPlace(Ops.xlogy__Tensor, this, y);

        public Tensor xlogy_(Scalar y) => InPlace(Ops.xlogy__Scalar_Other, this, y);

        /// <summary>Replaces NaN and the infinities; null takes the type's largest and smallest.</summary>
        public Tensor nan_to_num(double nan = 0d, double? posinf = null, double? neginf = null) => Ops.nan_to_num.Tensor(this, nan, posinf, neginf);

        public Tensor nan_to_num_(double nan = 0d, double? posinf = null, double? neginf = null) => InPlace(Ops.nan_to_num_, this, nan, posinf, neginf);

        private Tensor InPlace(Op op, params ReadOnlySpan<Arg> args)
        {
            op.InPlace(args);
            return this;
        }
    }
}
