class Counter {
  constructor(start) {
    this.count = start;
  }

  next() {
    this.count += 1;
    return this.count;
  }
}

function factorial(number) {
  if (number <= 1) {
    return 1;
  }
  return number * factorial(number - 1);
}

async function load(source, fallback) {
  const answer = await source.read();
  return answer?.value ?? fallback;
}

function makeAdders(limit) {
  const adders = [];
  for (let i = 0; i < limit; i++) {
    adders.push(x => x + i);
  }
  return adders;
}

function summary(values, limit) {
  const sorted = [...values].sort((a, b) => a - b);
  const seen = new Map();
  let total = 0;
  let found = false;
  for (let i = 0; i < sorted.length; i++) {
    if (sorted[i] === limit && !found) {
      found = true;
      continue;
    }
    total += sorted[i] * 2;
  }
  for (const value of values) {
    total = Math.max(total, seen.get(value));
    seen.set(value, seen.size);
  }
  let text = `${total} of ${values.length}`;
  text = text.trim();
  const parts = text.split(" ").map(Number).filter(x => x > 1);
  const mean = (total + parts.reduce((a, b) => a + b, 0)) / Math.floor(parts[parts.length - 1]);
  return mean < 0 ? "none" : Math.max(...parts) + factorial(limit) + compare(total, limit);
}

function compare(first, second) {
  let result = 0;
  let skipped = 0;
  for (const each of [first, second]) {
    if (each === 3) {
      result = each;
    } else {
      result = result - each;
    }
    result += 1;
    skipped++;
  }
  return result;
}
