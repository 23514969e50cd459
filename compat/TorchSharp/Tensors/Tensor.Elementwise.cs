using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Absolute value.</summary>
        public Tensor abs() => Ops.abs.Tensor(this);

        /// <summary><see cref="abs()"/> in place.</summary>
        public Tensor abs_() => InPlace(Ops.abs_, this);

        /// <summary>Negation.</summary>
        public Tensor neg() => Ops.neg.Tensor(this);

        /// <summary><see cref="neg()"/> in place.</summary>
        public Tensor neg_() => InPlace(Ops.neg_, this);

        /// <summary>Exponential.</summary>
        public Tensor exp() => Ops.exp.Tensor(this);

        /// <summary><see cref="exp()"/> in place.</summary>
        public Tensor exp_() => InPlace(Ops.exp_, this);

        /// <summary>Two to the power.</summary>
        public Tensor exp2() => Ops.exp2.Tensor(this);

        /// <summary><see cref="exp2()"/> in place.</summary>
        public Tensor exp2_() => InPlace(Ops.exp2_, this);

        /// <summary>Exponential minus one, exact near zero.</summary>
        public Tensor expm1() => Ops.expm1.Tensor(this);

        /// <summary><see cref="expm1()"/> in place.</summary>
        public Tensor expm1_() => InPlace(Ops.expm1_, this);

        /// <summary>Natural logarithm.</summary>
        public Tensor log() => Ops.log.Tensor(this);

        /// <summary><see cref="log()"/> in place.</summary>
        public Tensor log_() => InPlace(Ops.log_, this);

        /// <summary>Logarithm to base 2.</summary>
        public Tensor log2() => Ops.log2.Tensor(this);

        /// <summary><see cref="log2()"/> in place.</summary>
        public Tensor log2_() => InPlace(Ops.log2_, this);

        /// <summary>Logarithm to base 10.</summary>
        public Tensor log10() => Ops.log10.Tensor(this);

        /// <summary><see cref="log10()"/> in place.</summary>
        public Tensor log10_() => InPlace(Ops.log10_, this);

        /// <summary>Natural logarithm of 1 + x, exact near zero.</summary>
        public Tensor log1p() => Ops.log1p.Tensor(this);

        /// <summary><see cref="log1p()"/> in place.</summary>
        public Tensor log1p_() => InPlace(Ops.log1p_, this);

        /// <summary>Square root.</summary>
        public Tensor sqrt() => Ops.sqrt.Tensor(this);

        /// <summary><see cref="sqrt()"/> in place.</summary>
        public Tensor sqrt_() => InPlace(Ops.sqrt_, this);

        /// <summary>Reciprocal of the square root.</summary>
        public Tensor rsqrt() => Ops.rsqrt.Tensor(this);

        /// <summary><see cref="rsqrt()"/> in place.</summary>
        public Tensor rsqrt_() => InPlace(Ops.rsqrt_, this);

        /// <summary>Reciprocal.</summary>
        public Tensor reciprocal() => Ops.reciprocal.Tensor(this);

        /// <summary><see cref="reciprocal()"/> in place.</summary>
        public Tensor reciprocal_() => InPlace(Ops.reciprocal_, this);

        /// <summary>Sine.</summary>
        public Tensor sin() => Ops.sin.Tensor(this);

        /// <summary><see cref="sin()"/> in place.</summary>
        public Tensor sin_() => InPlace(Ops.sin_, this);

        /// <summary>Cosine.</summary>
        public Tensor cos() => Ops.cos.Tensor(this);

        /// <summary><see cref="cos()"/> in place.</summary>
        public Tensor cos_() => InPlace(Ops.cos_, this);

        /// <summary>Tangent.</summary>
        public Tensor tan() => Ops.tan.Tensor(this);

        /// <summary><see cref="tan()"/> in place.</summary>
        public Tensor tan_() => InPlace(Ops.tan_, this);

        /// <summary>Hyperbolic sine.</summary>
        public Tensor sinh() => Ops.sinh.Tensor(this);

        /// <summary><see cref="sinh()"/> in place.</summary>
        public Tensor sinh_() => InPlace(Ops.sinh_, this);

        /// <summary>Hyperbolic cosine.</summary>
        public Tensor cosh() => Ops.cosh.Tensor(this);

        /// <summary><see cref="cosh()"/> in place.</summary>
        public Tensor cosh_() => InPlace(Ops.cosh_, this);

        /// <summary>Hyperbolic tangent.</summary>
        public Tensor tanh() => Ops.tanh.Tensor(this);

        /// <summary><see cref="tanh()"/> in place.</summary>
        public Tensor tanh_() => InPlace(Ops.tanh_, this);

        /// <summary>Inverse sine.</summary>
        public Tensor asin() => Ops.asin.Tensor(this);

        /// <summary><see cref="asin()"/> in place.</summary>
        public Tensor asin_() => InPlace(Ops.asin_, this);

        /// <summary>Inverse cosine.</summary>
        public Tensor acos() => Ops.acos.Tensor(this);

        /// <summary><see cref="acos()"/> in place.</summary>
        public Tensor acos_() => InPlace(Ops.acos_, this);

        /// <summary>Inverse tangent.</summary>
        public Tensor atan() => Ops.atan.Tensor(this);

        /// <summary><see cref="atan()"/> in place.</summary>
        public Tensor atan_() => InPlace(Ops.atan_, this);

        /// <summary>Error function.</summary>
        public Tensor erf() => Ops.erf.Tensor(this);

        /// <summary><see cref="erf()"/> in place.</summary>
        public Tensor erf_() => InPlace(Ops.erf_, this);

        /// <summary>Complementary error function.</summary>
        public Tensor erfc() => Ops.erfc.Tensor(this);

        /// <summary><see cref="erfc()"/> in place.</summary>
        public Tensor erfc_() => InPlace(Ops.erfc_, this);

        /// <summary>Logistic function.</summary>
        public Tensor sigmoid() => Ops.sigmoid.Tensor(this);

        /// <summary><see cref="sigmoid()"/> in place.</summary>
        public Tensor sigmoid_() => InPlace(Ops.sigmoid_, this);

        /// <summary>The larger of x and 0.</summary>
        public Tensor relu() => Ops.relu.Tensor(this);

        /// <summary><see cref="relu()"/> in place.</summary>
        public Tensor relu_() => InPlace(Ops.relu_, this);

        /// <summary>x times the logistic function of x.</summary>
        public Tensor silu() => Ops.silu.Tensor(this);

        /// <summary><see cref="silu()"/> in place.</summary>
        public Tensor silu_() => InPlace(Ops.silu_, this);

        /// <summary>The largest integer not above x.</summary>
        public Tensor floor() => Ops.floor.Tensor(this);

        /// <summary><see cref="floor()"/> in place.</summary>
        public Tensor floor_() => InPlace(Ops.floor_, this);

        /// <summary>The smallest integer not below x.</summary>
        public Tensor ceil() => Ops.ceil.Tensor(this);

        /// <summary><see cref="ceil()"/> in place.</summary>
        public Tensor ceil_() => InPlace(Ops.ceil_, this);

        /// <summary>x without its fraction.</summary>
        public Tensor trunc() => Ops.trunc.Tensor(this);

        /// <summary><see cref="trunc()"/> in place.</summary>
        public Tensor trunc_() => InPlace(Ops.trunc_, this);

        /// <summary>The fraction of x.</summary>
        public Tensor frac() => Ops.frac.Tensor(this);

        /// <summary><see cref="frac()"/> in place.</summary>
        public Tensor frac_() => InPlace(Ops.frac_, this);

        /// <summary>-1, 0 or 1.</summary>
        public Tensor sign() => Ops.sign.Tensor(this);

        /// <summary><see cref="sign()"/> in place.</summary>
        public Tensor sign_() => InPlace(Ops.sign_, this);

        /// <summary>Same as <see cref="abs()"/>.</summary>
        public Tensor absolute() => abs();

        /// <summary>Same as <see cref="abs_()"/>.</summary>
        public Tensor absolute_() => abs_();

        /// <summary>Same as <see cref="neg()"/>.</summary>
        public Tensor negative() => neg();

        /// <summary>The tensor itself.</summary>
        public Tensor positive() => Ops.positive.Tensor(this);

        /// <summary>x times x.</summary>
        public Tensor square() => Ops.square.Tensor(this);

        /// <summary>Rounds half to even, at the given decimal.</summary>
        public Tensor round(long decimals = 0) => Ops.round_decimals.Tensor(this, decimals);

        /// <summary><see cref="round(long)"/> in place.</summary>
        public Tensor round_(long decimals = 0) => InPlace(Ops.round__decimals, this, decimals);

        /// <summary>Logarithm of the logistic function.</summary>
        public Tensor log_sigmoid() => Ops.log_sigmoid.Tensor(this);

        /// <summary>log(1 + exp(beta x)) / beta, linear where beta x is above the threshold.</summary>
        public Tensor softplus(double beta = 1, double threshold = 20) => Ops.softplus.Tensor(this, beta, threshold);
    }
}
