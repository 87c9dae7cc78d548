// `npm run reports [-- NAME …]`: set-up, then the notebooks (all, if none is named) as pages in reports/; with all of them comes the
// reference.

import { hand } from "./command.js";
import { at } from "./paths.js";
import { makeReference } from "./reference.js";
import { setUp } from "./setup.js";

await setUp();
const names = process.argv.slice(2);
if (names.length === 0) {
  try {
    await makeReference();
  } catch (error) {
    // Without network the reports go without it.
    console.error(`The reference is left out:\n${error instanceof Error ? error.message : error}`);
  }
}
process.exitCode = await hand(process.execPath, [at("dist", "src", "notebook", "reports.js"), ...names]);
