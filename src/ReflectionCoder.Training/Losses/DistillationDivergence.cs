namespace ReflectionCoder.Losses;

/// <summary>
/// How far a student's distribution q over the next token is from its teacher's p, which is detached; in nats, summed over the vocabulary.
/// </summary>
public enum DistillationDivergence
{
    /// <summary>
    /// KL(p ‖ q) = Σ p (log p - log q): the student has to cover whatever the teacher finds likely. The divergence of the paper (arXiv
    /// 2405.17057, section 3.3).
    /// </summary>
    ForwardKl,

    /// <summary>
    /// KL(q ‖ p) = Σ q (log q - log p): the student gives up what the teacher finds unlikely. Infinite where the teacher's probability is 0
    /// and the student's is not.
    /// </summary>
    ReverseKl,

    /// <summary>
    /// The Jensen-Shannon divergence, ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = ½ (p + q): symmetric, and never more than log 2.
    /// </summary>
    JensenShannon,
}
