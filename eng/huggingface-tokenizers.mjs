// What Hugging Face's library makes of tokenizers: for each folder with tokenizer.json and in.json ({"texts", "ids"}) prints a line
// {"tokenizer", "texts", "encodings", "ids", "decodings": [[special tokens kept, skipped], ...]}. Needs the npm package `tokenizers` (0.23.2) in $NODE_PATH
// or below the current folder.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const { Tokenizer } = createRequire(join(process.env.NODE_PATH ?? process.cwd(), "_"))("tokenizers");
for (const folder of process.argv.slice(2)) {
  const read = (name) => readFileSync(join(folder, name), "utf8");
  const { texts, ids } = JSON.parse(read("in.json"));
  const tokenizer = Tokenizer.fromString(read("tokenizer.json"));
  const encodings = [];
  for (const text of texts) {
    encodings.push((await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds());
  }
  const decodings = [];
  for (const sequence of ids) {
    decodings.push([await tokenizer.decode(sequence, false), await tokenizer.decode(sequence, true)]);
  }
  console.log(JSON.stringify({ tokenizer: JSON.parse(read("tokenizer.json")), texts, encodings, ids, decodings }));
}
