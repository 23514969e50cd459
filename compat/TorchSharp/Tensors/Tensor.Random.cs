using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Fills with draws from [from, to).</summary>
        public Tensor uniform_(double from, double to, Generator? generator = null) => InPlace(Ops.uniform_, this, from, to, generator);

        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) => InPlace(Ops.normal_, this, mean, std, generator);

        public Tensor log_normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) =>
            InPlace(Ops.log_normal_, this, mean, std, generator);

        public Tensor exponential_(double lambda = 1.0, Generator? generator = null) => InPlace(Ops.exponential_, this, lambda, generator);

        public Tensor geometric_(double p, Generator? generator = null) => InPlace(Ops.geometric_, this, p, generator);

        public Tensor cauchy_(double median = 0.0, double sigma = 1.0, Generator? generator = null) =>
            InPlace(Ops.cauchy_, this, median, sigma, generator);

        /// <summary>Fills with whole numbers from [from, to).</summary>
        public Tensor random_(double from, double to, Generator? generator = null) => InPlace(Ops.random__from, this, (long)from, (long)to, generator);

        /// <summary>Fills with 1 at probability p, else 0.</summary>
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => InPlace(Ops.bernoulli__float, this, p, generator);

        public Tensor bernoulli_(Tensor p, Generator? generator = null) => InPlace(Ops.bernoulli__Tensor, this, p, generator);

        /// <summary>1 at the probability the element states, else 0.</summary>
        public Tensor bernoulli(Generator? generator = null) => Ops.bernoulli.Tensor(this, generator);

        /// <summary>Indices drawn from the weights of each row.</summary>
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) =>
            Ops.multinomial.Tensor(this, num_samples, replacement, generator);
    }
}
