// `npm start`: set-up, then the quickstart notebook through the real kernel, its report, and the law it found.

import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { hand } from "./command.js";
import { at } from "./paths.js";
import { setUp } from "./setup.js";

const name = "quickstart";

/** Lines that the executed notebook printed about a law: "law: …". */
function lawsPrinted() {
  const executed = at("reports", ".executed", "notebooks", `${name}.ipynb`);
  if (!existsSync(executed)) return [];
  /** @type {{ cells: { outputs?: { name?: string, text?: string | string[] }[] }[] }} */
  const { cells } = JSON.parse(readFileSync(executed, "utf8"));
  const printed = cells.flatMap((cell) => cell.outputs ?? []).filter((output) => output.name === "stdout");
  const lines = printed.flatMap(({ text = "" }) => [text].flat().join("").split("\n"));
  return lines.filter((line) => /^(the )?law\b.*:/i.test(line));
}

await setUp();
console.log(`Executing notebooks/${name}.ipynb …`);
const code = await hand(process.execPath, [at("dist", "src", "notebook", "reports.js"), name]);
if (code === 0) {
  const laws = lawsPrinted();
  console.log(
    [
      "",
      ...laws,
      `Report:      ${pathToFileURL(at("reports", `${name}.html`))}`,
      "Notebooks:   npm run lab",
      "Your table:  npx eqlab discover FILE.csv --target COLUMN",
    ].join("\n"),
  );
}
process.exitCode = code;
