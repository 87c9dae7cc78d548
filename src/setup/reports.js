// `npm run reports [-- NAME …]`: set-up, then the notebooks (all, if none is named) as pages in reports/.

import { hand } from "./command.js";
import { at } from "./paths.js";
import { setUp } from "./setup.js";

await setUp();
process.exitCode = await hand(process.execPath, [
  at("dist", "src", "notebook", "reports.js"),
  ...process.argv.slice(2),
]);
