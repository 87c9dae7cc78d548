/**
 * `{ x }` written as `{ x: x }`. tslab turns the names of earlier cells' variables into `exports.x`, but overlooks them
 * in shorthand: `discover({ x, y }, …)` would end in "x is not defined".
 */
import { createRequire } from "node:module";
import type * as TypeScript from "@tslab/typescript-for-tslab";

// The compiler that tslab itself uses, wherever npm has put it.
const require = createRequire(createRequire(import.meta.url).resolve("tslab/dist/main.js"));
const ts: typeof TypeScript = require("@tslab/typescript-for-tslab");

/** The same program without shorthand properties. */
export function expandShorthand(source: string): string {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest);
  const names: TypeScript.Identifier[] = [];
  const visit = (node: TypeScript.Node): void => {
    if (ts.isShorthandPropertyAssignment(node)) names.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(file);
  // From the end, so that earlier places stay where they are.
  return names
    .sort((a, b) => b.end - a.end)
    .reduce((text, name) => `${text.slice(0, name.end)}: ${name.text}${text.slice(name.end)}`, source);
}
