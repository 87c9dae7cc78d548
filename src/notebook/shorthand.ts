/**
 * `{ x }` written as `{ x: x }`. tslab turns the names of earlier cells' variables into `exports.x`, but overlooks them
 * in shorthand: `discover({ x, y }, …)` would end in "x is not defined".
 */
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { ts } from "./compiler.js";

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
