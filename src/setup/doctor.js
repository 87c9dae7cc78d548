// `npm run doctor`: part by part what is there, in which version, and how to mend what is missing. Changes nothing and
// needs nothing but Node. Exit code 1 if something is missing that eqlab can't do without.

import { parts } from "./parts.js";
import { cacheFolder, root } from "./paths.js";

const indent = "\n      ";

console.log(`Project  ${root}\nCache    ${cacheFolder()}\n`);
let missing = 0;
for (const [name, look] of parts) {
  const { found = "missing", mend, optional } = await look();
  if (mend && !optional) missing++;
  console.log(`${mend ? (optional ? "!" : "✗") : "✓"} ${name}: ${found}`);
  if (mend) console.log(`    → ${mend.replaceAll("\n", indent)}`);
}
console.log(
  missing === 0 ? "\nNothing that eqlab needs is missing." : `\nMissing: ${missing} of ${parts.length} parts.`,
);
process.exitCode = missing === 0 ? 0 : 1;
