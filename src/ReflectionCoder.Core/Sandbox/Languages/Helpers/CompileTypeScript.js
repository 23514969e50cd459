// Checks and compiles solution.ts as tsc does, but takes no offence at a parameter or variable without a type. Modules have any type here,
// so a callback that is handed to one can't know its parameters' types. The option noImplicitAny can't simply be off: then a variable that
// starts as [] could hold nothing.
const fs = require("fs");
const path = require("path");

function findCompiler() {
  for (const folder of process.env.PATH.split(path.delimiter)) {
    const tsc = path.join(folder, "tsc");
    if (fs.existsSync(tsc)) {
      // bin/tsc is a link into the package; on Windows it is a script beside the folder of packages.
      const places = [path.join(path.dirname(fs.realpathSync(tsc)), ".."), path.join(folder, "node_modules", "typescript")];
      const file = places.map((place) => path.join(place, "lib", "typescript.js")).find(fs.existsSync);
      if (file) return file;
    }
  }
  console.error("tsc has no typescript.js beside it");
  process.exit(1);
}

const ts = require(findCompiler());
// A program's first line can turn the strict rules off, in the words of the compiler's own tests.
const strict = !fs.readFileSync("solution.ts", "utf8").startsWith("// @strict: false\n");
const options = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  module: ts.ModuleKind.CommonJS,
  moduleDetection: ts.ModuleDetectionKind?.Force,
  esModuleInterop: true,
  experimentalDecorators: true,
  types: [],
  strict,
  useUnknownInCatchVariables: false,
  strictPropertyInitialization: false,
  skipLibCheck: true,
};
const program = ts.createProgram(["NodeGlobals.d.ts", "solution.ts"], options);
// What only a module's types could tell: that it exports a name, that the name is a type, and how generic a function of it is.
const ofUntypedModules = new Set([2305, 2347, 2709]);
const isTolerated = (code) => (code >= 7000 && code < 7100) || ofUntypedModules.has(code);
const errors = ts
  .getPreEmitDiagnostics(program)
  .filter((found) => found.category === ts.DiagnosticCategory.Error && !isTolerated(found.code));
if (errors.length > 0) {
  const host = { getCurrentDirectory: () => process.cwd(), getCanonicalFileName: (name) => name, getNewLine: () => "\n" };
  process.stdout.write(ts.formatDiagnostics(errors, host));
  process.exitCode = 1;
} else {
  program.emit();
}
