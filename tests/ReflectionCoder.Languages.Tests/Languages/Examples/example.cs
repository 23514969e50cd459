using System.Text;

static int Factorial(int number)
{
    if (number <= 1)
    {
        return 1;
    }

    return number * Factorial(number - 1);
}

static int Compare(int first, int second)
{
    int result = 0;
    foreach (int each in new[] { first, second })
    {
        result += each - first;
        result++;
        if (each == 3)
        {
            result = each;
        }
    }

    return result;
}

static double Average(List<int> values, int limit)
{
    var counts = new Dictionary<string, int>();
    List<int> big = new List<int>();
    int total = 0;
    bool found = false;
    foreach (int value in values.ToList())
    {
        if (value > limit && !found)
        {
            found = true;
            total += value;
            values.Remove(value);
            continue;
        }
        else
        {
            big.Add(value);
        }
    }

    for (int i = 0; i < big.Count; i++)
    {
        counts["x"] = counts.GetValueOrDefault("x") + big[i];
    }

    string text = "abc".Trim().Substring(1, limit - 1);
    text = text.Replace("a", "b");
    char c = text[^1];
    StringBuilder builder = new();
    builder.Append(c == 'b' ? c - '0' : total);
    long product = (long)total * limit;
    char next = (char)(c + 1);
    bool same = values.SequenceEqual(big) || text.Equals("B", StringComparison.OrdinalIgnoreCase);
    if (int.TryParse(text, out int parsed) && parsed == Math.Abs(int.Parse(text)))
    {
        total = Enumerable.Range(1, limit).FirstOrDefault(x => x > text.Length);
    }

    object[] mixed = [1, "a"];
    total += mixed.OfType<int>().Sum() * (total + Compare(total, limit));
    return (double)total / big.Where(x => x > 1).OrderBy(x => x).First();
}
